#pragma once

#include "messages/control_protocol.hpp"

namespace salon {

/// What a server that runs alone answers to its operator: how it is itself, and that the rest takes
/// a cluster.
control_answer answer_alone(const control_request& what, node_status self);

} // namespace salon

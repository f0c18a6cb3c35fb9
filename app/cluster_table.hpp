#pragma once

#include "messages/control_protocol.hpp"

#include <string>

namespace salon {

/// A cluster as an operator reads it: a line for each node, a mark at the one that was asked.
std::string write_table(const cluster_status& what);

} // namespace salon

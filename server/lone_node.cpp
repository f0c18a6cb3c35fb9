#include "server/lone_node.hpp"

#include <utility>

namespace salon {

control_answer answer_alone(const control_request& what, node_status self) {
  if (what.what != control_request::action::status)
    return control_failure{"this server is not in a cluster: start it with --cluster-listen"};
  self.is_self = true;
  return cluster_status{false, {std::move(self)}};
}

} // namespace salon

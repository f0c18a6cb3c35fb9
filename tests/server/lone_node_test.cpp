#include "server/lone_node.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace salon;
using action = control_request::action;

TEST_CASE("lone node: it is all there is", "[server][lone_node]") {
  node_status self;
  self.name = "127.0.0.1:9501";
  self.rooms = 3;

  auto answer = answer_alone({action::status, {}, {}}, self);

  self.is_self = true;
  CHECK(answer == control_answer{cluster_status{false, {self}}});
}

TEST_CASE("lone node: nothing can be moved", "[server][lone_node]") {
  const control_answer no{
    control_failure{"this server is not in a cluster: start it with --cluster-listen"}};

  CHECK(answer_alone({action::drain, {}, "a"}, {}) == no);
  CHECK(answer_alone({action::move, "lobby", "a"}, {}) == no);
}

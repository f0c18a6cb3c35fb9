// A program that would attach itself to a cluster, and is told to stop at once: ends with 0.
#include <salon/server/attached_node.hpp>

#include <utility>

namespace {

struct listener {
  listener(salon::member_actor::pointer, const salon::desk_actor&) {
  }

  salon::member_actor::behavior_type make_behavior() {
    return {
      [](const salon::room_publication&) {},
      [](const salon::member_joined&) {},
      [](const salon::member_left&) {},
      [](const salon::room_closed&) {},
    };
  }
};

struct echo {
  explicit echo(salon::service_actor::pointer) {
  }

  salon::service_actor::behavior_type make_behavior() {
    return {[](const salon::rpc_call& call) { return salon::rpc_answer{call.data, {}}; }};
  }
};

} // namespace

int main() {
  salon::config options;
  options.cluster.join = {"127.0.0.1:1"};
  salon::attached_node node{std::move(options)};
  node.spawn_member<listener>();
  node.add_service<echo>("echo");
  node.stop();
  return node.run();
}

// The same methods from a process of their own, for the clients of every node.
//
//   build/dev/bin/salon serve --cluster-listen 127.0.0.1:9601
//   SALON_CLUSTER_JOIN=127.0.0.1:9601 build/dev/bin/attached_service
//
// While it is away, `client.rpc("poll.vote", ...)` fails with 108 at once.
#include "examples/poll_service.hpp"
#include "server/attached_node.hpp"

#include <exception>
#include <iostream>

int main() {
  try {
    salon::attached_node node{salon::attached_config_from_environment("polls")};
    node.add_service<poll_service>("poll");
    return node.run();
  } catch (const std::exception& why) {
    std::cerr << why.what() << '\n';
    return 2;
  }
}

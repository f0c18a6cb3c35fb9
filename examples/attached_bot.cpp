// The same bot in a process of its own, which may come and go while the servers run.
//
//   build/dev/bin/salon serve --cluster-listen 127.0.0.1:9601
//   SALON_CLUSTER_JOIN=127.0.0.1:9601 build/dev/bin/attached_bot
//
// Then: python3 -m websockets "ws://127.0.0.1:9501/?name=Ana", and say "/roll".
#include "examples/dice_bot.hpp"
#include "server/attached_node.hpp"

#include <exception>
#include <iostream>

int main() {
  try {
    salon::attached_node node{salon::attached_config_from_environment("dice-bot")};
    node.spawn_member<dice_bot>();
    return node.run();
  } catch (const std::exception& why) {
    std::cerr << why.what() << '\n';
    return 2;
  }
}

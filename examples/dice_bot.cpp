// A member that is a program: say "/roll" in the lobby, and Dice answers "Ana rolls a 4".
//
//   build/dev/bin/dice_bot       then: python3 -m websockets "ws://127.0.0.1:9501/?name=Ana"
#include "examples/dice_bot.hpp"

#include "server/server.hpp"

int main() {
  salon::server server{salon::config_from_environment()};
  server.spawn_member<dice_bot>();
  return server.run();
}

// Two RPC methods of your own: `poll.create` opens a poll, `poll.vote` answers how many agree.
//
//   build/dev/bin/poll_service      then, in an SDK program, after a `poll.create`:
//                                   await client.rpc("poll.vote", { poll: "tea?", choice: "yes" });
#include "examples/poll_service.hpp"

#include "server/server.hpp"

int main() {
  salon::server server{salon::config_from_environment()};
  server.add_service<poll_service>("poll");
  return server.run();
}

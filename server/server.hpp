#pragma once

#include "server/actor_home.hpp"
#include "server/config.hpp"

#include <cstdint>
#include <functional>

namespace salon {

/// A chat server: one node with its shards, rooms and port. A program adds its own actors between
/// making the server and running it.
class server : public actor_home {
public:
  /// Sets all up and listens on nothing yet. From here on the process logs as `options` say.
  explicit server(config options);

  /// Ends everything that is left.
  ~server();

  /// Calls `what` with the port once clients can connect. Call it before `run`.
  void on_listening(std::function<void(std::uint16_t port)> what);

  /// Serves until SIGTERM or SIGINT, then lets everybody go: clients are closed with code 3001, and
  /// what is queued for them goes out first. A second signal ends the process at once.
  /// Returns what the process should end with: 0, or 1 when the address cannot be had.
  int run();

private:
  class node;

  node& self() const noexcept;
};

} // namespace salon

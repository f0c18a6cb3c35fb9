#pragma once

#include "net/front_context.hpp"
#include "net/listener.hpp"
#include "net/options.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace salon {

/// One shard that takes part in a front, and who receives its sockets.
struct front_place {
  shard& home;
  reception& desk;
};

/// The side of a node that clients see: one port with a listener on each shard.
class front {
public:
  front(const std::vector<front_place>& places, metrics& counts, front_options options);

  /// Ends every socket that is left. The shards no longer run.
  ~front();

  front(const front&) = delete;
  front& operator=(const front&) = delete;

  /// Takes `address`, a literal IPv4 or IPv6 address, and `port`, 0 for any that is free, and
  /// accepts on all shards. Returns why it cannot, as a sentence that names both. Called once,
  /// before or while the shards run.
  std::optional<std::string> listen(const std::string& address, std::uint16_t port);

  /// Where it listens.
  std::uint16_t port() const noexcept {
    return port_;
  }

  /// Upgraded connections that have not ended. Any thread may ask.
  std::size_t connections() const noexcept {
    return state_.connections.load(std::memory_order_relaxed);
  }

  /// Lets /health and new clients know that the server will go; those come in no more.
  void announce_draining() noexcept {
    state_.draining = true;
  }

  /// Lets nobody in any more: /health says so, listeners close, unfinished requests are answered.
  /// Open connections stay. Any thread may call it while the shards run.
  void drain();

private:
  struct door {
    door(const front_place& place, metrics& counts, const front_options& options,
         front_state& state);

    front_context context;
    listener accepting;
  };

  front_options options_;
  front_state state_;
  std::vector<std::unique_ptr<door>> doors_;
  std::uint16_t port_ = 0;
};

} // namespace salon

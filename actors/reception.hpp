#pragma once

#include "actors/transport.hpp"
#include "base/endpoint.hpp"
#include "messages/room_messages.hpp"

#include <caf/actor_control_block.hpp>

#include <optional>
#include <string>

namespace salon {

/// What a client said about itself in its upgrade request.
struct visit {
  wire_format format = wire_format::json;
  std::string room;         ///< Text clients: where to go; empty: the lobby.
  std::string name;         ///< Text clients: what to be called; may be empty.
  bool frame_pings = false; ///< Ping with WebSocket frames instead of the protocol's messages.
  tcp::endpoint remote;     ///< The peer, for the log.
};

/// Who a socket is handed to. The actor stays alive as long as `actor` is kept.
struct received {
  transport_user* user;
  caf::strong_actor_ptr actor;
};

/// Where upgraded sockets are received: turns each into a connection actor on its own shard.
class reception {
public:
  /// Why `who` cannot come in, as a sentence for a 400 answer before the upgrade; nothing when it
  /// can.
  virtual std::optional<std::string> objection(const visit& who) const = 0;

  /// Starts the connection of an upgraded socket. `socket` stays valid
  /// until it has called `on_closed` or is told to `abandon`.
  virtual received receive(transport& socket, visit who) = 0;

protected:
  ~reception() = default;
};

} // namespace salon

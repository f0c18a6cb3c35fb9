#pragma once

#include <string>
#include <string_view>

namespace salon::bench {

/// What the request of a client says that matters here.
struct upgrade_request {
  std::string_view key;  ///< Of `Sec-WebSocket-Key`; empty: no upgrade was asked for.
  std::string_view room; ///< `?room=` of the target, else "lobby".
};

/// Reads a request's head, up to and with its empty line.
upgrade_request read_upgrade(std::string_view head);

/// The answer that makes a WebSocket of the connection (RFC 6455, 4.2.2).
std::string accepting(std::string_view key);

} // namespace salon::bench

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace salon {

/// Where somebody can be reached.
struct host_port {
  std::string host; ///< A name or an address; one of IPv6 without its brackets.
  std::uint16_t port = 0;

  friend bool operator==(const host_port&, const host_port&) = default;
};

/// Reads `host:port` or `[address]:port`; nothing if it is neither.
std::optional<host_port> parse_host_port(std::string_view text);

/// Whether nobody but this machine can be meant: `localhost`, 127.0.0.0/8 or ::1.
bool is_loopback(const host_port& where);

} // namespace salon

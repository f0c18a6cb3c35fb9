#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace salon {

/// A machine and a port on it, as nodes dial each other.
struct host_port {
  std::string host; ///< A name or an IP address, without brackets.
  std::uint16_t port = 0;

  friend bool operator==(const host_port&, const host_port&) = default;
};

/// Reads `name:port`, `1.2.3.4:port` or `[::1]:port` (RFC 3986, 3.2.2). Nothing when it is none of
/// these; whether there is such a machine is not asked.
std::optional<host_port> read_host_port(std::string_view text);

/// The text that reads back as `where`.
std::string to_text(const host_port& where);

/// Whether only this machine reaches `host`: 127.0.0.0/8, ::1, the former within the latter's
/// family, and `localhost`.
bool is_loopback(const std::string& host);

/// Whether `host` stands for all addresses of a machine (`0.0.0.0`, `::`): it can be listened on
/// and not be dialled.
bool is_unspecified(const std::string& host);

} // namespace salon

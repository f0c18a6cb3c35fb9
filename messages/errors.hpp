#pragma once

#include <cstdint>
#include <string_view>

namespace salon {

/// Errors a client can be answered with. The numbers are the Centrifuge protocol's.
enum class errc : std::uint16_t {
  none = 0,
  internal = 100,
  unauthorized = 101,
  unknown_channel = 102,
  permission_denied = 103,
  method_not_found = 104,
  already_subscribed = 105,
  limit_exceeded = 106,
  bad_request = 107,
  not_available = 108,
  token_expired = 109,
  expired = 110,
  too_many_requests = 111,
  unrecoverable_position = 112,
};

/// The sentence that goes with `code` on the wire, never empty.
std::string_view message_of(errc code) noexcept;

/// Whether the same command may succeed later.
constexpr bool is_temporary(errc code) noexcept {
  return code == errc::internal || code == errc::too_many_requests;
}

/// Why a connection ends: the WebSocket close code (RFC 6455, 7.4). From 3500 to 3999 an SDK stays
/// away, on all others it comes back.
enum class close_code : std::uint16_t {
  normal = 1000,
  protocol_error = 1002,
  unsupported_data = 1003,
  invalid_payload = 1007,
  message_too_big = 1009,
  connection_closed = 3000,
  shutdown = 3001,
  internal_server_error = 3004,
  slow = 3008,
  write_error = 3009,
  insufficient_state = 3010,
  force_reconnect = 3011,
  no_pong = 3012,
  invalid_token = 3500,
  bad_request = 3501,
  stale = 3502,
  force_disconnect = 3503,
  connection_limit = 3504,
  permission_denied = 3507,
  not_available = 3508,
};

/// The reason in the close frame: plain words, never empty, at most 123 bytes (RFC 6455, 5.5).
std::string_view reason_of(close_code code) noexcept;

/// Why a subscription ends without its client asking. From 2500 an SDK subscribes again.
enum class unsubscribe_code : std::uint16_t {
  server_unsubscribe = 2000,
  insufficient_state = 2500,
};

/// The sentence that goes with `code` in the unsubscribe push.
std::string_view reason_of(unsubscribe_code code) noexcept;

} // namespace salon

#pragma once

#include "actors/reception.hpp"
#include "net/options.hpp"
#include "net/response.hpp"
#include "net/target.hpp"

#include <boost/beast/http/message.hpp>

#include <string>
#include <string_view>
#include <variant>

/// The upgrade from HTTP to WebSocket (RFC 6455, section 4.2): who comes in, who does not and what
/// it is told. Pure functions.
namespace salon {

using request_header = boost::beast::http::request_header<>;

/// The paths that can be upgraded.
inline constexpr std::string_view text_path = "/";
inline constexpr std::string_view protocol_path = "/connection/websocket";

/// A request that may be upgraded: the bytes of the 101 answer, and who it is (`remote` is the
/// socket's to fill in).
struct admission {
  std::string answer;
  visit who;
};

/// Whether `request` means to become a WebSocket, well or badly.
bool wants_upgrade(const request_header& request);

/// Judges such a request for `text_path` or `protocol_path`. The refusal names what to change.
std::variant<admission, response> judge_upgrade(const request_header& request, const target& where,
                                                const front_options& options);

/// Sec-WebSocket-Accept for a Sec-WebSocket-Key (RFC 6455, 4.2.2, 5.4).
std::string accept_token(std::string_view key);

/// Whether a page from `origin` may connect to a server that it calls `host`.
bool is_welcome(std::string_view origin, std::string_view host, const front_options& options);

} // namespace salon

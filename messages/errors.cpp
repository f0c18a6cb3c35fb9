#include "messages/errors.hpp"

namespace salon {

std::string_view message_of(errc code) noexcept {
  switch (code) {
  case errc::none:
    return "no error";
  case errc::internal:
    return "internal server error";
  case errc::unauthorized:
    return "unauthorized";
  case errc::unknown_channel:
    return "unknown channel";
  case errc::permission_denied:
    return "permission denied";
  case errc::method_not_found:
    return "method not found";
  case errc::already_subscribed:
    return "already subscribed";
  case errc::limit_exceeded:
    return "limit exceeded";
  case errc::bad_request:
    return "bad request";
  case errc::not_available:
    return "not available";
  case errc::token_expired:
    return "token expired";
  case errc::expired:
    return "expired";
  case errc::too_many_requests:
    return "too many requests";
  case errc::unrecoverable_position:
    return "unrecoverable position";
  }
  return "unknown error";
}

std::string_view reason_of(close_code code) noexcept {
  switch (code) {
  case close_code::normal:
    return "goodbye";
  case close_code::protocol_error:
    return "protocol error";
  case close_code::unsupported_data:
    return "unsupported data";
  case close_code::invalid_payload:
    return "invalid payload";
  case close_code::message_too_big:
    return "message too big";
  case close_code::connection_closed:
    return "connection closed";
  case close_code::shutdown:
    return "shutdown";
  case close_code::internal_server_error:
    return "internal server error";
  case close_code::slow:
    return "slow";
  case close_code::write_error:
    return "write error";
  case close_code::insufficient_state:
    return "insufficient state";
  case close_code::force_reconnect:
    return "force reconnect";
  case close_code::no_pong:
    return "no pong";
  case close_code::invalid_token:
    return "invalid token";
  case close_code::bad_request:
    return "bad request";
  case close_code::stale:
    return "stale";
  case close_code::force_disconnect:
    return "force disconnect";
  case close_code::connection_limit:
    return "connection limit";
  case close_code::permission_denied:
    return "permission denied";
  case close_code::not_available:
    return "not available";
  }
  return "closed";
}

std::string_view reason_of(unsubscribe_code code) noexcept {
  switch (code) {
  case unsubscribe_code::server_unsubscribe:
    return "server unsubscribe";
  case unsubscribe_code::insufficient_state:
    return "insufficient state";
  }
  return "unsubscribed";
}

} // namespace salon

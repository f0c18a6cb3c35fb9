#include "net/response.hpp"

namespace salon {

namespace {

constexpr unsigned upgrade_required = 426;

std::string_view reason_of(unsigned status) noexcept {
  switch (status) {
  case 200:
    return "OK";
  case 400:
    return "Bad Request";
  case 403:
    return "Forbidden";
  case 404:
    return "Not Found";
  case 405:
    return "Method Not Allowed";
  case 408:
    return "Request Timeout";
  case upgrade_required:
    return "Upgrade Required";
  case 431:
    return "Request Header Fields Too Large";
  case 503:
    return "Service Unavailable";
  default:
    return "Status"; // any text will do (RFC 9112, 4)
  }
}

std::string_view headers_for(unsigned status) noexcept {
  switch (status) {
  case 405:
    return "Allow: GET, HEAD\r\n";
  case upgrade_required:
    return "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";
  case 503:
    return "Retry-After: 5\r\n";
  default:
    return {};
  }
}

} // namespace

response refuse(unsigned status, std::string_view sentence) {
  response made;
  made.status = status;
  made.body = std::string{sentence} + '\n';
  made.headers = headers_for(status);
  return made;
}

std::string to_bytes(const response& what, bool head) {
  auto bytes = "HTTP/1.1 " + std::to_string(what.status) + ' ';
  bytes.append(reason_of(what.status)).append("\r\nContent-Type: ").append(what.content_type);
  bytes += "\r\nContent-Length: " + std::to_string(what.body.size()) + "\r\n";
  // Whoever names Upgrade names it here too (RFC 9110, 7.8).
  bytes
    += what.status == upgrade_required ? "Connection: close, Upgrade\r\n" : "Connection: close\r\n";
  bytes.append("Cache-Control: ").append(what.cache_control);
  bytes += "\r\nX-Content-Type-Options: nosniff\r\n";
  bytes += what.headers;
  bytes += "\r\n";
  if (!head)
    bytes += what.body;
  return bytes;
}

} // namespace salon

#pragma once

#include <string>
#include <string_view>

namespace salon {

/// An HTTP answer, after which the connection ends.
struct response {
  unsigned status = 200;
  std::string body;
  std::string_view content_type = "text/plain; charset=utf-8";
  std::string_view cache_control = "no-store";
  std::string headers = {}; ///< Further ones, each ended by CRLF.
};

/// A refusal: `sentence` tells a person what to do. Adds what the status asks for: Allow (405),
/// Upgrade and Sec-WebSocket-Version (426; RFC 6455, 4.4), Retry-After (503).
response refuse(unsigned status, std::string_view sentence);

/// The bytes of `what` as HTTP/1.1 (RFC 9112); for a HEAD request without its body.
std::string to_bytes(const response& what, bool head);

} // namespace salon

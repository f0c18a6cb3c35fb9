#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace salon {

/// Where a server takes in its SDK clients.
struct chat_address {
  std::string host = "127.0.0.1";
  std::uint16_t port = 9501;
  std::string target = "/connection/websocket";

  friend bool operator==(const chat_address&, const chat_address&) = default;
};

/// Reads what people give as a server's address: a `ws://` URL, the page's `http://` URL, or a host
/// with or without a port. What is left out is as in a `chat_address`; a URL without a port means
/// 80, as it does elsewhere. Nothing, and a sentence in `why`, when it is none of these.
std::optional<chat_address> read_chat_address(std::string_view text, std::string& why);

} // namespace salon

#include "client/chat_address.hpp"

#include "messages/json_values.hpp"

#include <algorithm>

namespace salon {

namespace {

constexpr std::uint16_t http_port = 80;

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

// `HOST`, `HOST:PORT`, `[V6]` or `[V6]:PORT`.
bool read_authority(std::string_view text, chat_address& to) {
  auto is_v6 = text.starts_with('[');
  auto host_end = is_v6 ? text.find(']') : text.find(':');
  if (is_v6 && host_end == std::string_view::npos)
    return false;
  to.host = text.substr(is_v6 ? 1 : 0, is_v6 ? host_end - 1 : host_end);
  auto rest = host_end == std::string_view::npos ? std::string_view{}
                                                 : text.substr(host_end + (is_v6 ? 1 : 0));
  if (to.host.empty() || text.find('@') != std::string_view::npos)
    return false;
  return rest.empty()
         || (rest.starts_with(':') && json::read(rest.substr(1), to.port) && to.port != 0);
}

} // namespace

std::optional<chat_address> read_chat_address(std::string_view text, std::string& why) {
  auto complain = [&](const std::string& what) {
    why = std::string{text} + ": " + what;
    return std::nullopt;
  };
  if (text.empty() || !is_plain(text))
    return complain("expected an address such as ws://127.0.0.1:9501/connection/websocket");
  chat_address result;
  auto rest = text;
  if (auto end = text.find("://"); end != std::string_view::npos) {
    auto scheme = text.substr(0, end);
    if (scheme == "wss" || scheme == "https")
      return complain("this version speaks no TLS: expected ws:// or http://");
    if (scheme != "ws" && scheme != "http")
      return complain("expected ws:// or http://");
    result.port = http_port;
    rest = text.substr(end + 3);
  }
  if (rest.find('#') != std::string_view::npos)
    return complain("a room is chosen with --room");
  auto path = std::min(rest.find_first_of("/?"), rest.size());
  if (!read_authority(rest.substr(0, path), result))
    return complain("expected a host, and perhaps a port from 1 to 65535, as in 127.0.0.1:9501");
  if (auto target = rest.substr(path); target.starts_with('?'))
    result.target += target;
  else if (target.size() > 1)
    result.target = target;
  return result;
}

} // namespace salon

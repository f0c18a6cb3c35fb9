#include "bench/floor/upgrade.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <strings.h>

#include <algorithm>
#include <array>

namespace salon::bench {

namespace {

constexpr std::string_view line_end = "\r\n";

std::string_view room_of(std::string_view target) {
  constexpr std::string_view name = "room=";
  auto query = target.find('?');
  while (query != std::string_view::npos) {
    auto rest = target.substr(query + 1);
    if (rest.starts_with(name))
      return rest.substr(name.size(), rest.find('&') - name.size());
    query = target.find('&', query + 1);
  }
  return "lobby";
}

std::string_view target_of(std::string_view request_line) {
  auto begin = request_line.find(' ');
  if (begin == std::string_view::npos)
    return {};
  auto rest = request_line.substr(begin + 1);
  return rest.substr(0, rest.find(' '));
}

bool has_name(std::string_view line, std::string_view name) {
  return line.size() > name.size() && line[name.size()] == ':'
         && ::strncasecmp(line.data(), name.data(), name.size()) == 0;
}

std::string_view value_of(std::string_view line) {
  line.remove_prefix(line.find(':') + 1);
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  return line.substr(0, line.find_last_not_of(" \t") + 1);
}

} // namespace

upgrade_request read_upgrade(std::string_view head) {
  upgrade_request found{{}, room_of(target_of(head.substr(0, head.find(line_end))))};
  auto at = head.find(line_end);
  while (at != std::string_view::npos && found.key.empty()) {
    auto begin = at + line_end.size();
    at = head.find(line_end, begin);
    auto line = head.substr(begin, at - begin);
    if (has_name(line, "Sec-WebSocket-Key"))
      found.key = value_of(line);
  }
  return found;
}

std::string accepting(std::string_view key) {
  std::string salted{key};
  salted += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, SHA_DIGEST_LENGTH> hash{};
  ::SHA1(reinterpret_cast<const unsigned char*>(salted.data()), salted.size(), hash.data());
  std::array<unsigned char, 4 * ((SHA_DIGEST_LENGTH + 2) / 3) + 1> text{};
  auto length = ::EVP_EncodeBlock(text.data(), hash.data(), SHA_DIGEST_LENGTH);

  std::string answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                       "Connection: Upgrade\r\nSec-WebSocket-Accept: ";
  answer.append(reinterpret_cast<const char*>(text.data()), static_cast<std::size_t>(length));
  return answer.append("\r\n\r\n");
}

} // namespace salon::bench

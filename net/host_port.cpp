#include "net/host_port.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <system_error>

namespace salon {

namespace {

constexpr std::size_t name_bytes_max = 253; // RFC 1035, 2.3.4

bool is_v4(const std::string& text) {
  in_addr scratch{};
  return inet_pton(AF_INET, text.c_str(), &scratch) == 1;
}

bool is_v6(const std::string& text) {
  in6_addr scratch{};
  return inet_pton(AF_INET6, text.c_str(), &scratch) == 1;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Labels of letters, digits, `-` and `_`. One that ends like a number would be taken for an address
// by some and for a name by others (WHATWG URL, "ends in a number").
bool is_name(std::string_view text) {
  if (text.ends_with('.'))
    text.remove_suffix(1);
  if (text.empty() || text.size() > name_bytes_max || text.front() == '.' || text.front() == '-'
      || text.find("..") != std::string_view::npos)
    return false;
  auto last = text.substr(text.rfind('.') + 1);
  return !std::all_of(last.begin(), last.end(), is_digit)
         && std::all_of(text.begin(), text.end(), [](char c) {
              return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.';
            });
}

std::optional<std::uint16_t> read_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto* end = text.data() + text.size();
  auto [rest, error] = std::from_chars(text.data(), end, port);
  return error == std::errc{} && rest == end ? std::optional{port} : std::nullopt;
}

} // namespace

std::optional<host_port> read_host_port(std::string_view text) {
  auto colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return std::nullopt;
  auto port = read_port(text.substr(colon + 1));
  auto host = text.substr(0, colon);
  auto in_brackets = host.starts_with('[') && host.ends_with(']');
  if (in_brackets)
    host = host.substr(1, host.size() - 2);
  host_port result{std::string{host}, port.value_or(0)};
  auto is_host = in_brackets ? is_v6(result.host) : is_v4(result.host) || is_name(host);
  return port && is_host ? std::optional{std::move(result)} : std::nullopt;
}

std::string to_text(const host_port& where) {
  auto is_wrapped = where.host.find(':') != std::string::npos;
  return (is_wrapped ? '[' + where.host + ']' : where.host) + ':' + std::to_string(where.port);
}

bool is_loopback(const std::string& host) {
  in_addr v4{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1)
    return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6{};
  if (inet_pton(AF_INET6, host.c_str(), &v6) != 1)
    return host == "localhost";
  return IN6_IS_ADDR_LOOPBACK(&v6) || (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127);
}

bool is_unspecified(const std::string& host) {
  in_addr v4{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1)
    return v4.s_addr == INADDR_ANY;
  in6_addr v6{};
  return inet_pton(AF_INET6, host.c_str(), &v6) == 1 && IN6_IS_ADDR_UNSPECIFIED(&v6);
}

} // namespace salon

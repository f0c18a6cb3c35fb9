#include "net/target.hpp"

namespace salon {

namespace {

constexpr int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

} // namespace

target read_target(std::string_view text) noexcept {
  if (auto scheme = text.find("://"); !text.starts_with('/') && scheme != std::string_view::npos) {
    text.remove_prefix(scheme + 3);
    auto end = text.find_first_of("/?");
    text.remove_prefix(end == std::string_view::npos ? text.size() : end);
  }
  auto mark = text.find('?');
  if (mark == std::string_view::npos)
    return {text.empty() ? "/" : text, {}};
  return {mark == 0 ? "/" : text.substr(0, mark), text.substr(mark + 1)};
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '+') {
      decoded.push_back(' ');
    } else if (text[at] != '%') {
      decoded.push_back(text[at]);
    } else {
      auto high = at + 2 < text.size() ? hex_digit(text[at + 1]) : -1;
      auto low = at + 2 < text.size() ? hex_digit(text[at + 2]) : -1;
      if (high < 0 || low < 0)
        return std::nullopt;
      decoded.push_back(static_cast<char>(high * 16 + low));
      at += 2;
    }
  }
  return decoded;
}

std::optional<std::string_view> parameter(std::string_view query, std::string_view key) noexcept {
  while (!query.empty()) {
    auto pair = query.substr(0, query.find('&'));
    query.remove_prefix(pair.size() == query.size() ? pair.size() : pair.size() + 1);
    auto equals = pair.find('=');
    if (pair.substr(0, equals) == key)
      return equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
  }
  return std::nullopt;
}

} // namespace salon

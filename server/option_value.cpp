#include "server/option_value.hpp"

#include <charconv>
#include <cstdio>
#include <system_error>
#include <type_traits>

namespace salon {

namespace {

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (auto c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      char escaped[8];
      std::snprintf(escaped, sizeof(escaped), "\\u%04X", byte);
      result += escaped;
    } else {
      result += c;
    }
  }
  return result + '"';
}

std::string quoted(const std::vector<std::string>& members) {
  std::string result = "[";
  for (const auto& member : members) {
    if (result.size() > 1)
      result += ", ";
    result += quoted(member);
  }
  return result + ']';
}

option_value read_number(std::string_view text) {
  std::int64_t number = 0;
  const auto* end = text.data() + text.size();
  auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc{} && rest == end)
    return number;
  return std::string{text};
}

std::vector<std::string> read_list(std::string_view text) {
  std::vector<std::string> result;
  while (!text.empty()) {
    auto comma = text.find(',');
    auto member = text.substr(0, comma);
    member.remove_prefix(std::min(member.find_first_not_of(' '), member.size()));
    member = member.substr(0, member.find_last_not_of(' ') + 1);
    result.emplace_back(member);
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  }
  return result;
}

} // namespace

option_value read_text(option_kind kind, std::string_view text) {
  switch (kind) {
  case option_kind::boolean:
    if (text == "true" || text == "false")
      return text == "true";
    break;
  case option_kind::number:
  case option_kind::size:
    return read_number(text);
  case option_kind::list:
    return read_list(text);
  case option_kind::text:
    break;
  }
  return std::string{text};
}

std::string show(const option_value& value) {
  return std::visit(
    [](const auto& x) -> std::string {
      using type = std::decay_t<decltype(x)>;
      if constexpr (std::is_same_v<type, foreign_value>)
        return x.text;
      else if constexpr (std::is_same_v<type, bool>)
        return x ? "true" : "false";
      else if constexpr (std::is_same_v<type, std::int64_t>)
        return std::to_string(x);
      else
        return quoted(x);
    },
    value);
}

} // namespace salon

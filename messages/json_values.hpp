#pragma once

#include "messages/json_string.hpp"

#include <charconv>
#include <concepts>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

/// Reads the plain values of JSON (RFC 8259, 3). `json` is one value, without space around it.
/// False, and `value` as good as unset, when it is of another kind.
namespace salon::json {

inline bool read(std::string_view json, std::string& value) {
  auto text = json.starts_with('"') ? unquote(json) : std::nullopt;
  if (text)
    value = std::move(*text);
  return text.has_value();
}

inline bool read(std::string_view json, bool& value) {
  value = json == "true";
  return value || json == "false";
}

/// Whole numbers without fraction and exponent, within the range of `T`.
template <std::integral T>
bool read(std::string_view json, T& value) {
  const auto* end = json.data() + json.size();
  auto [stop, error] = std::from_chars(json.data(), end, value);
  return error == std::errc{} && stop == end;
}

} // namespace salon::json

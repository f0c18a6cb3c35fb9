#pragma once

#include "messages/json_string.hpp"

#include <charconv>
#include <concepts>
#include <string>
#include <string_view>

/// Appending members to a JSON object that is open at the end of a string. The names are ours:
/// plain letters. Whether a comma is due shows in what was written last.
namespace salon::json {

/// Appends a comma, unless an object or array was just opened.
inline void append_comma(std::string& out) {
  if (out.back() != '{' && out.back() != '[')
    out += ',';
}

/// Appends a member's name; its value is to follow.
inline void append_name(std::string& out, std::string_view name) {
  append_comma(out);
  out += '"';
  out += name;
  out += "\":";
}

template <std::integral T>
void append_number(std::string& out, T number) {
  char digits[20];
  auto end = std::to_chars(digits, digits + sizeof(digits), number).ptr;
  out.append(digits, end);
}

/// A member that is left out when it is zero.
template <std::integral T>
void append_nonzero(std::string& out, std::string_view name, T number) {
  if (number == 0)
    return;
  append_name(out, name);
  append_number(out, number);
}

/// A member that is left out when it is false.
inline void append_flag(std::string& out, std::string_view name, bool flag) {
  if (!flag)
    return;
  append_name(out, name);
  out += "true";
}

/// A string member, even if it is empty.
inline void append_string(std::string& out, std::string_view name, std::string_view text) {
  append_name(out, name);
  append_quoted(out, text);
}

/// A string member that is left out when it is empty.
inline void append_nonempty(std::string& out, std::string_view name, std::string_view text) {
  if (!text.empty())
    append_string(out, name, text);
}

/// A member whose value is JSON text; left out when there is none.
inline void append_json(std::string& out, std::string_view name, std::string_view json) {
  if (json.empty())
    return;
  append_name(out, name);
  append_without_newlines(out, json);
}

} // namespace salon::json

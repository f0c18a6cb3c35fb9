#include "messages/json_string.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace salon::json {

namespace {

/// The value of a hexadecimal digit.
constexpr std::uint32_t hex_value(char c) noexcept {
  if (c <= '9')
    return static_cast<std::uint32_t>(c - '0');
  return static_cast<std::uint32_t>((c | 0x20) - 'a') + 10;
}

void append_utf8(std::string& out, std::uint32_t code) {
  auto put
    = [&out](std::uint32_t byte) { out += static_cast<char>(static_cast<std::uint8_t>(byte)); };
  auto put_tail = [&](unsigned shift) { put(0x80u | (code >> shift & 0x3fu)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0u | code >> 6);
    put_tail(0);
  } else if (code < 0x10000) {
    put(0xe0u | code >> 12);
    put_tail(6);
    put_tail(0);
  } else {
    put(0xf0u | code >> 18);
    put_tail(12);
    put_tail(6);
    put_tail(0);
  }
}

/// The four digits at `digits`, which are there.
std::uint32_t code_unit(std::string_view digits) noexcept {
  std::uint32_t result = 0;
  for (auto c : digits.substr(0, 4))
    result = result << 4 | hex_value(c);
  return result;
}

constexpr bool is_surrogate(std::uint32_t unit, std::uint32_t half) noexcept {
  return (unit & 0xfc00u) == half;
}

constexpr std::uint32_t high_half = 0xd800;
constexpr std::uint32_t low_half = 0xdc00;

/// Appends the character that `\u` and `rest` name, and moves `rest` behind it.
bool append_unicode_escape(std::string& out, std::string_view& rest) {
  auto code = code_unit(rest);
  rest.remove_prefix(4);
  if (is_surrogate(code, low_half))
    return false;
  if (is_surrogate(code, high_half)) {
    if (!rest.starts_with("\\u") || !is_surrogate(code_unit(rest.substr(2)), low_half))
      return false;
    code = 0x10000 + ((code - high_half) << 10) + (code_unit(rest.substr(2)) - low_half);
    rest.remove_prefix(6);
  }
  append_utf8(out, code);
  return true;
}

char simple_escape(char c) noexcept {
  switch (c) {
  case 'b':
    return '\b';
  case 'f':
    return '\f';
  case 'n':
    return '\n';
  case 'r':
    return '\r';
  case 't':
    return '\t';
  default:
    return c;
  }
}

/// How each byte is written in a string: 0 as it is, 'u' by its number, else with this letter.
constexpr auto escape_letters = [] {
  std::array<char, 256> result{};
  for (std::size_t i = 0; i < 0x20; ++i)
    result[i] = 'u';
  result['\b'] = 'b';
  result['\f'] = 'f';
  result['\n'] = 'n';
  result['\r'] = 'r';
  result['\t'] = 't';
  result['"'] = '"';
  result['\\'] = '\\';
  return result;
}();

constexpr char escape_letter(char c) noexcept {
  return escape_letters[static_cast<unsigned char>(c)];
}

void append_escape(std::string& out, char c) {
  constexpr auto digits = std::string_view{"0123456789abcdef"};
  out += '\\';
  out += escape_letter(c);
  if (escape_letter(c) == 'u') {
    auto byte = static_cast<unsigned char>(c);
    out += "00";
    out += digits[byte >> 4u];
    out += digits[byte & 0x0fu];
  }
}

} // namespace

std::optional<std::string> unquote(std::string_view quoted) {
  auto rest = quoted.substr(1, quoted.size() - 2);
  std::string result;
  result.reserve(rest.size());
  for (;;) {
    auto plain = rest.substr(0, rest.find('\\'));
    result += plain;
    rest.remove_prefix(plain.size());
    if (rest.empty())
      return result;
    auto escape = rest[1];
    rest.remove_prefix(2);
    if (escape != 'u')
      result += simple_escape(escape);
    else if (!append_unicode_escape(result, rest))
      return std::nullopt;
  }
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  std::size_t written = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (escape_letter(text[i]) == 0)
      continue;
    out += text.substr(written, i - written);
    append_escape(out, text[i]);
    written = i + 1;
  }
  out += text.substr(written);
  out += '"';
}

void append_without_newlines(std::string& out, std::string_view json) {
  for (;;) {
    auto line = json.substr(0, json.find_first_of("\r\n"));
    out += line;
    if (line.size() == json.size())
      return;
    json.remove_prefix(line.size() + 1);
  }
}

} // namespace salon::json

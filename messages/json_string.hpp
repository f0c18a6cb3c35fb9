#pragma once

#include <optional>
#include <string>
#include <string_view>

/// JSON strings (RFC 8259, 7), read and written.
namespace salon::json {

constexpr bool is_hex_digit(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// What a valid string (with its quotes) says, in UTF-8; nothing when an escape names one half of a
/// surrogate pair, which is no character.
std::optional<std::string> unquote(std::string_view quoted);

/// Appends `text`, UTF-8, as a string in quotes. Escapes only what must be escaped.
void append_quoted(std::string& out, std::string_view text);

/// Appends a JSON text without its raw newlines, which separate messages on the wire and stand only
/// for formatting: inside strings they are escapes.
void append_without_newlines(std::string& out, std::string_view json);

} // namespace salon::json

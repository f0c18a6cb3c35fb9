#pragma once

#include <optional>
#include <string>
#include <string_view>

/// What an HTTP request asks for. Pure functions.
namespace salon {

/// A request target (RFC 9112, section 3.2), parted at its first `?`. Views into what it was made
/// from.
struct target {
  std::string_view path;
  std::string_view query;
};

/// Takes the origin form (`/path?query`) and the absolute form (`http://host/path?query`).
target read_target(std::string_view text) noexcept;

/// The bytes that `text` stands for: `%41` is `A`, `+` a blank. Nothing when an escape is broken.
std::optional<std::string> percent_decode(std::string_view text);

/// The first value of `key` in `query`, not decoded; nothing when it has none.
std::optional<std::string_view> parameter(std::string_view query, std::string_view key) noexcept;

} // namespace salon

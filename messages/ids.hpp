#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>

namespace salon {

/// Names a room: `lobby`, or `chat:general` in the namespace `chat`.
/// At most `room_name_bytes_max` bytes; see messages/names.hpp for the rules.
using room_id = std::string;

/// Names one connection (or bot) for as long as it lives: a UUID, version 4 (RFC 9562, 5.4).
struct client_id {
  std::array<std::uint8_t, 16> bytes{};

  /// Draws a new identifier; any thread may call it.
  static client_id random();

  // clang-tidy 14 takes what the compiler generates here for a null pointer.
  // NOLINTNEXTLINE(modernize-use-nullptr)
  friend auto operator<=>(const client_id&, const client_id&) = default;
};

/// The canonical text form, 36 lower-case characters (RFC 9562, 4).
std::string to_string(const client_id& id);

/// Whether `text` is a UUID in its canonical form, in either case.
bool is_uuid(std::string_view text);

/// A random string of `letters` ASCII letters, as epochs are made of.
std::string random_letters(std::size_t letters);

template <class Inspector>
bool inspect(Inspector& f, client_id& x) {
  return f.object(x).fields(f.field("bytes", x.bytes));
}

} // namespace salon

template <>
struct std::hash<salon::client_id> {
  // The identifier is random already: its first bytes are as good as any hash of it.
  std::size_t operator()(const salon::client_id& id) const noexcept {
    std::size_t result = 0;
    std::memcpy(&result, id.bytes.data(), sizeof(result));
    return result;
  }
};

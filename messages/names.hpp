#pragma once

#include <cstddef>
#include <string_view>

namespace salon {

/// Of what somebody is called, in bytes of UTF-8.
inline constexpr std::size_t name_bytes_max = 64;

/// The namespace part of a room name: what stands before the first `:` after an optional `$`;
/// empty for a room without one, and for an empty one (`:a`). `$chat:a` is in `chat`.
std::string_view namespace_of(std::string_view room) noexcept;

/// Whether `name` may name a namespace: two or more of letters, digits, `-` and `_`.
bool is_namespace_name(std::string_view name) noexcept;

/// Whether a room name consists of printable ASCII without spaces and without the reserved `/`, `*`
/// and `&`. An empty name does not; the length is the caller's limit.
bool is_room_name(std::string_view room) noexcept;

} // namespace salon

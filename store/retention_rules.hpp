#pragma once

#include "messages/room_record.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

/// What a room's retention says of its publications and keys. Pure; every store follows it.
namespace salon {

/// A time that never comes.
inline constexpr auto never = std::numeric_limits<std::int64_t>::max();

/// When `span` after `from` is over.
constexpr std::int64_t time_after(std::int64_t from, std::chrono::milliseconds span) noexcept {
  return from > never - span.count() ? never : from + span.count();
}

/// Whether the room goes as a whole.
constexpr bool is_forgotten(const room_record& room, std::int64_t now) noexcept {
  return time_after(room.last_publish, room.kept.meta_ttl) <= now;
}

/// Whether the oldest publication that is kept goes. Bytes alone do not remove the newest one.
constexpr bool is_over(const room_record& room, std::int64_t time, std::int64_t now) noexcept {
  const auto& kept = room.kept;
  return room.top - room.first >= kept.publications_max
         || (room.bytes > kept.bytes_max && room.first != room.top)
         || time_after(room.last_publish, kept.ttl) <= now
         || (kept.age_max.count() > 0 && time_after(time, kept.age_max) <= now);
}

/// Whether the oldest of `keys` keys goes.
constexpr bool is_key_over(const retention& kept, std::int64_t time, std::uint64_t keys,
                           std::int64_t now) noexcept {
  return keys > kept.keys_max || time_after(time, kept.key_window) <= now;
}

/// When time next has something to remove in a room.
/// @param oldest      When the oldest publication was made that is kept, if one is.
/// @param oldest_key  When the oldest key was used that is kept, if one is.
constexpr std::int64_t due_of(const room_record& room, std::optional<std::int64_t> oldest,
                              std::optional<std::int64_t> oldest_key) noexcept {
  const auto& kept = room.kept;
  auto due = time_after(room.last_publish, kept.meta_ttl);
  if (oldest)
    due = std::min(due, time_after(room.last_publish, kept.ttl));
  if (oldest && kept.age_max.count() > 0)
    due = std::min(due, time_after(*oldest, kept.age_max));
  if (oldest_key)
    due = std::min(due, time_after(*oldest_key, kept.key_window));
  return due;
}

} // namespace salon

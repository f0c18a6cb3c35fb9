#pragma once

#include "messages/ids.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace salon {

/// What of a room outlives what.
enum class durability : std::uint8_t {
  none,    ///< Nothing: the room lives in memory and ends with its process.
  process, ///< Acknowledged is what survives the end of the process, however sudden.
  disk,    ///< Acknowledged is what survives a power loss.
};

/// How much of a room's stream is kept, and for how long.
struct retention {
  std::size_t publications_max = 500;
  std::size_t bytes_max = 8'388'608; ///< Of data.
  /// After the last publish; then the stream is empty, and goes on where it was.
  std::chrono::milliseconds ttl = std::chrono::hours{24};
  std::chrono::milliseconds age_max{0}; ///< Of each publication; 0: any.
  /// After the last publish; then epoch and top offset are forgotten, too.
  std::chrono::milliseconds meta_ttl = std::chrono::hours{720};
  std::size_t keys_max = 10'000;
  std::chrono::milliseconds key_window = std::chrono::minutes{5};

  friend bool operator==(const retention&, const retention&) = default;
};

/// What a store knows of a room besides its publications.
struct room_record {
  room_id room;
  std::string epoch;
  std::uint64_t top = 0;   ///< The newest offset there ever was; 0: none.
  std::uint64_t first = 1; ///< The oldest offset that is kept; top + 1: none is.
  std::uint64_t term = 0;  ///< Which home of the room wrote last.
  std::uint64_t bytes = 0; ///< Of data that is kept.
  std::int64_t last_publish
    = 0; ///< Milliseconds since 1970-01-01 UTC; before any: when it was made.
  salon::durability durability = durability::process;
  retention kept;

  friend bool operator==(const room_record&, const room_record&) = default;
};

} // namespace salon

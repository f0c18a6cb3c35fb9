#pragma once

#include "messages/room_record.hpp"
#include "store/postgres_rows.hpp"
#include "store/postgres_values.hpp"

#include <cstdint>
#include <optional>
#include <string>

/// A room as a row of the table `salon.rooms`.
namespace salon {

struct postgres_room {
  std::int64_t id = 0; ///< Stands for the room in other tables.
  room_record record;
  std::uint64_t keys = 0;           ///< How many are kept.
  std::int64_t due = 0;             ///< Time has nothing to remove before.
  std::optional<std::int64_t> home; ///< The lease of the node that it is at.
};

/// What a statement selects to read rooms, as columns of `room`.
inline constexpr auto room_selection
  = "room.id, room.name, room.epoch, room.top, room.first, room.term, room.home, room.bytes, "
    "room.last_publish, room.durability::bigint, room.publications_max, room.bytes_max, room.ttl, "
    "room.age_max, room.meta_ttl, room.keys_max, room.key_window, room.keys, room.due";
inline constexpr int room_column_count = 19;

/// Reads a row that begins with the room_selection.
postgres_room read_room(const postgres_rows& from, std::size_t row);

/// The parameters `durability, publications_max, bytes_max, ttl, age_max, meta_ttl, keys_max,
/// key_window`, in this order.
void add_rules(postgres_values& to, durability lasting, const retention& kept);

} // namespace salon

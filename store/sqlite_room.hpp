#pragma once

#include "messages/room_record.hpp"

#include <SQLiteCpp/Statement.h>

#include <cstdint>

/// A room as a row of the table `rooms`.
namespace salon {

struct stored_room {
  std::int64_t id = 0; ///< Stands for the room in other tables.
  room_record record;
  std::uint64_t keys = 0; ///< How many are kept.
  std::int64_t due = 0;   ///< Time has nothing to remove before.
};

/// The columns, in the order in which they are bound and read.
inline constexpr auto room_columns
  = "name, epoch, top, first, term, bytes, last_publish, durability, publications_max, bytes_max, "
    "ttl, age_max, meta_ttl, keys_max, key_window, keys, due, id";

/// Binds all columns but `id`, which stands behind them.
void bind_room(SQLite::Statement& to, const stored_room& room);

/// Reads the current row, at whose front the columns are.
stored_room read_room(const SQLite::Statement& from);

} // namespace salon

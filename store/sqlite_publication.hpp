#pragma once

#include "messages/publication.hpp"

#include <SQLiteCpp/Statement.h>

#include <cstdint>
#include <string>

/// A publication as a row of the table `publications`.
namespace salon {

/// The columns, in the order in which they are bound and read.
inline constexpr auto publication_columns
  = "room, offset, time, kind, flags, type, refers_to, checksum, user, client, conn_info, "
    "chan_info, tags, key, data";
inline constexpr int publication_column_count = 15;

/// Binds all columns. `tags` is where the row's tags stay until the statement was executed.
void bind_publication(SQLite::Statement& to, std::int64_t room, const publication& pub,
                      std::string& tags);

/// Reads the current row, at whose front the columns are. Throws stored_wrong, which names `name`,
/// when its checksum is not that of what is there.
publication_ptr read_publication(const SQLite::Statement& from, const std::string& name);

} // namespace salon

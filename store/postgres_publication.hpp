#pragma once

#include "messages/history_messages.hpp"
#include "messages/publication.hpp"
#include "store/postgres_rows.hpp"
#include "store/postgres_values.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// A publication as a row of the table `salon.publications`.
namespace salon {

/// What a statement selects to read publications.
inline constexpr auto publication_selection
  = "place, time, kind::bigint, flags, type::bigint, refers_to, checksum, author, client, "
    "conn_info, chan_info, tags, key, data";

/// What a statement that adds rows selects from, as the table `entry`, given the number of the
/// first parameter: it has entry_parameter_count of them.
std::string entry_table(int first_parameter);
inline constexpr int entry_parameter_count = 15;

/// The columns of salon.publications besides `room`, as they are called there and in `entry`.
inline constexpr auto entry_columns
  = "place, time, kind, flags, type, refers_to, checksum, author, client, conn_info, chan_info, "
    "tags, key, data";

/// Adds the parameters of `entry_table`.
void add_entries(postgres_values& to, const room_id& room, const std::vector<log_entry>& entries);

/// Reads a row of the publication_selection. Throws stored_wrong, which names `room`, when its
/// checksum is not that of what is there.
publication_ptr read_publication(const postgres_rows& from, std::size_t row, const room_id& room);

} // namespace salon

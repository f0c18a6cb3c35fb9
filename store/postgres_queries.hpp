#pragma once

#include "store/history_store.hpp"
#include "store/postgres_connection.hpp"
#include "store/postgres_room.hpp"

#include <optional>
#include <string>
#include <vector>

/// What is read through a connection. Each call is a transaction of its own, unless one is open.
/// Throws postgres_failure and stored_wrong.
namespace salon::postgres_queries {

std::vector<publication_ptr> since(postgres_connection& on, const room_id& room,
                                   std::uint64_t offset, page_limits most);

std::vector<publication_ptr> before(postgres_connection& on, const room_id& room,
                                    std::uint64_t offset, page_limits most);

std::vector<room_record> rooms(postgres_connection& on, const std::string& after,
                               std::size_t limit);

std::optional<postgres_room> find(postgres_connection& on, const room_id& room);

/// All of them, oldest first.
std::vector<stored_key> keys(postgres_connection& on, const room_id& room);

/// The same for those used after `time`, the newest `limit` of them, to be run along with others.
postgres_call keys_call(const room_id& room, std::int64_t time, std::size_t limit);
std::vector<stored_key> keys_in(const postgres_rows& rows);

} // namespace salon::postgres_queries

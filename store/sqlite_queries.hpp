#pragma once

#include "store/history_store.hpp"
#include "store/sqlite_connection.hpp"
#include "store/sqlite_room.hpp"

#include <optional>
#include <string>
#include <vector>

namespace salon {

/// What is read through one connection, by statements that it keeps. Each call is a transaction of
/// its own, unless one is open. Throws SQLite::Exception and stored_wrong.
class sqlite_queries {
public:
  explicit sqlite_queries(SQLite::Database& on);

  std::vector<publication_ptr> since(const room_id& room, std::uint64_t offset, page_limits most);

  std::vector<publication_ptr> before(const room_id& room, std::uint64_t offset, page_limits most);

  std::vector<room_record> rooms(const std::string& after, std::size_t limit);

  std::optional<stored_room> find(const room_id& room);

  /// Keys used after `time`, the newest `limit` of them, oldest first.
  std::vector<stored_key> keys(const room_id& room, std::int64_t time, std::size_t limit);

private:
  std::vector<publication_ptr> page(kept_statement& statement, const room_id& room,
                                    std::uint64_t offset, page_limits most);

  kept_statement since_;
  kept_statement before_;
  kept_statement rooms_;
  kept_statement find_;
  kept_statement keys_;
};

} // namespace salon

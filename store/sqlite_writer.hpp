#pragma once

#include "store/history_store.hpp"
#include "store/sqlite_connection.hpp"
#include "store/sqlite_queries.hpp"
#include "store/sqlite_room.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace salon {

/// The connection that writes, with what it remembers of rooms. Throws SQLite::Exception and
/// stored_wrong; then `forget` what is remembered before anything else.
class sqlite_writer {
public:
  /// @param wal_bytes_max  To what the file of the write-ahead log shrinks when it starts over.
  /// @param cache_bytes    Of the file, kept in memory. Busy rooms should fit: an append changes
  ///                       a page of its room, which is read again where it is not there.
  sqlite_writer(const sqlite_place& place, std::uint64_t wal_bytes_max, std::uint64_t cache_bytes);

  sqlite_writer(const sqlite_writer&) = delete;
  sqlite_writer& operator=(const sqlite_writer&) = delete;

  SQLite::Database& database() noexcept {
    return database_;
  }

  sqlite_queries& queries() noexcept {
    return queries_;
  }

  /// Whether a transaction could not even be rolled back.
  bool in_transaction() const noexcept;

  /// Whether the transactions that follow are synced when they are committed.
  void sync_commits(bool yes);

  /// Nothing is remembered of rooms any more.
  void forget() {
    remembered_.clear();
  }

  opened_room open(const open_order& what);

  /// See history_store; fails with a value where the order is wrong.
  store_error add_room(const room_record& record, const entry_source& entries);

  /// Appends in the open transaction, or not: `conflict` is about this order alone. After an
  /// exception the transaction is lost.
  store_error add(const append_order& order);

  /// The same, so that `corrupt`, too, is about this order alone: what came before it stays.
  store_error add_apart(const append_order& order);

  /// See history_store.
  bool trim(const room_id& room, std::int64_t now, std::size_t rows_max, bool in_use);
  std::vector<room_id> overdue(std::int64_t now, std::size_t limit);

  /// What the store knows of itself: a value by its name.
  std::optional<std::string> note(const std::string& name);
  void set_note(const std::string& name, const std::string& value);

  /// Gives rooms without durability::disk a new epoch, in the open transaction.
  void renew_epochs(const std::function<std::string()>& fresh_epoch);

private:
  std::string append(const append_order& order);
  stored_room* find(const room_id& room);
  void insert(stored_room& room);
  void update(const stored_room& room);
  void add_entry(stored_room& room, const log_entry& entry);
  bool remove_publications(stored_room& room, bool all, std::int64_t now, std::size_t& rows_max);
  bool remove_keys(stored_room& room, bool all, std::int64_t now, std::size_t& rows_max);
  std::int64_t exact_due(const stored_room& room);
  std::optional<std::int64_t> oldest(kept_statement& rows, std::int64_t room);

  SQLite::Database database_;
  sqlite_queries queries_;
  kept_statement insert_room_;
  kept_statement update_room_;
  kept_statement advance_room_;
  kept_statement delete_room_;
  kept_statement insert_publication_;
  kept_statement oldest_publications_;
  kept_statement delete_publications_;
  kept_statement insert_key_;
  kept_statement oldest_keys_;
  kept_statement delete_keys_;
  kept_statement due_rooms_;
  kept_statement note_;
  kept_statement set_note_;
  kept_statement begin_order_;
  kept_statement end_order_;
  std::unordered_map<room_id, stored_room> remembered_;
  std::optional<bool> syncs_;
};

} // namespace salon

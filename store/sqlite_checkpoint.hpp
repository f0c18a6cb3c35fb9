#pragma once

#include "store/sqlite_connection.hpp"

#include <cstdint>
#include <mutex>
#include <optional>

namespace salon {

/// Whether a database has a write-ahead log; it gets one when it can. Throws SQLite::Exception.
bool has_write_ahead_log(SQLite::Database& database);

/// Moves what is in the write-ahead log into the database, through a connection of its own.
class checkpointer {
public:
  /// @param place  Its busy timeout is how long readers may keep a log from starting over that is
  ///               larger than `wal_bytes_max`.
  checkpointer(sqlite_place place, std::uint64_t wal_bytes_max);

  /// Returns how many bytes of the log are in use afterwards. Throws SQLite::Exception.
  std::uint64_t run();

  /// The next run connects anew.
  void close();

private:
  std::uint64_t run(int mode);

  sqlite_place place_;
  std::uint64_t wal_bytes_max_;
  std::mutex mutex_; // runs on another thread than the store
  std::optional<SQLite::Database> database_;
};

} // namespace salon

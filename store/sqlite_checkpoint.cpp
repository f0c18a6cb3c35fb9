#include "store/sqlite_checkpoint.hpp"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>

#include <algorithm>
#include <utility>

namespace salon {

namespace {

constexpr std::uint64_t log_header_bytes = 32;
constexpr std::uint64_t frame_header_bytes = 24;

} // namespace

bool has_write_ahead_log(SQLite::Database& database) {
  return database.execAndGet("PRAGMA journal_mode = WAL").getString() == "wal";
}

checkpointer::checkpointer(sqlite_place place, std::uint64_t wal_bytes_max)
  : place_(std::move(place)),
    wal_bytes_max_(wal_bytes_max) {
  // nop
}

std::uint64_t checkpointer::run() {
  std::lock_guard lock{mutex_};
  try {
    if (!database_) {
      database_.emplace(connect(place_, access::write));
      // Only a connection that has read something knows that there is a log.
      database_->execAndGet("SELECT count(*) FROM sqlite_schema");
    }
    auto bytes = run(SQLITE_CHECKPOINT_PASSIVE);
    // Most is moved already: what waits for readers now is short.
    return bytes > wal_bytes_max_ ? run(SQLITE_CHECKPOINT_TRUNCATE) : bytes;
  } catch (const SQLite::Exception&) {
    database_.reset();
    throw;
  }
}

std::uint64_t checkpointer::run(int mode) {
  auto frames = 0;
  auto* handle = database_->getHandle();
  auto status = sqlite3_wal_checkpoint_v2(handle, nullptr, mode, &frames, nullptr);
  // Busy: readers kept some of it where it is, the next run moves it.
  if (status != SQLITE_OK && status != SQLITE_BUSY)
    throw SQLite::Exception{handle, status};
  if (frames <= 0)
    return 0;
  auto page = static_cast<std::uint64_t>(database_->execAndGet("PRAGMA page_size").getInt());
  return log_header_bytes + static_cast<std::uint64_t>(frames) * (page + frame_header_bytes);
}

void checkpointer::close() {
  std::lock_guard lock{mutex_};
  database_.reset();
}

} // namespace salon

#include "store/sqlite_connection.hpp"

#include <sqlite3.h>

namespace salon {

SQLite::Database connect(const sqlite_place& place, access how) {
  auto flags = how == access::read ? SQLite::OPEN_READONLY : SQLite::OPEN_READWRITE;
  return {place.path, flags | SQLite::OPEN_NOMUTEX, static_cast<int>(place.busy_timeout.count()),
          place.vfs};
}

write_transaction::write_transaction(SQLite::Database& on) : on_(on) {
  on_.exec("BEGIN IMMEDIATE");
}

write_transaction::~write_transaction() {
  // A failure may have ended the transaction already.
  if (sqlite3_get_autocommit(on_.getHandle()) == 0)
    on_.tryExec("ROLLBACK");
}

void write_transaction::commit() {
  on_.exec("COMMIT");
}

} // namespace salon

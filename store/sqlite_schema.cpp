#include "store/sqlite_schema.hpp"

#include "store/sqlite_connection.hpp"

#include <array>

namespace salon {

namespace {

constexpr int application_id = 0x53616c6f; // "Salo"

// A publication and a key lie in their table by room and offset, so a page of a room is read from
// neighbouring places and needs no index. `due` is not later than when time has something to
// remove from the room: it moves forward only when somebody looks.
constexpr auto first_version = R"sql(
CREATE TABLE store(
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE rooms(
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  epoch TEXT NOT NULL,
  top INTEGER NOT NULL,
  first INTEGER NOT NULL,
  term INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  last_publish INTEGER NOT NULL,
  durability INTEGER NOT NULL,
  publications_max INTEGER NOT NULL,
  bytes_max INTEGER NOT NULL,
  ttl INTEGER NOT NULL,
  age_max INTEGER NOT NULL,
  meta_ttl INTEGER NOT NULL,
  keys_max INTEGER NOT NULL,
  key_window INTEGER NOT NULL,
  keys INTEGER NOT NULL,
  due INTEGER NOT NULL
) STRICT;
CREATE INDEX rooms_due ON rooms(due);

CREATE TABLE publications(
  room INTEGER NOT NULL,
  offset INTEGER NOT NULL,
  time INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  flags INTEGER NOT NULL,
  type INTEGER NOT NULL,
  refers_to INTEGER NOT NULL,
  checksum INTEGER NOT NULL,
  user TEXT,
  client BLOB,
  conn_info TEXT,
  chan_info TEXT,
  tags TEXT,
  key TEXT,
  data BLOB NOT NULL,
  PRIMARY KEY(room, offset)
) STRICT, WITHOUT ROWID;

CREATE TABLE keys(
  room INTEGER NOT NULL,
  offset INTEGER NOT NULL,
  time INTEGER NOT NULL,
  hash INTEGER NOT NULL,
  user TEXT NOT NULL,
  key TEXT NOT NULL,
  PRIMARY KEY(room, offset)
) STRICT, WITHOUT ROWID;
)sql";

constexpr std::array steps_of_release{first_version};

int number_of(SQLite::Database& database, const char* query) {
  return database.execAndGet(query).getInt();
}

} // namespace

std::span<const char* const> schema_steps() {
  return steps_of_release;
}

int schema_version(SQLite::Database& database) {
  return number_of(database, "PRAGMA user_version");
}

std::string objection_to(SQLite::Database& database, std::span<const char* const> steps) {
  auto version = schema_version(database);
  if (number_of(database, "PRAGMA application_id") != application_id) {
    auto is_empty = version == 0 && number_of(database, "SELECT count(*) FROM sqlite_schema") == 0;
    return is_empty ? "" : "a database of another program: choose another path";
  }
  if (version > static_cast<int>(steps.size()))
    return "written by a newer version of salon (schema " + std::to_string(version)
           + ", this one knows up to " + std::to_string(steps.size())
           + "): use that version, or choose another path";
  return {};
}

void migrate(SQLite::Database& database, std::span<const char* const> steps) {
  auto version = static_cast<std::size_t>(schema_version(database));
  if (version >= steps.size())
    return;
  write_transaction transaction{database};
  for (const auto* step : steps.subspan(version))
    database.exec(step);
  database.exec("PRAGMA application_id = " + std::to_string(application_id));
  database.exec("PRAGMA user_version = " + std::to_string(steps.size()));
  transaction.commit();
}

} // namespace salon

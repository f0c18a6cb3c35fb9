#include "store/sqlite_schema.hpp"
#include "tests/store/store_fixture.hpp"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Exception.h>

#include <array>

using namespace salon;
using namespace salon::testing;

namespace {

SQLite::Database in_memory() {
  return {":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
}

constexpr std::array first{"CREATE TABLE t(x INTEGER); INSERT INTO t VALUES(7)"};
constexpr std::array later{first[0], "ALTER TABLE t ADD COLUMN y TEXT DEFAULT 'new'",
                           "UPDATE t SET x = x + 1"};
constexpr std::array broken{first[0], "UPDATE t SET x = 0", "UPDATE nothing SET x = 0"};

int x_of(SQLite::Database& database) {
  return database.execAndGet("SELECT x FROM t").getInt();
}

} // namespace

TEST_CASE("schema: an empty database becomes one of this version", "[store][sqlite_schema]") {
  auto database = in_memory();

  CHECK(objection_to(database).empty());
  migrate(database);

  CHECK(schema_version(database) == static_cast<int>(schema_steps().size()));
  CHECK(database.tableExists("publications"));
  CHECK(objection_to(database).empty());
}

TEST_CASE("schema: an earlier version takes the steps that it lacks", "[store][sqlite_schema]") {
  auto database = in_memory();
  migrate(database, first);
  REQUIRE(schema_version(database) == 1);

  CHECK(objection_to(database, later).empty());
  migrate(database, later);

  CHECK(schema_version(database) == 3);
  CHECK(x_of(database) == 8);
  CHECK(database.execAndGet("SELECT y FROM t").getString() == "new");
  migrate(database, later);
  CHECK(x_of(database) == 8);
}

TEST_CASE("schema: a step that fails takes the others back", "[store][sqlite_schema]") {
  auto database = in_memory();
  migrate(database, first);

  CHECK_THROWS_AS(migrate(database, broken), SQLite::Exception);

  CHECK(schema_version(database) == 1);
  CHECK(x_of(database) == 7);
}

TEST_CASE("schema: a later version is objected to", "[store][sqlite_schema]") {
  auto database = in_memory();
  migrate(database, later);

  CHECK(objection_to(database, first)
        == "written by a newer version of salon (schema 3, this one knows up to 1): use that "
           "version, or choose another path");
}

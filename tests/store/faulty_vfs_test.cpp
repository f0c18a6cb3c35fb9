// The faulty way to files itself: a test that trusts it must be able to.
#include "tests/support/buffered_file.hpp"
#include "tests/support/faulty_vfs.hpp"
#include "tests/support/scratch_file.hpp"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <catch2/catch_test_macros.hpp>
#include <sqlite3.h>

using namespace salon::testing;

namespace {

std::string in(const scratch_file& file) {
  return file.folder() + "/test.db";
}

SQLite::Database connect(const std::string& path, const faulty_vfs& vfs) {
  SQLite::Database database{path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, 1000, vfs.name()};
  database.exec("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0");
  database.exec("CREATE TABLE IF NOT EXISTS t(x INTEGER)");
  return database;
}

int rows(SQLite::Database& database) {
  return database.execAndGet("SELECT count(*) FROM t").getInt();
}

int failure_of(SQLite::Database& database, const char* sql) {
  return database.tryExec(sql) & 0xff;
}

// A file, as a test sees it.
struct target {
  buffered_file::destination destination() {
    return {[this](const char* from, std::size_t bytes, std::size_t offset) {
              if (bytes_left < bytes)
                return false;
              bytes_left -= bytes;
              if (contents.size() < offset + bytes)
                contents.resize(offset + bytes);
              contents.replace(offset, bytes, from, bytes);
              return true;
            },
            [this](std::size_t size) {
              contents.resize(size);
              return true;
            }};
  }

  std::string contents;
  std::size_t bytes_left = 1'000'000;
};

} // namespace

TEST_CASE("buffered file: what was written is read and waits for the flush",
          "[store][buffered_file]") {
  target file{"0123456789"};
  buffered_file buffer{file.contents};

  buffer.write("ab", 2, 4);
  buffer.write("far", 3, 9000);

  std::string read(6, '?');
  CHECK(buffer.read(read.data(), 6, 2) == 6);
  CHECK(read == "23ab67");
  CHECK(buffer.read(read.data(), 6, 9001) == 2);
  CHECK(buffer.read(read.data(), 6, 9003) == 0);
  CHECK(file.contents == "0123456789");

  CHECK(buffer.flush(file.destination()));
  CHECK(file.contents.substr(0, 10) == "0123ab6789");
  CHECK(file.contents.substr(9000) == "far");
  CHECK(file.contents.size() == 9003);
}

TEST_CASE("buffered file: what was cut off does not come back", "[store][buffered_file]") {
  target file{std::string(10'000, 'x')};
  buffered_file buffer{file.contents};

  buffer.truncate(3);
  buffer.write("y", 1, 9999);
  REQUIRE(buffer.flush(file.destination()));

  CHECK(file.contents == "xxx" + std::string(9996, '\0') + "y");
}

TEST_CASE("buffered file: a flush that failed is made up for", "[store][buffered_file]") {
  target file;
  buffered_file buffer{""};
  buffer.write("abc", 3, 0);
  file.bytes_left = 0;

  CHECK_FALSE(buffer.flush(file.destination()));
  file.bytes_left = 10;
  CHECK(buffer.flush(file.destination()));
  CHECK(file.contents == "abc");
}

TEST_CASE("faulty vfs: without orders it is like any other", "[store][faulty_vfs]") {
  for (auto how : {faulty_vfs::writes::reach_the_file, faulty_vfs::writes::wait_for_sync}) {
    scratch_file file{""};
    faulty_vfs vfs{"plain", how};
    auto one = connect(in(file), vfs);
    auto other = connect(in(file), vfs);

    one.exec("INSERT INTO t VALUES(1), (2)");
    other.exec("INSERT INTO t VALUES(3)");

    CHECK(rows(one) == 3);
    CHECK(rows(other) == 3);
    one.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    CHECK(rows(other) == 3);
    CHECK(one.execAndGet("PRAGMA integrity_check").getString() == "ok");
    CHECK(vfs.count(file_operation::write) > 0);
  }
}

TEST_CASE("faulty vfs: what was not synced is gone after a power loss", "[store][faulty_vfs]") {
  scratch_file file{""};
  faulty_vfs vfs{"forgetful", faulty_vfs::writes::wait_for_sync};
  {
    auto database = connect(in(file), vfs);
    database.exec("PRAGMA synchronous = FULL; INSERT INTO t VALUES(1)");
    database.exec("PRAGMA synchronous = NORMAL; INSERT INTO t VALUES(2)");
    CHECK(rows(database) == 2);

    vfs.lose_power();
  }
  vfs.restore_power();

  auto database = connect(in(file), vfs);
  CHECK(rows(database) == 1);
  CHECK(database.execAndGet("PRAGMA integrity_check").getString() == "ok");
}

TEST_CASE("faulty vfs: nothing is gone when there was no power loss", "[store][faulty_vfs]") {
  scratch_file file{""};
  faulty_vfs vfs{"forgetful", faulty_vfs::writes::wait_for_sync};
  {
    auto database = connect(in(file), vfs);
    database.exec("PRAGMA synchronous = NORMAL; INSERT INTO t VALUES(2)");
  }

  auto database = connect(in(file), vfs);
  CHECK(rows(database) == 1);
}

TEST_CASE("faulty vfs: the operation that was chosen fails, and no other", "[store][faulty_vfs]") {
  scratch_file file{""};
  faulty_vfs vfs{"faulty"};
  auto database = connect(in(file), vfs);
  database.exec("PRAGMA synchronous = FULL; INSERT INTO t VALUES(1)");

  vfs.fail(file_operation::sync, SQLITE_IOERR_FSYNC);
  CHECK(failure_of(database, "INSERT INTO t VALUES(2)") == SQLITE_IOERR);
  vfs.fail(file_operation::write, SQLITE_FULL, 2);
  CHECK(failure_of(database, "INSERT INTO t VALUES(2)") == SQLITE_FULL);
  CHECK(failure_of(database, "INSERT INTO t VALUES(2)") == SQLITE_OK);
  CHECK(rows(database) == 2);
}

TEST_CASE("faulty vfs: a sync that is said to have failed may have worked", "[store][faulty_vfs]") {
  for (auto works : {false, true}) {
    scratch_file file{""};
    faulty_vfs vfs{"lying", faulty_vfs::writes::wait_for_sync};
    {
      auto database = connect(in(file), vfs);
      database.exec("PRAGMA synchronous = FULL; INSERT INTO t VALUES(1)");
      if (works)
        vfs.misreport_syncs(SQLITE_IOERR_FSYNC);
      else
        vfs.fail(file_operation::sync, SQLITE_IOERR_FSYNC);
      CHECK(failure_of(database, "INSERT INTO t VALUES(2)") == SQLITE_IOERR);
      vfs.lose_power();
    }
    vfs.restore_power();

    auto database = connect(in(file), vfs);
    CHECK(rows(database) == (works ? 2 : 1));
  }
}

TEST_CASE("faulty vfs: a disk stays full until it is mended", "[store][faulty_vfs]") {
  scratch_file file{""};
  faulty_vfs vfs{"faulty"};
  auto database = connect(in(file), vfs);

  vfs.fill_up();
  CHECK(failure_of(database, "INSERT INTO t VALUES(1)") == SQLITE_FULL);
  CHECK(failure_of(database, "INSERT INTO t VALUES(1)") == SQLITE_FULL);
  CHECK(rows(database) == 0);
  vfs.mend();
  CHECK(failure_of(database, "INSERT INTO t VALUES(1)") == SQLITE_OK);
}

TEST_CASE("faulty vfs: what is read-only is read only", "[store][faulty_vfs]") {
  scratch_file file{""};
  faulty_vfs vfs{"faulty"};
  {
    auto database = connect(in(file), vfs);
    database.exec("INSERT INTO t VALUES(1); PRAGMA journal_mode = DELETE");
  }

  vfs.make_read_only();
  SQLite::Database database{in(file), SQLite::OPEN_READWRITE, 0, vfs.name()};
  CHECK(rows(database) == 1);
  CHECK(failure_of(database, "INSERT INTO t VALUES(2)") == SQLITE_READONLY);
}

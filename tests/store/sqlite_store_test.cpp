// What the store in a SQLite file promises besides: that it outlives its process.
#include "store/sqlite_reader.hpp"
#include "tests/store/store_fixture.hpp"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;

namespace {

// A folder for stores, and what one in it is called there.
class store_folder {
public:
  store_folder() : file_("") {
    // nop
  }

  const std::string& path() const noexcept {
    return file_.folder();
  }

  std::string database() const {
    return path() + "/state/rooms.db";
  }

  void change(const std::string& sql) const {
    SQLite::Database{database(), SQLite::OPEN_READWRITE}.exec(sql);
  }

  // Why a store is not opened here.
  std::string refusal(sqlite_options options = {}) const {
    if (options.path.empty())
      options.path = database();
    auto store = open_sqlite_store(options);
    REQUIRE(store.has_error());
    CHECK(store.error().code == store_errc::refused);
    auto sentence = store.error().sentence;
    for (auto at = sentence.find(path()); at != std::string::npos; at = sentence.find(path()))
      sentence.replace(at, path().size(), "DIR");
    return sentence;
  }

private:
  scratch_file file_;
};

unsigned mode_of(const std::string& path) {
  struct stat about {};
  REQUIRE(::stat(path.c_str(), &about) == 0);
  return about.st_mode & 0777u;
}

} // namespace

TEST_CASE("sqlite store: everything is there after it was opened again", "[store][sqlite_store]") {
  store_folder folder;
  auto kept = keep_all();
  kept.age_max = 1000h;
  auto written = made_of_all(4);
  room_record before;
  {
    auto store = open_in(folder.path());
    open_room(*store, "lobby", kept, durability::disk);
    open_room(*store, "other");
    fill(*store, "lobby", 1, 3);
    REQUIRE(append(*store, order_of("lobby", {written})) == store_errc::none);
    REQUIRE(store->trim("lobby", 4000, 10).has_value());
    before = record_of(*store, "lobby");
  }

  auto store = open_in(folder.path());
  CHECK(record_of(*store, "lobby") == before);
  CHECK(before.durability == durability::disk);
  CHECK(kept_in(*store, "lobby") == offsets{1, 2, 3, 4});
  CHECK(*store->since("lobby", 3, {}).value().front() == *written);
  CHECK(keys_of(open_room(*store, "lobby", kept).keys) == std::vector<std::string>{"bob/k"});
  CHECK(append(*store, order_of("lobby", {made(5)})) == store_errc::none);
  CHECK(record_of(*store, "other").top == 0);
}

TEST_CASE("sqlite store: only its owner may read it", "[store][sqlite_store]") {
  store_folder folder;
  auto store = open_in(folder.path());
  open_room(*store, "lobby");
  fill(*store, "lobby", 1, 1);

  CHECK(mode_of(folder.path() + "/state") == 0700);
  for (const auto* name : {"", "-wal", "-shm", ".lock"})
    CHECK(mode_of(folder.database() + name) == 0600);
}

TEST_CASE("sqlite store: a second one on the same file is refused", "[store][sqlite_store]") {
  store_folder folder;
  auto store = open_in(folder.path());

  CHECK(folder.refusal()
        == "DIR/state/rooms.db: in use by process " + std::to_string(::getpid())
             + ": stop it, or choose another path");

  store.reset();
  open_in(folder.path());
}

TEST_CASE("sqlite store: a file of somebody else is refused and left alone",
          "[store][sqlite_store]") {
  store_folder folder;
  std::filesystem::create_directory(folder.path() + "/state");
  auto text = std::string(5000, 'x');
  std::ofstream{folder.database()} << text;

  CHECK(folder.refusal()
        == "DIR/state/rooms.db: file is not a database: no database, or a damaged one: restore "
           "it, or choose another path");

  std::string after(text.size() + 1, '?');
  std::ifstream{folder.database()}.read(after.data(), static_cast<std::streamsize>(after.size()));
  CHECK(after == text + "?");
}

TEST_CASE("sqlite store: a database of another program is refused and left alone",
          "[store][sqlite_store]") {
  store_folder folder;
  std::filesystem::create_directory(folder.path() + "/state");
  SQLite::Database other{folder.database(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
  other.exec("CREATE TABLE shopping(what TEXT)");

  CHECK(folder.refusal()
        == "DIR/state/rooms.db: a database of another program: choose another path");
  CHECK(other.execAndGet("PRAGMA journal_mode").getString() == "delete");
  CHECK(other.execAndGet("SELECT count(*) FROM sqlite_schema").getInt() == 1);
}

TEST_CASE("sqlite store: one of a newer version is refused", "[store][sqlite_store]") {
  store_folder folder;
  open_in(folder.path());
  folder.change("PRAGMA user_version = 99");

  CHECK(folder.refusal()
        == "DIR/state/rooms.db: written by a newer version of salon (schema 99, this one knows up "
           "to 1): use that version, or choose another path");
}

TEST_CASE("sqlite store: a damaged file is refused", "[store][sqlite_store]") {
  store_folder folder;
  open_in(folder.path());
  std::fstream file{folder.database()};
  file.seekp(100);
  file << std::string(4000, 'x');
  file.close();

  CHECK(folder.refusal()
        == "DIR/state/rooms.db: database disk image is malformed: no database, or a damaged one: "
           "restore it, or choose another path");
}

TEST_CASE("sqlite store: a path that cannot be is refused", "[store][sqlite_store]") {
  store_folder folder;
  sqlite_options options;

  std::filesystem::create_directories(folder.database());
  CHECK(folder.refusal() == "DIR/state/rooms.db: a folder: the path of a store names a file");

  std::ofstream{folder.path() + "/plain"} << "x";
  options.path = folder.path() + "/plain/rooms.db";
  CHECK(folder.refusal(options) == "DIR/plain: not a folder: choose another path");

  options.path = "/proc/salon/rooms.db";
  CHECK(folder.refusal(options)
        == "/proc/salon: No such file or directory: the folder cannot be made: "
           "choose another path");

  options.path = "/proc/rooms.db";
  CHECK(folder.refusal(options)
        == "/proc/rooms.db.lock: No such file or directory: the lock file cannot be had: choose a "
           "folder that this user may write to");
}

TEST_CASE("sqlite store: what was changed behind its back is found", "[store][sqlite_store]") {
  store_folder folder;
  {
    auto store = open_in(folder.path());
    open_room(*store, "lobby");
    fill(*store, "lobby", 1, 5);
  }
  auto column = GENERATE(as<std::string>{}, "time = time + 1", "kind = 1", "flags = 1", "type = 1",
                         "refers_to = 1", "data = x'7878'", "user = NULL", "client = NULL",
                         "conn_info = NULL, chan_info = '{}'", "tags = '{\"a\":\"b\"}'",
                         "tags = 'nonsense'", "key = 'k'");
  folder.change("UPDATE publications SET " + column + " WHERE offset = 3");

  auto store = open_in(folder.path());
  auto page = store->since("lobby", 0, {});
  auto reader = store->make_reader();
  auto same = reader->before("lobby", 9, {});

  REQUIRE(page.has_error());
  CHECK(page.error().code == store_errc::corrupt);
  CHECK(page.error().sentence
        == folder.database()
             + ": room lobby, offset 3: the checksum is not that of the publication");
  REQUIRE(same.has_error());
  CHECK(same.error().sentence == page.error().sentence);
  CHECK(offsets_of(store->since("lobby", 3, {})) == offsets{4, 5});
}

TEST_CASE("sqlite store: a hole in a room is found", "[store][sqlite_store]") {
  store_folder folder;
  auto store = open_in(folder.path());
  open_room(*store, "lobby");
  fill(*store, "lobby", 1, 5);
  folder.change("DELETE FROM publications WHERE offset = 3");

  auto page = store->since("lobby", 0, {});

  REQUIRE(page.has_error());
  CHECK(page.error().code == store_errc::corrupt);
  CHECK(page.error().sentence
        == folder.database() + ": room lobby: nothing is stored between the offsets 2 and 4");
}

TEST_CASE("sqlite store: a broken room does not hold up the others", "[store][sqlite_store]") {
  store_folder folder;
  {
    auto store = open_in(folder.path());
    open_room(*store, "broken");
    open_room(*store, "whole");
    fill(*store, "broken", 1, 5);
  }
  folder.change("UPDATE rooms SET top = 4 WHERE name = 'broken'");
  auto store = open_in(folder.path());

  auto result = store->append(
    {order_of("whole", {made(1)}), order_of("broken", {made(5)}), order_of("whole", {made(2)})});

  CHECK(result.each == std::vector{store_errc::none, store_errc::corrupt, store_errc::none});
  CHECK(result.sentence.ends_with("(room broken)"));
  CHECK(kept_in(*store, "whole") == offsets{1, 2});
}

TEST_CASE("sqlite store: checkpoints keep the write-ahead log small", "[store][sqlite_store]") {
  store_folder folder;
  sqlite_options options;
  options.wal_bytes_max = 400'000;
  auto store = open_in(folder.path(), options);
  auto kept = keep_all();
  kept.publications_max = 10;
  open_room(*store, "lobby", kept);

  std::uint64_t largest = 0;
  for (std::uint64_t at = 1; at <= 500; ++at) {
    fill(*store, "lobby", at, at, std::string(1000, 'x'));
    REQUIRE(store->trim("lobby", 0, 100).has_value());
    largest = std::max(largest, store->usage().wal_bytes);
    if (at % 5 == 0)
      CHECK(store->checkpoint().value() <= options.wal_bytes_max);
  }

  CHECK(largest > 0);
  CHECK(largest <= 2 * options.wal_bytes_max);
  CHECK(store->usage().bytes > 4096);
  CHECK(kept_in(*store, "lobby").size() == 10);
}

TEST_CASE("sqlite store: a reader that lingers does not stop checkpoints or appends",
          "[store][sqlite_store]") {
  store_folder folder;
  sqlite_options options;
  options.wal_bytes_max = 10'000;
  options.checkpoint_timeout = 1ms;
  auto store = open_in(folder.path(), options);
  open_room(*store, "lobby");
  fill(*store, "lobby", 1, 10, std::string(1000, 'x'));
  SQLite::Database lingering{folder.database()};
  lingering.exec("BEGIN; ");
  lingering.execAndGet("SELECT count(*) FROM rooms");
  fill(*store, "lobby", 11, 20, std::string(1000, 'x'));

  CHECK(store->checkpoint().value() > options.wal_bytes_max);
  fill(*store, "lobby", 21, 21);
  lingering.exec("COMMIT");
  CHECK(store->checkpoint().value() == 0);
  CHECK(kept_in(*store, "lobby").size() == 21);
}

TEST_CASE("sqlite store: a file that a server has open is read as it was at one moment",
          "[store][sqlite_store]") {
  store_folder folder;
  auto store = open_in(folder.path());
  open_room(*store, "lobby");
  fill(*store, "lobby", 1, 3);

  auto reader = open_sqlite_reader({folder.database(), "", 1000ms});

  REQUIRE(reader.has_value());
  CHECK(kept_in(**reader, "lobby") == offsets{1, 2, 3});
  fill(*store, "lobby", 4, 4);
  CHECK(kept_in(**reader, "lobby") == offsets{1, 2, 3});
}

TEST_CASE("sqlite store: what is no store cannot be read as one", "[store][sqlite_store]") {
  store_folder folder;
  auto missing = open_sqlite_reader({folder.path() + "/missing.db", "", 1000ms});
  REQUIRE(missing.has_error());
  CHECK(missing.error().code == store_errc::refused);
  CHECK(missing.error().sentence == folder.path() + "/missing.db: unable to open database file");

  std::ofstream{folder.path() + "/empty.db"} << "";
  auto empty = open_sqlite_reader({folder.path() + "/empty.db", "", 1000ms});
  REQUIRE(empty.has_error());
  CHECK(empty.error().code == store_errc::refused);
  CHECK(empty.error().sentence.ends_with("start the server with it once"));
}

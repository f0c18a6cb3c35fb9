#include "store/sqlite_reader.hpp"
#include "store/store_check.hpp"
#include "tests/store/store_fixture.hpp"

#include <SQLiteCpp/Database.h>

#include <sstream>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;

namespace {

// A store with two rooms of ten publications, the third with a key.
class checked_store {
public:
  checked_store() : folder_("") {
    auto store = open_in(folder_.folder());
    for (const auto* room : {"lobby", "other"}) {
      open_room(*store, room);
      fill(*store, room, 1, 2, "abc");
      REQUIRE(append(*store, order_of(room, {made(3, "abc", 3000, "k")})) == store_errc::none);
      fill(*store, room, 4, 10, "abc");
    }
  }

  void change(const std::string& sql) const {
    SQLite::Database{path(), SQLite::OPEN_READWRITE}.exec(sql);
  }

  // What is said about the store.
  std::string verdict() const {
    auto reader = open_sqlite_reader({path(), "", 1000ms});
    REQUIRE(reader.has_value());
    std::ostringstream out;
    auto done = check_store(**reader, out);
    REQUIRE(done.has_value());
    out << done->rooms << ' ' << done->publications << ' ' << done->problems;
    return out.str();
  }

private:
  std::string path() const {
    return folder_.folder() + "/state/rooms.db";
  }

  scratch_file folder_;
};

} // namespace

TEST_CASE_METHOD(checked_store, "check: a store that is whole has no problems",
                 "[store][store_check]") {
  CHECK(verdict() == "2 20 0");
}

TEST_CASE_METHOD(any_store, "check: what was trimmed is no problem", "[store][store_check]") {
  auto kept = keep_all();
  kept.publications_max = 2;
  open_room(*store, "lobby", kept);
  open_room(*store, "empty", kept);
  REQUIRE(append(*store, order_of("lobby", {made(1, "{}", 1, "k"), made(2), made(3)}))
          == store_errc::none);
  REQUIRE(store->trim("lobby", 1, 10).has_value());

  std::ostringstream out;
  auto done = check_store(*store, out);

  REQUIRE(done.has_value());
  CHECK(out.str().empty());
  CHECK(done->rooms == 2);
  CHECK(done->publications == 2);
  CHECK(done->problems == 0);
}

TEST_CASE_METHOD(checked_store, "check: missing publications are named", "[store][store_check]") {
  change("DELETE FROM publications WHERE room = 1 AND offset IN (4, 5, 8)");
  CHECK(verdict()
        == "room lobby: offsets 4 to 5 are missing; offset 8 is missing\n"
           "2 17 2");
}

TEST_CASE_METHOD(checked_store, "check: the ends of a room are looked at", "[store][store_check]") {
  change("DELETE FROM publications WHERE room = 1 AND offset = 1;"
         "DELETE FROM publications WHERE room = 2 AND offset = 10");
  CHECK(verdict()
        == "room lobby: offset 1 is missing\n"
           "room other: offset 10 is missing\n"
           "2 18 2");
}

TEST_CASE_METHOD(checked_store, "check: what is beyond the ends is found", "[store][store_check]") {
  change("UPDATE rooms SET top = 9 WHERE id = 1; UPDATE rooms SET first = 2 WHERE id = 2");
  CHECK(verdict()
        == "room lobby: offset 10 is beyond the top, 9\n"
           "room other: offset 1 is before the first, 2\n"
           "2 20 2");
}

TEST_CASE_METHOD(checked_store, "check: damaged publications are named, the others counted",
                 "[store][store_check]") {
  change("UPDATE publications SET data = x'00' WHERE room = 1 AND offset IN (1, 5, 10)");
  CHECK(verdict()
        == "room lobby: offset 1 is damaged; offset 5 is damaged; offset 10 is damaged\n"
           "2 17 3");
}

TEST_CASE_METHOD(checked_store, "check: where all is damaged, not all of it is named",
                 "[store][store_check]") {
  change("UPDATE publications SET time = 0; UPDATE rooms SET top = 1000000000000 WHERE id = 2");
  auto said = verdict();
  CHECK(said.ends_with("\n2 0 23"));
  CHECK(said.find("room lobby: offset 1 is damaged; offset 2") == 0);
  CHECK(said.find("offset 10 is damaged; and 1 more\n") != std::string::npos);
  CHECK(said.find("offset 10 is damaged; and 2 more\n") != std::string::npos);
}

TEST_CASE_METHOD(checked_store, "check: a wrong sum of bytes is found", "[store][store_check]") {
  change("UPDATE rooms SET bytes = 31 WHERE id = 1");
  CHECK(verdict() == "room lobby: 30 bytes are kept, not 31\n2 20 1");
}

TEST_CASE_METHOD(checked_store, "check: keys that point nowhere are found",
                 "[store][store_check]") {
  change("UPDATE keys SET offset = 11 WHERE room = 1; UPDATE keys SET offset = 4 WHERE room = 2");
  CHECK(verdict()
        == "room lobby: a key points to offset 11, which has no such key\n"
           "room other: a key points to offset 4, which has no such key\n"
           "2 20 2");
}

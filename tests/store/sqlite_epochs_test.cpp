// When a room's epoch is over: the machine may have forgotten what it had not synced.
#include "store/sqlite_reader.hpp"
#include "tests/store/store_fixture.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

using namespace salon;
using namespace salon::testing;

namespace {

sqlite_options after_boot(const std::string& id) {
  sqlite_options options;
  options.boot_id = id;
  options.fresh_epoch = [] { return std::string{"fresh"}; };
  return options;
}

// A process that opens a store, writes to a room of each durability, and is killed.
void leave_behind(const std::string& folder, const std::string& boot_id) {
  auto child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    auto options = after_boot(boot_id);
    options.path = folder + "/state/rooms.db";
    auto store = open_sqlite_store(options);
    auto write = [&](const std::string& room, durability lasting) {
      auto opened = (*store)->open_room({room, lasting, keep_all(), "old", 0});
      return opened
             && (opened->record.top > 0
                 || (*store)->append({{room, "old", 0, lasting, {{made(1), 0}}}}).sentence.empty());
    };
    if (!store || !write("process", durability::process) || !write("disk", durability::disk))
      ::_exit(1);
    ::raise(SIGKILL);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
}

std::string epoch_in(history_store& store, const room_id& room) {
  CHECK(kept_in(store, room) == offsets{1});
  CHECK(record_of(store, room).top == 1);
  return record_of(store, room).epoch;
}

} // namespace

TEST_CASE("epoch: it survives the death of the process", "[store][sqlite_epochs]") {
  scratch_file folder{""};
  leave_behind(folder.folder(), "one");

  auto store = open_in(folder.folder(), after_boot("one"));

  CHECK(epoch_in(*store, "process") == "old");
  CHECK(epoch_in(*store, "disk") == "old");
}

TEST_CASE("sqlite store: what a killed process left can be looked at", "[store][sqlite_epochs]") {
  scratch_file folder{""};
  leave_behind(folder.folder(), "one");

  auto reader = open_sqlite_reader({folder.folder() + "/state/rooms.db", ""});

  REQUIRE(reader.has_value());
  CHECK(kept_in(**reader, "process") == offsets{1});
  CHECK(kept_in(**reader, "disk") == offsets{1});
}

TEST_CASE("epoch: after another boot without a clean end only disk rooms keep theirs",
          "[store][sqlite_epochs]") {
  scratch_file folder{""};
  leave_behind(folder.folder(), "one");

  auto store = open_in(folder.folder(), after_boot("two"));

  CHECK(epoch_in(*store, "process") == "fresh");
  CHECK(epoch_in(*store, "disk") == "old");
}

TEST_CASE("epoch: after another boot and a clean end all keep theirs", "[store][sqlite_epochs]") {
  scratch_file folder{""};
  leave_behind(folder.folder(), "one");
  open_in(folder.folder(), after_boot("one"));

  auto store = open_in(folder.folder(), after_boot("two"));

  CHECK(epoch_in(*store, "process") == "old");
  CHECK(epoch_in(*store, "disk") == "old");
}

TEST_CASE("epoch: a clean end is good for one boot", "[store][sqlite_epochs]") {
  scratch_file folder{""};
  leave_behind(folder.folder(), "one");
  open_in(folder.folder(), after_boot("one"));
  leave_behind(folder.folder() + "/elsewhere", "one");
  auto child = ::fork();
  if (child == 0) {
    auto options = after_boot("two");
    options.path = folder.folder() + "/state/rooms.db";
    auto store = open_sqlite_store(options);
    ::raise(SIGKILL);
  }
  REQUIRE(::waitpid(child, nullptr, 0) == child);

  auto store = open_in(folder.folder(), after_boot("three"));

  CHECK(epoch_in(*store, "process") == "fresh");
}

TEST_CASE("epoch: each room gets one of its own", "[store][sqlite_epochs]") {
  scratch_file folder{""};
  leave_behind(folder.folder(), "one");
  auto options = after_boot("one");
  {
    auto store = open_in(folder.folder(), options);
    open_room(*store, "another");
    options.boot_id = "two";
  }
  leave_behind(folder.folder(), "two");
  options = after_boot("three");
  options.fresh_epoch = nullptr;

  auto store = open_in(folder.folder(), options);

  auto one = record_of(*store, "process").epoch;
  auto other = record_of(*store, "another").epoch;
  CHECK(one.size() == 8);
  CHECK(other.size() == 8);
  CHECK(one != other);
}

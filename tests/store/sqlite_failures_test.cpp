// Disks that are full, fail or lose power.
#include "store/sqlite_reader.hpp"
#include "tests/store/store_fixture.hpp"
#include "tests/support/faulty_vfs.hpp"

#include <sqlite3.h>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;

namespace {

// A store over a disk that does as it is told, with a room that has three publications.
class faulty_store {
public:
  explicit faulty_store(durability lasting = durability::process,
                        faulty_vfs::writes how = faulty_vfs::writes::reach_the_file)
    : vfs("salon-faulty", how),
      folder_(""),
      lasting_(lasting) {
    open("first boot");
    open_room(*store, "lobby", keep_all(), lasting);
    fill(*store, "lobby", 1, 3, "{}", lasting);
  }

  void open(const std::string& boot_id) {
    sqlite_options options;
    options.vfs = vfs.name();
    options.boot_id = boot_id;
    options.busy_timeout = 10ms;
    options.fresh_epoch = [this] { return "fresh-" + std::to_string(++epochs_); };
    store = open_in(folder_.folder(), options);
  }

  store_errc append_next() {
    auto next = record_of(*store, "lobby").top + 1;
    return append(*store, order_of("lobby", {made(next)}, lasting_));
  }

  // Why the store cannot be opened.
  std::string refusal() const {
    sqlite_options options;
    options.path = path();
    options.vfs = vfs.name();
    auto opened = open_sqlite_store(options);
    REQUIRE(opened.has_error());
    CHECK(opened.error().code == store_errc::refused);
    return opened.error().sentence;
  }

  std::string path() const {
    return folder_.folder() + "/state/rooms.db";
  }

  faulty_vfs vfs;
  std::unique_ptr<history_store> store;

private:
  scratch_file folder_;
  durability lasting_;
  int epochs_ = 0;
};

class fallible : public faulty_store {};

class with_synced_commits : public faulty_store {
public:
  with_synced_commits() : faulty_store(durability::disk) {
    // nop
  }
};

// The writes of a `process` room, and of a `disk` room, wait for a sync that may never come.
class before_power_loss : public faulty_store {
public:
  explicit before_power_loss(durability lasting)
    : faulty_store(lasting, faulty_vfs::writes::wait_for_sync) {
    // nop
  }

  void lose_power() {
    vfs.lose_power();
    store.reset();
    vfs.restore_power();
    open("second boot");
  }
};

class disk_room_before_power_loss : public before_power_loss {
public:
  disk_room_before_power_loss() : before_power_loss(durability::disk) {
    // nop
  }
};

class process_room_before_power_loss : public before_power_loss {
public:
  process_room_before_power_loss() : before_power_loss(durability::process) {
    // nop
  }
};

} // namespace

TEST_CASE_METHOD(fallible, "full disk: appends fail, reading goes on, and it is over when it is",
                 "[store][sqlite_failures]") {
  auto reader = store->make_reader();
  vfs.fill_up();

  auto result = store->append({order_of("lobby", {made(4)})});
  CHECK(result.each == std::vector{store_errc::unavailable});
  CHECK(result.sentence == path() + ": database or disk is full");
  CHECK(kept_in(*store, "lobby") == offsets{1, 2, 3});
  CHECK(kept_in(*reader, "lobby") == offsets{1, 2, 3});
  CHECK(store->recover().code == store_errc::unavailable);
  CHECK(store->recover().sentence == path() + ": database or disk is full");
  CHECK(kept_in(*reader, "lobby") == offsets{1, 2, 3});

  vfs.mend();
  CHECK(store->recover().code == store_errc::none);
  CHECK(append_next() == store_errc::none);
  CHECK(kept_in(*reader, "lobby") == offsets{1, 2, 3, 4});
}

TEST_CASE_METHOD(fallible, "full disk: a room that is there can still be opened",
                 "[store][sqlite_failures]") {
  vfs.fill_up();

  CHECK(open_room(*store, "lobby").record.top == 3);
  auto other = store->open_room({"other", durability::process, keep_all(), "e", 0});
  REQUIRE(other.has_error());
  CHECK(other.error().code == store_errc::unavailable);
  auto trimmed = store->trim("lobby", 1'000'000'000'000, 10);
  REQUIRE(trimmed.has_error());
  CHECK(trimmed.error().code == store_errc::unavailable);
  vfs.mend();
  CHECK(kept_in(*store, "lobby") == offsets{1, 2, 3});
  CHECK(store->open_room({"other", durability::process, keep_all(), "e", 0}).has_value());
}

TEST_CASE_METHOD(fallible, "full disk: a store says what is wrong until it has recovered",
                 "[store][sqlite_failures]") {
  vfs.fill_up();
  REQUIRE(store->recover().code == store_errc::unavailable);

  auto result = store->append({order_of("lobby", {made(4)})});

  CHECK(result.each == std::vector{store_errc::unavailable});
  CHECK(result.sentence == path() + ": closed after a failure");
  CHECK(store->find("lobby").has_error());
}

TEST_CASE_METHOD(fallible, "read-only file system: appends fail until it is over",
                 "[store][sqlite_failures]") {
  vfs.make_read_only();
  CHECK(append_next() == store_errc::unavailable);
  CHECK(store->recover().code == store_errc::unavailable);

  vfs.mend();
  CHECK(store->recover().code == store_errc::none);
  CHECK(append_next() == store_errc::none);
}

TEST_CASE_METHOD(fallible, "read-only file system: a store on it is refused",
                 "[store][sqlite_failures]") {
  store.reset();
  vfs.make_read_only();

  CHECK(refusal().starts_with(path() + ": "));
  CHECK(refusal().ends_with(": the store needs a disk with free space that this user may write "
                            "to"));
}

TEST_CASE_METHOD(fallible, "full disk: a store on it is refused", "[store][sqlite_failures]") {
  store.reset();
  vfs.fill_up();

  CHECK(refusal()
        == path()
             + ": database or disk is full: the store needs a disk with free space that this "
               "user may write to");
}

TEST_CASE_METHOD(with_synced_commits, "failing disk: a commit that was not synced is unknown",
                 "[store][sqlite_failures]") {
  vfs.fail(file_operation::sync, SQLITE_IOERR_FSYNC);

  CHECK(append_next() == store_errc::unknown);

  auto top = record_of(*store, "lobby").top;
  CHECK(kept_in(*store, "lobby").size() == top);
  CHECK(store->recover().code == store_errc::none);
  CHECK(record_of(*store, "lobby").top == top);
  CHECK(append_next() == store_errc::none);
  CHECK(kept_in(*store, "lobby").size() == top + 1);
}

TEST_CASE_METHOD(fallible, "failing disk: wherever a write fails, the log stays whole",
                 "[store][sqlite_failures]") {
  for (std::size_t nth = 1; nth <= 12; ++nth) {
    auto before = record_of(*store, "lobby").top;
    vfs.fail(file_operation::write, nth % 2 == 0 ? SQLITE_IOERR_WRITE : SQLITE_FULL, nth);
    auto room = "room-" + std::to_string(nth);
    std::vector<append_order> orders{order_of("lobby", {made(before + 1, std::string(9000, 'x'))})};

    auto result = store->append(orders);
    vfs.mend();
    CHECK(store->recover().code == store_errc::none);

    auto after = record_of(*store, "lobby").top;
    auto is_stored = result.each.front() == store_errc::none;
    if (result.each.front() != store_errc::unknown)
      CHECK(after == before + (is_stored ? 1 : 0));
    CHECK(kept_in(*store, "lobby").size() == after);
  }
  CHECK(record_of(*store, "lobby").top > 3);
}

TEST_CASE_METHOD(fallible, "failing disk: one that fails for all orders of a group",
                 "[store][sqlite_failures]") {
  open_room(*store, "other");
  vfs.fill_up();

  auto result = store->append(
    {order_of("lobby", {made(9)}), order_of("lobby", {made(4)}), order_of("other", {made(1)})});

  CHECK(result.each
        == std::vector{store_errc::conflict, store_errc::unavailable, store_errc::unavailable});
  CHECK(result.sentence == "room lobby: offset 9 where 4 comes next");
  vfs.mend();
  CHECK(append_next() == store_errc::none);
  CHECK(append(*store, order_of("other", {made(1)})) == store_errc::none);
}

TEST_CASE_METHOD(fallible, "failing disk: a page that cannot be read is an error",
                 "[store][sqlite_failures]") {
  REQUIRE(store->checkpoint().has_value());
  auto reader = store->make_reader();
  vfs.fail(file_operation::read, SQLITE_IOERR_READ, 1, faulty_vfs::always);
  auto page = reader->since("lobby", 0, {});
  REQUIRE(page.has_error());
  CHECK(page.error().code == store_errc::unavailable);

  vfs.mend();
  CHECK(kept_in(*reader, "lobby") == offsets{1, 2, 3});
}

TEST_CASE_METHOD(fallible, "failing disk: a checkpoint that fails is made up for",
                 "[store][sqlite_failures]") {
  vfs.fail(file_operation::write, SQLITE_IOERR_WRITE, 1, faulty_vfs::always);
  auto done = store->checkpoint();
  REQUIRE(done.has_error());
  CHECK(done.error().code == store_errc::unavailable);

  vfs.mend();
  CHECK(store->checkpoint().has_value());
  CHECK(kept_in(*store, "lobby") == offsets{1, 2, 3});
}

TEST_CASE_METHOD(disk_room_before_power_loss, "power loss: a disk room has lost nothing",
                 "[store][sqlite_failures]") {
  lose_power();

  CHECK(kept_in(*store, "lobby") == offsets{1, 2, 3});
  CHECK(record_of(*store, "lobby").epoch == "epoch-of-lobby");
  CHECK(append_next() == store_errc::none);
}

TEST_CASE_METHOD(disk_room_before_power_loss,
                 "power loss: a disk room has lost nothing of a group with others",
                 "[store][sqlite_failures]") {
  open_room(*store, "other");
  auto result
    = store->append({order_of("other", {made(1)}), order_of("lobby", {made(4)}, durability::disk)});
  REQUIRE(result.sentence.empty());

  lose_power();

  CHECK(kept_in(*store, "lobby") == offsets{1, 2, 3, 4});
}

TEST_CASE_METHOD(disk_room_before_power_loss,
                 "power loss: a room that became a disk room keeps to it",
                 "[store][sqlite_failures]") {
  open_room(*store, "late");
  fill(*store, "late", 1, 2);
  open_room(*store, "late", keep_all(), durability::disk);

  lose_power();

  CHECK(record_of(*store, "late").epoch == "epoch-of-late");
  CHECK(kept_in(*store, "late") == offsets{1, 2});
}

TEST_CASE_METHOD(process_room_before_power_loss,
                 "power loss: a process room may have lost its last, and then says so",
                 "[store][sqlite_failures]") {
  REQUIRE(store->checkpoint().has_value());
  fill(*store, "lobby", 4, 6);

  lose_power();

  CHECK(kept_in(*store, "lobby") == offsets{1, 2, 3});
  CHECK(record_of(*store, "lobby").epoch == "fresh-1");
}

TEST_CASE_METHOD(process_room_before_power_loss, "power loss: after a clean end nothing is missing",
                 "[store][sqlite_failures]") {
  store.reset();
  vfs.lose_power();
  vfs.restore_power();

  open("second boot");

  CHECK(kept_in(*store, "lobby") == offsets{1, 2, 3});
  CHECK(record_of(*store, "lobby").epoch == "epoch-of-lobby");
}

TEST_CASE_METHOD(process_room_before_power_loss,
                 "power loss: a second one right after the start is noticed as well",
                 "[store][sqlite_failures]") {
  store.reset();
  open("second boot");
  fill(*store, "lobby", 4, 4);

  vfs.lose_power();
  store.reset();
  vfs.restore_power();
  open("third boot");

  CHECK(kept_in(*store, "lobby") == offsets{1, 2, 3});
  CHECK(record_of(*store, "lobby").epoch == "fresh-1");
}

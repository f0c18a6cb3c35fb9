// Databases that go away, come back, hang, or are another.
#include "tests/store/store_fixture.hpp"

#include <atomic>
#include <thread>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;

namespace {

// A store in a database of its own, with a room that has three publications.
class fallible {
public:
  explicit fallible(std::chrono::milliseconds patience = 10s)
    : server(begin()),
      store(open_on(server, with(patience))) {
    open_room(*store, "lobby");
    fill(*store, "lobby", 1, 3);
  }

  static postgres_options with(std::chrono::milliseconds patience) {
    postgres_options options;
    options.request_timeout = patience;
    options.connect_timeout = 2s;
    return options;
  }

  store_errc append_at(std::uint64_t offset) const {
    return append(*store, order_of("lobby", {made(offset)}));
  }

  // Commits wait for this one from now on, or soon. One that does not exist never answers.
  void await_standby(const std::string& name) const {
    server.run("ALTER SYSTEM SET synchronous_standby_names = '" + name + "'");
    server.run("SELECT pg_reload_conf()");
    while (server.run("SHOW synchronous_standby_names") != name)
      std::this_thread::yield();
  }

  postgres_server server;
  std::unique_ptr<postgres_store> store;

private:
  static std::vector<std::string> begin() {
    if (auto why = postgres_server::lack(); !why.empty())
      SKIP(why);
    return {};
  }
};

class hasty : public fallible {
public:
  hasty() : fallible(500ms) {
    // nop
  }
};

// A primary, and a standby that follows it.
class with_standby {
public:
  explicit with_standby(bool is_complete = false) : primary(begin()), standby(primary, {}) {
    options.url = "postgres://salon@/postgres?host=" + folder_in(primary.url()) + ","
                  + folder_in(standby.url());
    options.synchronous_replication = is_complete;
    store = open_on(primary, options);
    open_room(*store, "lobby");
    fill(*store, "lobby", 1, 3);
  }

  void fail_over() {
    auto written = primary.run("SELECT pg_current_wal_flush_lsn()");
    while (standby.run("SELECT pg_last_wal_replay_lsn() >= '" + written + "'") != "t")
      std::this_thread::yield();
    primary.kill();
    standby.promote();
  }

  postgres_server primary;
  postgres_server standby;
  postgres_options options;
  std::unique_ptr<postgres_store> store;

private:
  static std::vector<std::string> begin() {
    if (auto why = postgres_server::lack(); !why.empty())
      SKIP(why);
    return {};
  }

  static std::string folder_in(const std::string& url) {
    return url.substr(url.find("host=") + 5);
  }
};

class with_complete_standby : public with_standby {
public:
  with_complete_standby() : with_standby(true) {
    // nop
  }
};

} // namespace

TEST_CASE_METHOD(fallible, "postgres: while it is away nothing is stored, then it goes on",
                 "[store][postgres_failures]") {
  auto reader = store->make_reader();
  REQUIRE(kept_in(*reader, "lobby") == offsets{1, 2, 3});
  server.kill();

  CHECK(append_at(4) == store_errc::unavailable);
  CHECK(append_at(4) == store_errc::unavailable);
  CHECK(store->recover().code == store_errc::unavailable);
  CHECK(store->lease().renew().code == store_errc::unavailable);
  CHECK(store->lease().is_valid());
  auto page = reader->since("lobby", 0, {});
  REQUIRE(page.has_error());
  CHECK(page.error().code == store_errc::unavailable);

  server.start();
  CHECK(store->find("lobby").error().sentence == store->place() + ": closed after a failure");
  CHECK(store->recover().code == store_errc::none);
  CHECK(append_at(4) == store_errc::none);
  CHECK(kept_in(*reader, "lobby") == offsets{1, 2, 3, 4});
  CHECK(record_of(*reader, "lobby").epoch == "epoch-of-lobby");
  CHECK(store->lease().renew().code == store_errc::none);
}

TEST_CASE_METHOD(fallible, "postgres: a restart between two appends is not even noticed",
                 "[store][postgres_failures]") {
  auto how = GENERATE(false, true);
  if (how)
    server.kill();
  else
    server.stop();
  server.start();

  CHECK(append_at(4) == store_errc::none);
  CHECK(kept_in(*store, "lobby") == offsets{1, 2, 3, 4});
}

TEST_CASE_METHOD(hasty, "postgres: who hangs is not waited for for longer than said",
                 "[store][postgres_failures]") {
  auto reader = store->make_reader();
  REQUIRE(kept_in(*reader, "lobby") == offsets{1, 2, 3});
  server.freeze();

  auto result = store->append({order_of("lobby", {made(4)}), order_of("lobby", {made(9)})});
  CHECK(result.each == std::vector(2, store_errc::unknown));
  CHECK(result.sentence == store->place() + ": no answer from the database in time");
  CHECK(reader->since("lobby", 0, {}).error().code == store_errc::unavailable);
  CHECK(store->recover().code == store_errc::unavailable);
  server.thaw();

  // What the frozen connection still had to do is done, or never will be.
  while (store->recover().code != store_errc::none)
    std::this_thread::yield();
  auto top = record_of(*store, "lobby").top;
  CHECK(kept_in(*store, "lobby").size() == top);
  CHECK(append_at(top + 1) == store_errc::none);
  CHECK(kept_in(*reader, "lobby").size() == top + 1);
}

TEST_CASE_METHOD(hasty, "postgres: a commit that nobody answered for is unknown",
                 "[store][postgres_failures]") {
  auto kept = keep_all();
  kept.publications_max = 2;
  open_room(*store, "lobby", kept);
  await_standby("nobody");
  auto next = std::uint64_t{4};
  auto result = append_at(next);
  while (result == store_errc::none) { // until the store's connection has heard of it
    // What is removed need not reach anybody.
    CHECK(store->trim("lobby", 1000, 10).has_value());
    result = append_at(++next);
  }

  CHECK(result == store_errc::unknown);
  CHECK(store->recover().code == store_errc::unavailable);
  await_standby("");

  while (store->recover().code != store_errc::none)
    std::this_thread::yield();
  auto top = record_of(*store, "lobby").top;
  CHECK(top >= 4);
  CHECK(kept_in(*store, "lobby").back() == top);
  CHECK(append_at(top + 1) == store_errc::none);
}

TEST_CASE_METHOD(fallible, "postgres: a commit that was told not to wait for standbys is unknown",
                 "[store][postgres_failures]") {
  await_standby("nobody");
  auto result = store_errc::none;
  std::atomic<bool> is_over{false};
  std::thread publisher{[&] {
    for (std::uint64_t next = 4; result == store_errc::none; ++next)
      result = store->append({order_of("lobby", {made(next)})}).each.front();
    is_over = true;
  }};
  while (!is_over)
    server.run("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
  publisher.join();
  await_standby("");

  CHECK(result == store_errc::unknown);
}

TEST_CASE_METHOD(fallible, "postgres: one that can only be read is not written to",
                 "[store][postgres_failures]") {
  auto reader = store->make_reader();
  REQUIRE(kept_in(*reader, "lobby") == offsets{1, 2, 3});
  server.run("ALTER SYSTEM SET default_transaction_read_only = on");
  server.run("SELECT pg_reload_conf()");
  server.stop();
  server.start();

  CHECK(append_at(4) == store_errc::unavailable);
  CHECK(store->recover().code == store_errc::unavailable);
}

TEST_CASE_METHOD(fallible, "postgres: what was acknowledged is there after any number of kills",
                 "[store][postgres_failures]") {
  std::atomic<bool> is_over{false};
  std::atomic<std::uint64_t> acknowledged{3};
  std::uint64_t refused = 0;
  std::string problem;
  std::thread publisher{[&] {
    auto next = std::uint64_t{4};
    while (!is_over) {
      auto order = order_of("lobby", {made(next, "\"" + std::to_string(next) + "\"")});
      auto result = store->append({order});
      if (result.each.front() == store_errc::none) {
        acknowledged = next++;
        continue;
      }
      ++refused;
      // What became of it has to be known before the next one.
      auto found = store->find("lobby");
      while (!found && !is_over) {
        static_cast<void>(store->recover());
        found = store->find("lobby");
      }
      if (!found)
        break;
      auto top = (*found)->top;
      if (top + 1 < next || top > next)
        problem
          = "acknowledged up to " + std::to_string(next - 1) + ", there is " + std::to_string(top);
      if (result.each.front() == store_errc::unavailable && top >= next)
        problem = "nothing was to be stored, and it is";
      next = top + 1;
    }
  }};
  for (auto times = 0; times < 5; ++times) {
    auto before = acknowledged.load();
    while (acknowledged < before + 50)
      std::this_thread::yield();
    server.kill();
    server.start();
  }
  auto before = acknowledged.load();
  while (acknowledged < before + 10)
    std::this_thread::yield();
  is_over = true;
  publisher.join();

  CHECK(problem == "");
  CHECK(refused > 0);
  auto all = kept_in(*store, "lobby");
  CHECK(all.size() >= acknowledged);
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i] != i + 1)
      FAIL("a gap before " << all[i]);
  CHECK(record_of(*store, "lobby").epoch == "epoch-of-lobby");
}

TEST_CASE_METHOD(with_standby, "postgres: where a standby took over rooms get a new epoch",
                 "[store][postgres_failures]") {
  auto reader = store->make_reader();
  REQUIRE(kept_in(*reader, "lobby") == offsets{1, 2, 3});
  auto term = record_of(*store, "lobby").term;
  fail_over();

  // Until it is known what is missing nothing is read.
  CHECK(reader->since("lobby", 0, {})
          .error()
          .sentence.ends_with("the database has changed: the rooms are not settled yet"));
  CHECK(store->recover().code == store_errc::none);

  auto record = record_of(*store, "lobby");
  CHECK(record.epoch != "epoch-of-lobby");
  CHECK(record.epoch.size() == 8);
  CHECK(record.term > term);
  CHECK(record.top == 3);
  CHECK(kept_in(*reader, "lobby") == offsets{1, 2, 3});
  CHECK(append(*store, order_of("lobby", {made(4)})) == store_errc::conflict);
  REQUIRE(store->lease().renew().code == store_errc::none);
  auto opened = open_room(*store, "lobby");
  auto order = order_of("lobby", {made(4)});
  order.epoch = opened.record.epoch;
  order.term = opened.record.term;
  CHECK(append(*store, order) == store_errc::none);
  CHECK(store->recover().code == store_errc::none);
  CHECK(record_of(*store, "lobby").epoch == record.epoch);
}

TEST_CASE_METHOD(with_complete_standby,
                 "postgres: rooms keep their epoch where the standby is said to have everything",
                 "[store][postgres_failures]") {
  fail_over();

  CHECK(append(*store, order_of("lobby", {made(4)})) == store_errc::none);

  CHECK(record_of(*store, "lobby").epoch == "epoch-of-lobby");
  CHECK(kept_in(*store, "lobby") == offsets{1, 2, 3, 4});
}

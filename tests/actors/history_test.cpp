#include "actors/failure.hpp"
#include "actors/history.hpp"
#include "tests/support/scripted_store.hpp"
#include "tests/support/stepped_shards.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;

namespace {

using lines = std::vector<std::string>;
using asker_actor = contract<caf::result<void>(append_order), caf::result<void>(open_order)>;

/// Asks the history and writes down the answers: `lobby stored`, `lobby 100`, `lobby 100 perhaps`.
struct asker_state {
  asker_state(asker_actor::pointer self, history_actor history, lines& log)
    : self_(self),
      history_(std::move(history)),
      log_(log) {
    // nop
  }

  asker_actor::behavior_type make_behavior() {
    return {
      [this](const append_order& x) {
        ask(
          self_, history_, 1min, x,
          [this, room = x.room](const appended& answer) {
            auto code = std::to_string(static_cast<int>(answer.error));
            log_.push_back(room + (answer.error == errc::none ? " stored" : ' ' + code)
                           + (answer.is_certain ? "" : " perhaps"));
          },
          [this](const caf::error&) { log_.emplace_back("no answer"); });
      },
      [this](const open_order& x) {
        ask(
          self_, history_, 1min, x,
          [this](const opened_room& opened) {
            log_.push_back(opened.record.room + " top " + std::to_string(opened.record.top));
          },
          [this](const caf::error& why) {
            log_.push_back("closed " + std::to_string(static_cast<int>(errc_of(why))));
          });
      },
    };
  }

  asker_actor::pointer self_;
  history_actor history_;
  lines& log_;
};

struct some_history {
  some_history() {
    history = spawn_history(shards[1], store, counts, {});
    asker = spawn_on<asker_state, asker_actor>(shards[0], history, log).handle;
    run();
  }

  some_history(const some_history&) = delete;
  some_history& operator=(const some_history&) = delete;

  ~some_history() {
    dismiss(asker);
    dismiss(history);
    run();
  }

  void open(const std::string& room, retention kept = {}) {
    tell(asker, open_order{room, durability::process, kept, "epoch", shards_now()});
    run();
    log.clear();
  }

  /// Appends the next `count` publications of `room`, which are told when the test runs.
  void append(const std::string& room, std::size_t count = 1) {
    append_order order{room, "epoch", 0, durability::process, {}};
    for (std::size_t i = 0; i < count; ++i) {
      auto pub = std::make_shared<publication>();
      pub->offset = ++tops_[room];
      pub->time = shards_now();
      pub->data = "1";
      order.entries.push_back({pub, 0});
    }
    tell(asker, std::move(order));
  }

  std::uint64_t first(const std::string& room) {
    auto record = store.find(room).value();
    return record ? record->first : 0;
  }

  std::int64_t shards_now();

  void run() {
    shards.run();
  }

  stepped_shards shards{2};
  metrics counts{shards.system()};
  scripted_store store;
  lines log;
  history_actor history;
  asker_actor asker;

private:
  std::map<std::string, std::uint64_t> tops_;
};

std::int64_t some_history::shards_now() {
  return shards[0].wheel().wall_ms();
}

} // namespace

TEST_CASE_METHOD(some_history, "history: what waits goes into one transaction",
                 "[actors][history]") {
  open("a");
  open("b");
  shards.freeze(1);
  append("a", 2);
  append("b");
  append("a");
  run();

  shards.freeze(1, false);
  run();

  CHECK(store.appends == lines{"a 1 2, b 1, a 3"});
  CHECK(log == lines{"a stored", "b stored", "a stored"});
  CHECK(counts.log_commits.value() == 1);
  CHECK(counts.log_appends.value() == 4);
}

TEST_CASE_METHOD(some_history, "history: an idle one commits at once", "[actors][history]") {
  open("a");
  append("a");
  run();
  append("a");
  run();

  CHECK(store.appends == lines{"a 1", "a 2"});
}

TEST_CASE_METHOD(some_history, "history: a room is opened behind what is to be stored of it",
                 "[actors][history]") {
  open("a");
  append("a", 3);
  tell(asker, open_order{"a", durability::process, {}, "other", shards_now()});
  run();

  CHECK(log == lines{"a stored", "a top 3"});
}

TEST_CASE_METHOD(some_history, "history: an outcome that nobody knows is not made up",
                 "[actors][history]") {
  open("a");
  store.fates = {fate::stored_unknown};
  append("a");
  run();

  CHECK(log == lines{"a 100 perhaps"});
}

TEST_CASE_METHOD(some_history, "history: what is refused out of turn harms nobody else",
                 "[actors][history]") {
  open("a");
  open("b");
  shards.freeze(1);
  append("a");
  tell(asker, append_order{"a", "another epoch", 0, durability::process, {}});
  append("b");
  shards.freeze(1, false);
  run();

  REQUIRE(log.size() == 3);
  CHECK(log[0] == "a stored");
  CHECK(log[2] == "b stored");
  CHECK(counts.log_failing.value() == 0);
}

TEST_CASE_METHOD(some_history, "history: a store that fails is asked again by the clock",
                 "[actors][history]") {
  open("a");
  store.fates = {fate::refused};
  store.recovers = false;
  append("a");
  run();
  append("a");
  run();
  CHECK(log == lines{"a 100", "a 100"});
  CHECK(store.appends.size() == 1);
  CHECK(counts.log_failing.value() == 1);

  shards.advance(3s);
  CHECK(counts.log_failing.value() == 1);
  store.recovers = true;
  shards.advance(2s);

  CHECK(counts.log_failing.value() == 0);
}

TEST_CASE_METHOD(some_history, "history: a damaged room does not stop the others",
                 "[actors][history]") {
  open("a");
  open("b");
  store.fates = {fate::corrupt};
  append("a");
  run();
  append("b");
  run();

  CHECK(log == lines{"a 100", "b stored"});
  CHECK(counts.log_failing.value() == 0);
}

TEST_CASE_METHOD(some_history, "history: a room that cannot be opened is an error",
                 "[actors][history]") {
  store.opens = false;
  tell(asker, open_order{"a", durability::process, {}, "epoch", shards_now()});
  run();

  CHECK(log == lines{"closed 100"});
}

TEST_CASE_METHOD(some_history, "history: what is pushed out goes, not with each append",
                 "[actors][history]") {
  retention kept;
  kept.publications_max = 10;
  open("a", kept);

  append("a", 60);
  run();
  CHECK(first("a") == 1);

  append("a", 10);
  run();
  CHECK(first("a") == 61);
}

TEST_CASE_METHOD(some_history, "history: a room that is closed keeps no more than it may",
                 "[actors][history]") {
  retention kept;
  kept.publications_max = 10;
  open("a", kept);
  append("a", 30);
  run();

  tell(history, log_closed{"a"});
  run();

  CHECK(first("a") == 21);
}

TEST_CASE_METHOD(some_history, "history: what becomes too old goes without anybody's doing",
                 "[actors][history]") {
  retention kept;
  kept.ttl = 1min;
  open("a", kept);
  append("a", 3);
  run();
  CHECK(first("a") == 1);

  shards.advance(2min);

  CHECK(first("a") == 4);
}

TEST_CASE_METHOD(some_history, "history: removing much leaves room for commits in between",
                 "[actors][history]") {
  retention kept;
  kept.publications_max = 1;
  open("a", kept);
  open("b");
  append("a", 1'000);
  // Stored, and some of what it pushed out has gone.
  while (first("a") <= 1)
    REQUIRE(shards.step());
  REQUIRE(first("a") < 1'000);
  append("b");

  // The next pieces go before or after, but not all of them before.
  while (store.appends.size() < 2)
    REQUIRE(shards.step());
  CHECK(first("a") < 1'000);

  run();
  CHECK(first("a") == 1'000);
}

TEST_CASE_METHOD(some_history, "history: a room that has ended is free for other nodes",
                 "[actors][history]") {
  store.releases = false;
  tell(history, log_closed{"lobby"});
  run();
  CHECK(store.released.empty());

  store.releases = true;
  shards.advance(2s);

  CHECK(store.released == std::vector<room_id>{"lobby"});
}

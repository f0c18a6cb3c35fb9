// How a room with a log opens, ends, and goes elsewhere.
#include "tests/actors/durable_room_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;

namespace {

// With ana in it, under the first lease of its node.
struct leased_room : durable_room {
  leased_room() {
    storage.lease = [this] { return lease; };
    restart();
    enter("ana");
    run();
  }

  std::uint64_t lease = 1;
};

} // namespace

// -- opening ------------------------------------------------------------------

TEST_CASE_METHOD(durable_room, "durable room: it comes back as what it was",
                 "[actors][durable_room]") {
  publish_some(3);
  enter("ana");
  run();
  auto before = epoch();
  restart();

  enter("bob");
  ask_history(-1);
  run();

  CHECK(heard() == lines{"entered 5 top 3", "answer 6 history 1 2 3 top 3"});
  CHECK(epoch() == before);
}

TEST_CASE_METHOD(durable_room, "durable room: an empty one comes back, too",
                 "[actors][durable_room]") {
  enter("ana");
  run();
  auto before = epoch();
  restart();

  recover("ana", {before, 0});
  run();

  CHECK(heard() == lines{"entered 2 top 0 recovered"});
  CHECK(epoch() == before);
}

TEST_CASE_METHOD(durable_room, "durable room: what comes before it is open is kept in order",
                 "[actors][durable_room]") {
  shards.freeze(log_shard);
  restart();
  enter("ana");
  ask_presence();
  leave("ana");
  ask_presence(true);
  publish_text("a");
  ask_history(0);
  run();
  CHECK(heard().empty());

  shards.freeze(log_shard, false);
  run();

  CHECK(heard()
        == lines{"entered 1 top 0", "answer 2 members ana", "answer 3 counts 0 0",
                 "answer 4 offset 1", "answer 5 history top 1"});
}

TEST_CASE_METHOD(durable_room, "durable room: a log that cannot be opened is an error for a while",
                 "[actors][durable_room]") {
  publish_some(1);
  store.opens = false;
  restart();
  enter("ana");
  publish_text("a");
  ask_history(1);
  run();
  CHECK(heard() == lines{"refused 2 code 100", "answer 4 code 100", "answer 3 code 100"});

  store.opens = true;
  enter("ana");
  run();
  CHECK(heard() == lines{"entered 5 top 1"});
}

TEST_CASE_METHOD(durable_room, "durable room: empty and idle it ends, whatever its log keeps",
                 "[actors][durable_room]") {
  publish_some(3);
  told_directory();

  shards.advance(61s);

  CHECK(told_directory() == lines{"idle"});
}

TEST_CASE_METHOD(durable_room, "durable room: with an append under way it stays",
                 "[actors][durable_room]") {
  publish_some(1);
  shards.freeze(log_shard);
  publish_text("a");
  run();

  tell(room, room_may_close{});
  run();

  CHECK(told_directory() == lines{"stays"});
  shards.freeze(log_shard, false);
  run();
}

// -- ending, and going elsewhere ----------------------------------------------

TEST_CASE_METHOD(durable_room, "durable room: one with members is not forgotten, however silent",
                 "[actors][durable_room]") {
  rules.history_meta_ttl = 2min;
  restart();
  enter("ana");
  publish_some(1);
  auto before = epoch();
  shards.advance(10min);
  heard();

  publish_text("a");
  run();
  CHECK(heard() == lines{"pub 2 a", "answer 3 offset 2"});

  leave("ana");
  run();
  dismiss(room);
  run();
  shards.advance(10min);
  restart();
  enter("ana");
  run();
  CHECK(heard() == lines{"entered 4 top 0"});
  CHECK(epoch() != before);
}

TEST_CASE_METHOD(leased_room, "durable room: a lapse of the lease ends it, whatever lease follows",
                 "[actors][durable_room]") {
  REQUIRE(heard() == lines{"entered 1 top 0"});

  lease = 2;
  enter("bob");
  run();

  CHECK(heard() == lines{});
  CHECK(!is_running());
}

TEST_CASE_METHOD(leased_room, "durable room: one that nobody speaks to finds that it has no lease",
                 "[actors][durable_room]") {
  REQUIRE(is_running());

  lease = 0;
  shards.advance(1s);

  CHECK(!is_running());
}

TEST_CASE_METHOD(durable_room,
                 "durable room: one that was handed over waits until its log has been, too",
                 "[actors][durable_room]") {
  handed_over = std::make_shared<room_given>();
  store.elsewhere = "n2";
  restart();

  enter("ana");
  run();
  CHECK(heard().empty());
  store.elsewhere.clear();
  shards.advance(100ms);
  run();

  CHECK(heard() == lines{"entered 1 top 0"});
}

TEST_CASE_METHOD(durable_room, "durable room: one that was handed over does not wait for ever",
                 "[actors][durable_room]") {
  handed_over = std::make_shared<room_given>();
  store.elsewhere = "n2";
  restart();

  enter("ana");
  for (auto i = 0; i < 60; ++i) {
    shards.advance(100ms);
    run();
  }

  CHECK(heard() == lines{"refused 1 code 100"});
  CHECK(!is_running());
}

TEST_CASE_METHOD(durable_room, "durable room: one that another node has refuses, and ends",
                 "[actors][durable_room]") {
  store.elsewhere = "n2";
  restart();

  enter("ana");
  run();

  CHECK(heard() == lines{"refused 1 code 100"});
  CHECK(!is_running());
}

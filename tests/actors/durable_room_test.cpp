// What is published in a room with a log.
#include "tests/actors/durable_room_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;

namespace {

const std::string uuid = "00000000-0000-4000-8000-000000000001";

struct small_groups : durable_room {
  small_groups() : durable_room({}, options()) {
    // nop
  }

  static history_options options() {
    history_options result;
    result.group_publications_max = 2;
    result.queue_bytes_max = 100;
    return result;
  }
};

} // namespace

// -- publishing ---------------------------------------------------------------

TEST_CASE_METHOD(durable_room, "durable room: nobody hears of what is not stored",
                 "[actors][durable_room]") {
  enter("ana");
  run();
  heard();
  shards.freeze(log_shard);

  publish_text("hello");
  run();
  CHECK(heard().empty());

  shards.freeze(log_shard, false);
  run();
  CHECK(heard() == lines{"pub 1 hello", "answer 2 offset 1"});
}

TEST_CASE_METHOD(durable_room, "durable room: what waits while a group is stored is the next one",
                 "[actors][durable_room]") {
  publish_text("a");
  run();
  shards.freeze(log_shard);
  for (auto data : {"b", "c", "d"})
    publish_text(data);
  run();

  shards.freeze(log_shard, false);
  run();

  CHECK(store.appends == std::vector<std::string>{"lobby 1", "lobby 2", "lobby 3 4"});
}

TEST_CASE_METHOD(durable_room, "durable room: it tells the store what is to be synced",
                 "[actors][durable_room]") {
  rules.durability = durability::disk;
  restart();

  publish_text("a");
  run();

  REQUIRE(store.orders.size() == 1);
  CHECK(store.orders[0].durability == durability::disk);
}

TEST_CASE_METHOD(durable_room, "durable room: one without history lives in memory",
                 "[actors][durable_room]") {
  rules.history_size = 0;
  restart();

  publish_text("a");
  run();

  CHECK(heard() == lines{"answer 1 offset 1"});
  CHECK(store.appends.empty());
}

TEST_CASE_METHOD(durable_room, "durable room: a typing sign does not wait for the log",
                 "[actors][durable_room]") {
  enter("ana");
  run();
  heard();
  shards.freeze(log_shard);
  publish_text("slow");
  publish_order typing;
  typing.data = "{}";
  typing.passing = true;
  publish_order_of(typing);

  run();

  CHECK(heard() == lines{"pub 0 {}", "answer 3 offset 0"});
  shards.freeze(log_shard, false);
}

TEST_CASE_METHOD(durable_room, "durable room: who reads after a publish finds it",
                 "[actors][durable_room]") {
  publish_some(1);
  heard();

  publish_text("a");
  ask_history(-1);
  publish_text("b");
  ask_history(0);
  run();

  CHECK(heard()
        == lines{"answer 2 offset 2", "answer 3 history 1 2 top 2", "answer 4 offset 3",
                 "answer 5 history top 3"});
}

// -- appends that fail --------------------------------------------------------

TEST_CASE_METHOD(durable_room, "durable room: what is not stored has not happened",
                 "[actors][durable_room]") {
  enter("ana");
  publish_text("a");
  run();
  heard();
  store.fates = {fate::refused};

  publish_text("b");
  run();
  CHECK(heard() == lines{"answer 3 code 100"});

  // While the store fails it is not even tried; then it is as if nothing had been.
  shards.advance(2s);
  publish_text("c");
  run();
  CHECK(heard() == lines{"pub 2 c", "answer 4 offset 2"});
}

TEST_CASE_METHOD(durable_room, "durable room: while the store fails all are told at once",
                 "[actors][durable_room]") {
  publish_text("a");
  run();
  store.fates = {fate::refused};
  store.recovers = false;
  publish_text("b");
  run();
  heard();

  publish_text("c");
  publish_text("d");
  shards.advance(5s);
  CHECK(heard() == lines{"answer 3 code 100", "answer 4 code 100"});
  CHECK(counts->log_failing.value() == 1);
  CHECK(store.appends.size() == 2);

  store.recovers = true;
  shards.advance(2s);
  publish_text("e");
  run();
  CHECK(heard() == lines{"answer 5 offset 2"});
  CHECK(counts->log_failing.value() == 0);
}

TEST_CASE_METHOD(durable_room, "durable room: what was stored after all is delivered and answered",
                 "[actors][durable_room]") {
  enter("ana");
  run();
  heard();
  store.fates = {fate::stored_unknown};

  publish_text("a");
  run();

  CHECK(heard() == lines{"pub 1 a", "answer 2 offset 1"});
}

TEST_CASE_METHOD(durable_room, "durable room: what was lost is answered so, its offset is the next",
                 "[actors][durable_room]") {
  enter("ana");
  run();
  heard();
  store.fates = {fate::lost_unknown};

  publish_text("a");
  run();
  CHECK(heard() == lines{"answer 2 code 100"});

  shards.advance(2s);
  publish_text("b");
  run();
  CHECK(heard() == lines{"pub 1 b", "answer 3 offset 1"});
}

TEST_CASE_METHOD(durable_room,
                 "durable room: nobody waits for a store that does not answer, and what it stored "
                 "is delivered when it does",
                 "[actors][durable_room]") {
  enter("ana");
  publish_text("a");
  run();
  heard();
  shards.freeze(log_shard);
  publish_text("b");
  publish_text("c");

  // The deadline of the append, then that of the question what became of it.
  shards.advance(21s);
  CHECK(heard() == lines{"answer 3 code 100", "answer 4 code 100"});
  publish_text("d");
  run();
  CHECK(heard() == lines{"answer 5 code 100"});

  shards.freeze(log_shard, false);
  shards.advance(2s);
  publish_text("e");
  run();
  CHECK(heard() == lines{"pub 2 b", "pub 3 e", "answer 6 offset 3"});
}

TEST_CASE_METHOD(durable_room,
                 "durable room: what was stored meanwhile and is kept no more stops nobody",
                 "[actors][durable_room]") {
  rules.history_size = 2;
  restart();
  enter("ana");
  run();
  heard();
  shards.freeze(log_shard);
  for (auto i = 0; i < 71; ++i)
    publish_text("x");
  run();
  shards.freeze(log_shard, false);
  while (store.appends.empty())
    REQUIRE(shards.step());
  shards.freeze(log_shard);
  // The first is stored; the others are under way until nobody waits for them.
  shards.advance(21s);
  CHECK(heard().size() == 2 + 70);

  shards.freeze(log_shard, false);
  shards.advance(2s);
  CHECK(store.appends.size() == 2);
  CHECK(heard() == lines{"pub 70 x", "pub 71 x"});

  publish_text("e");
  ask_history(-1);
  recover("bob", {epoch(), 1});
  run();
  auto log = heard();
  REQUIRE(log.size() == 4);
  CHECK(log[0].ends_with("top 71"));
  CHECK(log[1] == "pub 72 e");
  CHECK(log[2].ends_with("offset 72"));
  CHECK(log[3].ends_with("history 71 72 top 72"));
}

TEST_CASE_METHOD(durable_room, "durable room: what another one stored is not what was published",
                 "[actors][durable_room]") {
  enter("ana");
  publish_text("a");
  run();
  heard();
  auto theirs = std::make_shared<publication>();
  theirs->offset = 2;
  theirs->time = shards[0].wheel().wall_ms();
  theirs->data = "theirs";
  auto other = store.orders.back();
  other.entries = {{theirs, 0}};
  store.append({other});

  publish_text("b");
  run();
  CHECK(heard() == lines{"pub 2 theirs", "answer 3 code 100"});

  publish_text("c");
  run();
  CHECK(heard() == lines{"pub 3 c", "answer 4 offset 3"});
}

TEST_CASE_METHOD(durable_room, "durable room: what is under way counts until its fate is known",
                 "[actors][durable_room]") {
  publish_text("a");
  run();
  shards.freeze(log_shard);
  publish_text("12345");
  run();
  CHECK(counts->log_queue_bytes.value() == 5);

  shards.advance(21s);
  CHECK(counts->log_queue_bytes.value() == 5);

  shards.freeze(log_shard, false);
  shards.advance(2s);
  CHECK(counts->log_queue_bytes.value() == 0);
}

TEST_CASE_METHOD(small_groups, "durable room: more than may wait to be stored is refused",
                 "[actors][durable_room]") {
  enter("ana");
  run();
  heard();

  publish_text(std::string(101, 'x'));
  publish_text("small");
  run();

  CHECK(heard() == lines{"answer 2 code 111", "pub 1 small", "answer 3 offset 1"});
  CHECK(counts->log_queue_bytes.value() == 0);
}

// -- keys ---------------------------------------------------------------------

TEST_CASE_METHOD(durable_room, "durable room: a key in flight waits for its answer",
                 "[actors][durable_room]") {
  publish_text("first");
  run();
  heard();
  shards.freeze(log_shard);
  publish_text("busy");
  publish_keyed("a", uuid);
  publish_keyed("a", uuid);
  publish_keyed("other", uuid);
  run();

  shards.freeze(log_shard, false);
  run();

  CHECK(
    heard()
    == lines{"answer 2 offset 2", "answer 5 code 107", "answer 3 offset 3", "answer 4 offset 3"});
  CHECK(store.appends.back() == "lobby 3");
}

TEST_CASE_METHOD(durable_room, "durable room: a key is known after a restart, too",
                 "[actors][durable_room]") {
  publish_keyed("a", uuid);
  run();
  restart();
  enter("ana");
  run();
  heard();

  publish_keyed("a", uuid);
  publish_keyed("b", uuid);
  run();

  CHECK(heard() == lines{"answer 3 offset 1", "answer 4 code 107"});
}

TEST_CASE_METHOD(durable_room, "durable room: a key of a publish that failed is free",
                 "[actors][durable_room]") {
  publish_text("a");
  run();
  store.fates = {fate::refused};
  publish_keyed("b", uuid);
  run();
  shards.advance(2s);
  heard();

  publish_keyed("c", uuid);
  run();

  CHECK(heard() == lines{"answer 3 offset 2"});
}

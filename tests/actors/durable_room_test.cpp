// Rooms with a log. The log is on a shard of its own, which a test can freeze: a store that takes
// its time.
#include "actors/history.hpp"
#include "actors/log_reader.hpp"
#include "tests/actors/room_fixture.hpp"
#include "tests/support/scripted_store.hpp"

#include <catch2/catch_test_macros.hpp>

#include <limits>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t log_shard = 1;
constexpr std::size_t reader_shard = 2;

const std::string uuid = "00000000-0000-4000-8000-000000000001";

struct durable_room : room_fixture {
  durable_room() : durable_room(room_options{}) {
    // nop
  }

  explicit durable_room(room_options wanted, history_options log_options = {})
    : room_fixture(wanted, 1024, 3),
      rules(std::move(wanted)) {
    storage.options = log_options;
    storage.log = spawn_history(shards[log_shard], store, *counts, log_options);
    storage.reader
      = spawn_log_reader(shards[reader_shard], store.make_reader(), *counts, log_options);
    restart();
  }

  ~durable_room() {
    dismiss(room);
    room = nullptr;
    run();
    dismiss(storage.log);
    dismiss(storage.reader);
    storage = {};
    run();
  }

  /// As after a restart of the process: the log is all there is.
  void restart() {
    start(rules);
    heard();
  }

  void publish_keyed(std::string data, std::string key) {
    publish_order order;
    order.data = std::move(data);
    order.key = std::move(key);
    publish_order_of(std::move(order));
  }

  void publish_some(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      publish_text("x");
    run();
  }

  room_options rules;
  scripted_store store;
};

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

// -- what is kept -------------------------------------------------------------

TEST_CASE_METHOD(durable_room, "durable room: history reads from the log, both ways",
                 "[actors][durable_room]") {
  publish_some(10);
  restart();
  enter("ana");
  run();
  heard();

  ask_history(3);
  ask_history(3, stream_position{epoch(), 7});
  ask_history(3, std::nullopt, true);
  ask_history(3, stream_position{epoch(), 3}, true);
  ask_history(-1, stream_position{epoch(), 10});
  ask_history(3, stream_position{epoch(), 1}, true);
  ask_history(3, stream_position{epoch(), std::numeric_limits<std::uint64_t>::max()});
  run();

  CHECK(heard()
        == lines{"answer 16 history top 10", "answer 17 history top 10", "answer 18 history top 10",
                 "answer 12 history 1 2 3 top 10", "answer 13 history 8 9 10 top 10",
                 "answer 14 history 10 9 8 top 10", "answer 15 history 2 1 top 10"});
}

TEST_CASE_METHOD(durable_room, "durable room: the log is never ahead of what was delivered",
                 "[actors][durable_room]") {
  publish_some(2);
  restart();
  enter("ana");
  run();
  heard();
  // Stored, but the room has not been told.
  publish_text("x");
  auto before = store.appends.size();
  while (store.appends.size() == before)
    REQUIRE(shards.step());
  ask_history(-1);
  run();

  auto log = heard();
  REQUIRE(log.size() == 3);
  auto delivered = std::find(log.begin(), log.end(), "pub 3 x");
  auto answered = std::find(log.begin(), log.end(), "answer 5 history 1 2 top 2");
  if (answered == log.end())
    answered = std::find(log.begin(), log.end(), "answer 5 history 1 2 3 top 3");
  REQUIRE(answered != log.end());
  CHECK((*answered == "answer 5 history 1 2 top 2") == (answered < delivered));
}

TEST_CASE_METHOD(durable_room, "durable room: history and recovery end where retention does",
                 "[actors][durable_room]") {
  rules.history_size = 3;
  restart();
  publish_some(10);
  restart();
  enter("ana");
  run();
  heard();

  ask_history(-1);
  recover("bob", {epoch(), 6});
  recover("cem", {epoch(), 7});
  run();

  CHECK(heard()
        == lines{"entered 13 top 10", "answer 12 history 8 9 10 top 10",
                 "entered 14 top 10 recovered 8 9 10"});
}

TEST_CASE_METHOD(durable_room,
                 "durable room: after its time the history is over, the offsets go on",
                 "[actors][durable_room]") {
  rules.history_ttl = 1min;
  restart();
  publish_some(3);
  enter("ana");
  run();
  heard();
  dismiss(room);
  run();
  shards.advance(2min);
  restart();

  recover("ana", {epoch(), 1});
  ask_history(-1);
  publish_text("d");
  run();

  CHECK(heard()
        == lines{"entered 5 top 3", "pub 4 d", "answer 7 offset 4", "answer 6 history 4 top 4"});
}

TEST_CASE_METHOD(durable_room, "durable room: what is too old is neither read nor recovered",
                 "[actors][durable_room]") {
  rules.history_age = 1min;
  restart();
  publish_some(2);
  shards.advance(40s);
  publish_some(2);
  shards.advance(30s);
  enter("ana");
  run();
  heard();

  ask_history(-1);
  recover("bob", {epoch(), 1});
  recover("cem", {epoch(), 2});
  run();
  CHECK(heard()
        == lines{"answer 6 history 3 4 top 4", "entered 7 top 4", "entered 8 top 4 recovered 3 4"});

  restart();
  ask_history(-1);
  recover("bob", {epoch(), 1});
  recover("cem", {epoch(), 2});
  run();
  CHECK(
    heard()
    == lines{"entered 10 top 4", "answer 9 history 3 4 top 4", "entered 11 top 4 recovered 3 4"});
}

// -- recovery -----------------------------------------------------------------

TEST_CASE_METHOD(durable_room, "durable room: what was missed comes from the log",
                 "[actors][durable_room]") {
  publish_some(400);
  restart();
  enter("ana");
  run();
  heard();

  recover("bob", {epoch(), 100});
  recover("cem", {epoch(), 99});
  recover("dia", {epoch(), 400});
  recover("eve", {"another", 300});
  run();

  auto log = heard();
  REQUIRE(log.size() == 4);
  // 300 is the limit: who has missed one more is told so.
  CHECK(log[0] == "entered 403 top 400");
  CHECK(log[1] == "entered 404 top 400 recovered");
  CHECK(log[2] == "entered 405 top 400");
  CHECK(log[3].starts_with("entered 402 top 400 recovered 101 102 "));
  CHECK(log[3].ends_with(" 399 400"));
}

TEST_CASE_METHOD(durable_room,
                 "durable room: what is published while the log is read is not missed",
                 "[actors][durable_room]") {
  publish_some(3);
  restart();
  enter("ana");
  run();
  heard();
  shards.freeze(reader_shard);
  recover("bob", {epoch(), 1});
  run();
  publish_text("d");
  publish_text("e");
  run();
  CHECK(heard() == lines{"pub 4 d", "answer 6 offset 4", "pub 5 e", "answer 7 offset 5"});

  shards.freeze(reader_shard, false);
  run();

  CHECK(heard() == lines{"entered 5 top 5 recovered 2 3 4 5"});
}

TEST_CASE_METHOD(durable_room, "durable room: who leaves while the log is read has left",
                 "[actors][durable_room]") {
  publish_some(3);
  restart();
  enter("ana", true);
  run();
  heard();
  shards.freeze(reader_shard);
  recover("bob", {epoch(), 1});
  run();
  leave("bob");

  shards.freeze(reader_shard, false);
  ask_presence();
  run();

  CHECK(heard() == lines{"answer 6 members ana"});
}

TEST_CASE_METHOD(durable_room, "durable room: who asks again meanwhile is answered once",
                 "[actors][durable_room]") {
  publish_some(3);
  restart();
  enter("ana");
  run();
  heard();
  shards.freeze(reader_shard);
  recover("bob", {epoch(), 1});
  run();
  recover("bob", {epoch(), 2});
  run();

  shards.freeze(reader_shard, false);
  run();

  CHECK(heard() == lines{"entered 6 top 3 recovered 3"});
}

TEST_CASE_METHOD(durable_room, "durable room: a log that cannot be read is a temporary error",
                 "[actors][durable_room]") {
  publish_some(3);
  restart();
  enter("ana");
  run();
  heard();
  store.reads = false;

  recover("bob", {epoch(), 1});
  ask_history(-1);
  ask_stretch(1);
  run();

  CHECK(heard() == lines{"refused 5 code 100", "answer 6 code 100", "stretch 7 failed"});
}

TEST_CASE_METHOD(durable_room, "durable room: nobody waits for what is damaged",
                 "[actors][durable_room]") {
  publish_some(3);
  restart();
  enter("ana");
  run();
  heard();
  store.damaged = true;

  recover("bob", {epoch(), 1});
  ask_history(-1);
  ask_stretch(1);
  run();

  CHECK(heard() == lines{"entered 5 top 3", "answer 6 code 100", "stretch 7 gone"});
}

TEST_CASE_METHOD(durable_room, "durable room: more bytes than an answer may have are not recovered",
                 "[actors][durable_room]") {
  limits.reply_bytes_max = 10'000;
  restart();
  for (auto i = 0; i < 3; ++i)
    publish_text(std::string(4'000, 'x'));
  run();
  restart();
  enter("ana");
  run();
  heard();

  recover("bob", {epoch(), 0});
  recover("cem", {epoch(), 1});
  run();

  CHECK(heard() == lines{"entered 5 top 3", "entered 6 top 3 recovered 2 3"});
}

// -- those who lag behind -----------------------------------------------------

TEST_CASE_METHOD(durable_room, "durable room: a stretch comes from the window or the log",
                 "[actors][durable_room]") {
  publish_some(2);
  restart();
  publish_some(2);
  heard();

  ask_stretch(4);
  ask_stretch(3);
  ask_stretch(1);
  ask_stretch(5);
  run();

  CHECK(heard() == lines{"stretch 5 4", "stretch 6 3 4", "stretch 8", "stretch 7 1 2 3 4"});
}

TEST_CASE_METHOD(durable_room, "durable room: a stretch that is kept no more is gone",
                 "[actors][durable_room]") {
  rules.history_size = 2;
  restart();
  publish_some(5);
  heard();

  ask_stretch(3);
  ask_stretch(4);
  run();

  CHECK(heard() == lines{"stretch 6 gone", "stretch 7 4 5"});
}

TEST_CASE_METHOD(durable_room, "durable room: it says now and then where it is",
                 "[actors][durable_room]") {
  enter("ana");
  publish_some(2);
  heard();

  shards.advance(41s);

  CHECK(heard() == lines{"top 2"});
}

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

TEST_CASE_METHOD(durable_room, "durable room: a lapse of the lease ends it, whatever lease follows",
                 "[actors][durable_room]") {
  std::uint64_t lease = 1;
  storage.lease = [&lease] { return lease; };
  restart();
  enter("ana");
  run();
  REQUIRE(heard() == lines{"entered 1 top 0"});

  lease = 2;
  enter("bob");
  run();

  CHECK(heard() == lines{});
  CHECK(!is_running());
}

TEST_CASE_METHOD(durable_room, "durable room: one that nobody speaks to finds that it has no lease",
                 "[actors][durable_room]") {
  std::uint64_t lease = 1;
  storage.lease = [&lease] { return lease; };
  restart();
  enter("ana");
  run();
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

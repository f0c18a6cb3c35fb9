// What is read in a room with a log: history, recovery, and what those who lag are behind.
#include "tests/actors/durable_room_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <limits>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;

// -- what is kept -------------------------------------------------------------

TEST_CASE_METHOD(durable_room, "durable room: history reads from the log, both ways",
                 "[actors][durable_room]") {
  reopen_with(10);

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
  reopen_with(2);
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
  reopen_with(10);

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
  reopen_with(400);

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
  reopen_with(3);
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
  reopen_with(3);
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
  reopen_with(3);
  store.reads = false;

  recover("bob", {epoch(), 1});
  ask_history(-1);
  ask_stretch(1);
  run();

  CHECK(heard() == lines{"refused 5 code 100", "answer 6 code 100", "stretch 7 failed"});
}

TEST_CASE_METHOD(durable_room, "durable room: nobody waits for what is damaged",
                 "[actors][durable_room]") {
  reopen_with(3);
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

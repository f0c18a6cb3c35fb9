// Clients that ask for more than is answered, or read less.
#include "actors/metrics.hpp"
#include "tests/actors/slow_rooms.hpp"
#include "tests/support/stepped_shards.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;

namespace {

const lines nothing;

} // namespace

TEST_CASE_METHOD(slow_rooms, "connection: with enough commands in flight it reads no more",
                 "[actors][connection]") {
  auto& ana = connect_sdk();
  shards().freeze(1);

  for (auto i = 0; i < 5; ++i)
    ana.command(ask_counts());
  run();
  CHECK(counts().commands_in_flight.value() == 3);
  CHECK(ana.is_paused());
  CHECK(ana.take() == nothing);

  shards().freeze(1, false);
  run();
  CHECK(ana.take()
        == lines{R"({"id":2,"presence_stats":{"num_clients":0,"num_users":0}})",
                 R"({"id":3,"presence_stats":{"num_clients":0,"num_users":0}})",
                 R"({"id":4,"presence_stats":{"num_clients":0,"num_users":0}})",
                 R"({"id":5,"presence_stats":{"num_clients":0,"num_users":0}})",
                 R"({"id":6,"presence_stats":{"num_clients":0,"num_users":0}})"});
  CHECK_FALSE(ana.is_paused());
  CHECK(counts().commands_in_flight.value() == 0);
}

TEST_CASE_METHOD(slow_rooms, "connection: the rest of a frame waits, too, and keeps its order",
                 "[actors][connection]") {
  auto& ana = connect_sdk();
  shards().freeze(1);
  auto frame = questions(2, 11);

  ana.say(frame);
  ana.say(R"({"id":12,"ping":{}})");
  run();
  CHECK(counts().commands_in_flight.value() == 3);
  shards().freeze(1, false);
  run();

  auto log = ana.take();
  REQUIRE(log.size() == 11);
  for (std::size_t i = 0; i < 10; ++i)
    CHECK(log[i]
          == R"({"id":)" + std::to_string(i + 2)
               + R"(,"presence_stats":{"num_clients":0,"num_users":0}})");
  CHECK(log[10] == R"({"id":12,"error":{"code":108,"message":"not available"}})");
  CHECK_FALSE(ana.is_paused());
}

TEST_CASE_METHOD(slow_rooms,
                 "connection: a mistake in the rest of a frame counts when it is reached",
                 "[actors][connection]") {
  auto& ana = connect_sdk();
  shards().freeze(1);
  auto frame = questions(2, 6);

  ana.say(frame + "{broken");
  run();
  CHECK_FALSE(ana.closed_with());
  shards().freeze(1, false);
  run();

  // What was not answered by then stays so.
  auto log = ana.take();
  REQUIRE_FALSE(log.empty());
  CHECK(log.front() == R"({"id":2,"presence_stats":{"num_clients":0,"num_users":0}})");
  CHECK(ana.closed_with() == close_code::bad_request);
}

TEST_CASE_METHOD(slow_rooms, "connection: bytes of publishes in flight are bounded, too",
                 "[actors][connection]") {
  auto& ana = connect_sdk();
  ana.command(ask_counts());
  run();
  ana.take();
  shards().freeze(1);

  auto publish
    = R"("publish":{"channel":")" + room + R"(","data":")" + std::string(600, 'x') + R"("})";
  for (auto i = 0; i < 4; ++i)
    ana.command(publish);
  run();
  CHECK(counts().commands_in_flight.value() == 2);
  CHECK(ana.is_paused());

  shards().freeze(1, false);
  run();
  CHECK(ana.take()
        == lines{R"({"id":3,"publish":{}})", R"({"id":4,"publish":{}})", R"({"id":5,"publish":{}})",
                 R"({"id":6,"publish":{}})"});
  CHECK_FALSE(ana.is_paused());
}

TEST_CASE_METHOD(slow_rooms, "connection: no answer is built while the outbox is over half",
                 "[actors][connection]") {
  auto& ana = join_sdk(room);
  auto& bob = connect_sdk();
  ana.stop_reading();
  bob.command(R"("publish":{"channel":")" + room + R"(","data":")" + std::string(6'000, 'x')
              + R"("})");
  run();

  ana.command(ask_counts());
  ana.command(ask_counts());
  run();
  CHECK(ana.is_paused());
  CHECK(ana.received() == nothing);
  CHECK(counts().commands_in_flight.value() == 0);

  ana.read_on();
  run();
  auto log = ana.take();
  REQUIRE(log.size() == 3);
  CHECK(log[1] == R"({"id":3,"presence_stats":{"num_clients":1,"num_users":1}})");
  CHECK(log[2] == R"({"id":4,"presence_stats":{"num_clients":1,"num_users":1}})");
  CHECK_FALSE(ana.is_paused());
}

TEST_CASE("connection: who reads too slowly where nothing is kept is closed, and others are not",
          "[actors][connection]") {
  auto options = few_in_flight();
  options.rooms.history_size = 0;
  slow_rooms f{options};
  auto& ana = f.join_sdk(f.room);
  auto& cem = f.join_sdk(f.room);
  auto& bob = f.connect_sdk();
  ana.stop_reading();

  for (auto i = 0; i < 3; ++i) {
    bob.command(R"("publish":{"channel":")" + f.room + R"(","data":")" + std::string(5'000, 'x')
                + R"("})");
    f.run();
  }

  CHECK(ana.closed_with() == close_code::slow);
  CHECK(f.presence(f.room) == lines{"c2"});
  CHECK(cem.take().size() == 3);
}

namespace {

fixture_options frequent_pings() {
  auto options = few_in_flight();
  options.connections.ping_interval = 10s;
  return options;
}

/// Ana reads nothing any more, and Bob has plenty to say. Within 18 seconds her pong is due.
struct stopped_reading : slow_rooms {
  stopped_reading() : slow_rooms(frequent_pings()) {
    ana.stop_reading();
  }

  void publish(std::size_t bytes) {
    bob.say(std::string(bytes, 'x'));
    run();
  }

  client& ana = join_sdk(room);
  client& bob = connect_text(room);
};

} // namespace

TEST_CASE_METHOD(stopped_reading,
                 "connection: who stops reading is closed, also with half of the outbox free",
                 "[actors][connection]") {
  publish(6'000);
  ana.command(ask_counts());
  run();
  REQUIRE(ana.is_paused());

  advance(18s + 500ms);
  CHECK_FALSE(ana.closed_with());
  advance(8s);

  CHECK(ana.closed_with() == close_code::slow);
  CHECK(presence(room).empty());
}

TEST_CASE_METHOD(stopped_reading, "connection: who reads slowly, but does, stays",
                 "[actors][connection]") {
  for (auto i = 0; i < 6; ++i)
    publish(1'500);
  ana.command(ask_counts());
  run();
  REQUIRE(ana.is_paused());

  advance(18s + 500ms);
  for (auto i = 0; i < 2; ++i) {
    ana.read_some(1);
    advance(8s);
    CHECK_FALSE(ana.closed_with());
    CHECK(ana.is_paused());
  }
  advance(8s);

  CHECK(ana.closed_with() == close_code::slow);
}

TEST_CASE_METHOD(stopped_reading,
                 "connection: a room that was slow first does not excuse who stops reading",
                 "[actors][connection]") {
  shards().freeze(1);
  publish(6'000);
  for (auto i = 0; i < 3; ++i)
    ana.command(ask_counts());
  run();
  REQUIRE(ana.is_paused());
  advance(5min);
  REQUIRE_FALSE(ana.closed_with());

  shards().freeze(1, false);
  advance(16s + 500ms);

  CHECK(ana.closed_with() == close_code::slow);
}

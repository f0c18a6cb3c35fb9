#include "actors/metrics.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/stepped_shards.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <functional>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;

namespace {

const lines nothing;

/// Whether time passed before something was sent.
std::chrono::milliseconds time_until(actor_fixture& f, const std::function<bool()>& happened,
                                     std::chrono::milliseconds limit) {
  auto passed = 0ms;
  while (!happened() && passed < limit) {
    f.advance(50ms);
    passed += 50ms;
  }
  return passed;
}

fixture_options few_in_flight() {
  fixture_options options;
  options.shards = 2;
  options.connections.commands_in_flight_max = 3;
  options.connections.command_bytes_in_flight_max = 1'000;
  options.connections.outbox_bytes_max = 10'000;
  options.connections.ping_interval = 1h;
  return options;
}

/// A room on a shard of its own, which can be frozen: its answers do not come then.
struct slow_rooms : actor_fixture {
  slow_rooms() : slow_rooms(few_in_flight()) {
    // nop
  }

  explicit slow_rooms(fixture_options options) : actor_fixture(std::move(options)) {
    // nop
  }

  std::string ask_counts() const {
    return R"("presence_stats":{"channel":")" + room + R"("})";
  }

  std::string room = room_on(1);
};

} // namespace

// -- handshaking --------------------------------------------------------------

TEST_CASE_METHOD(actor_fixture, "connection: the first command connects", "[actors][connection]") {
  auto& ana = open_sdk();

  ana.say(R"({"id":1,"connect":{"name":"js","data":{"name":"Ana"}}})");
  run();

  CHECK(
    ana.take()
    == lines{R"({"id":1,"connect":{"client":"c1","version":"salon test","ping":25,"pong":true}})"});
  CHECK_FALSE(ana.closed_with());
}

TEST_CASE_METHOD(actor_fixture, "connection: any other first command is a bad request",
                 "[actors][connection]") {
  for (auto first :
       {R"({"id":1,"subscribe":{"channel":"a"}})", R"({"id":1,"rpc":{"method":"a.b"}})",
        R"({"id":1,"ping":{}})", R"({"send":{}})", "{}", "nonsense", ""}) {
    CAPTURE(first);
    auto& ana = open_sdk();

    ana.say(first);
    run();

    CHECK(ana.take() == nothing);
    CHECK(ana.closed_with() == close_code::bad_request);
    CHECK(ana.has_ended());
  }
}

TEST_CASE_METHOD(actor_fixture, "connection: a second connect is a bad request",
                 "[actors][connection]") {
  auto& ana = connect_sdk();

  ana.say(R"({"id":2,"connect":{}})");
  run();

  CHECK(ana.take() == nothing);
  CHECK(ana.closed_with() == close_code::bad_request);
}

TEST_CASE_METHOD(actor_fixture, "connection: who says nothing is stale after ten seconds",
                 "[actors][connection]") {
  auto& ana = open_sdk();
  auto& bob = open_sdk();
  advance(9s);
  bob.say(R"({"id":1,"connect":{}})");

  advance(950ms);
  CHECK_FALSE(ana.closed_with());
  advance(50ms);

  CHECK(ana.closed_with() == close_code::stale);
  CHECK_FALSE(bob.closed_with());
}

TEST_CASE_METHOD(actor_fixture, "connection: a token that nobody checks is not believed",
                 "[actors][connection]") {
  auto& ana = open_sdk();

  ana.say(R"({"id":1,"connect":{"token":"x.y.z"}})");
  run();

  CHECK(ana.closed_with() == close_code::invalid_token);
}

TEST_CASE_METHOD(actor_fixture, "connection: commands behind connect in one frame wait for it",
                 "[actors][connection]") {
  auto& ana = open_sdk();

  ana.say(R"({"id":1,"connect":{}})"
          "\n"
          R"({"id":2,"subscribe":{"channel":"a"}})"
          "\n"
          R"({"id":3,"publish":{"channel":"a","data":1}})"
          "\n"
          R"({"id":4,"history":{"channel":"a","limit":5}})");
  run();

  const std::string said = R"({"data":1,"info":{"user":"","client":"c1"},"offset":1})";
  CHECK(
    ana.take()
    == lines{R"({"id":1,"connect":{"client":"c1","version":"salon test","ping":25,"pong":true}})",
             R"({"id":2,"subscribe":{"epoch":"E1","recoverable":true,"positioned":true}})",
             R"({"push":{"channel":"a","pub":)" + said + "}}", R"({"id":3,"publish":{}})",
             R"({"id":4,"history":{"publications":[)" + said + R"(],"epoch":"E1","offset":1}})"});
}

TEST_CASE_METHOD(actor_fixture, "connection: a frame that breaks off closes its sender only",
                 "[actors][connection]") {
  auto& ana = join_sdk("a");
  auto& bob = join_sdk("a");

  ana.say(R"({"id":3,"publish":{"channel":"a","data":"first"}})"
          "\n{broken");
  run();

  CHECK(ana.closed_with() == close_code::bad_request);
  CHECK(
    bob.take()
    == lines{
      R"({"push":{"channel":"a","pub":{"data":"first","info":{"user":"","client":"c1"},"offset":1}}})"});
  CHECK_FALSE(bob.closed_with());
}

// -- pings --------------------------------------------------------------------

TEST_CASE_METHOD(actor_fixture,
                 "connection: the first ping comes at some time of the interval's second half",
                 "[actors][connection]") {
  auto first = 1'000'000ms;
  auto last = 0ms;
  for (auto number : {1u, 400u, 1023u, 2047u}) {
    next_client(number);
    auto& ana = connect_sdk();
    auto passed = time_until(
      *this, [&] { return !ana.received().empty(); }, 30s);
    CHECK(ana.take() == lines{"{}"});
    CHECK(passed >= 12500ms);
    CHECK(passed <= 25s);
    first = std::min(first, passed);
    last = std::max(last, passed);
    close(ana);
    run();
  }

  CHECK(last - first > 10s);
}

TEST_CASE_METHOD(actor_fixture, "connection: pings come in their interval while pongs do",
                 "[actors][connection]") {
  auto& ana = connect_sdk();
  time_until(
    *this, [&] { return !ana.received().empty(); }, 30s);

  for (auto i = 0; i < 5; ++i) {
    CHECK(ana.take() == lines{"{}"});
    ana.pong();
    run();
    auto passed = time_until(
      *this, [&] { return !ana.received().empty(); }, 30s);
    CHECK(passed == 25s);
  }

  CHECK_FALSE(ana.closed_with());
}

TEST_CASE_METHOD(actor_fixture, "connection: who does not answer a ping is closed",
                 "[actors][connection]") {
  auto& ana = connect_sdk();
  time_until(
    *this, [&] { return !ana.received().empty(); }, 30s);

  advance(8s - 50ms);
  CHECK_FALSE(ana.closed_with());
  advance(50ms);

  CHECK(ana.closed_with() == close_code::no_pong);
}

TEST_CASE_METHOD(actor_fixture, "connection: a pong that was not asked for is a bad request",
                 "[actors][connection]") {
  auto& ana = connect_sdk();

  ana.pong();
  run();

  CHECK(ana.closed_with() == close_code::bad_request);
}

TEST_CASE_METHOD(actor_fixture, "connection: WebSocket's pings replace the protocol's if asked for",
                 "[actors][connection]") {
  auto& ana = open_sdk(0, true);
  ana.say(R"({"id":1,"connect":{}})");
  run();
  CHECK(ana.take() == lines{R"({"id":1,"connect":{"client":"c1","version":"salon test"}})"});

  // One that nobody asked for is allowed.
  ana.frame_pong();
  advance(13s);
  CHECK(ana.pings() == 1);
  CHECK(ana.take() == nothing);
  ana.frame_pong();
  advance(25s);
  CHECK(ana.pings() == 2);
  CHECK_FALSE(ana.closed_with());
  advance(8s);

  CHECK(ana.closed_with() == close_code::no_pong);
}

TEST_CASE("connection: what is not read cannot show its pong", "[actors][connection]") {
  auto options = few_in_flight();
  options.connections.ping_interval = 25s;
  slow_rooms f{options};
  auto& ana = f.connect_sdk();
  f.shards().freeze(1);
  for (auto i = 0; i < 3; ++i)
    ana.command(f.ask_counts());
  f.run();
  REQUIRE(ana.is_paused());
  time_until(
    f, [&] { return !ana.received().empty(); }, 30s);
  CHECK(ana.take() == lines{"{}"});

  // It answers at once, but nobody looks.
  ana.pong();
  f.advance(5min);
  CHECK_FALSE(ana.closed_with());

  f.shards().freeze(1, false);
  f.run();
  CHECK(ana.take().size() == 3);
  CHECK_FALSE(ana.is_paused());
  CHECK_FALSE(ana.closed_with());
}

TEST_CASE("connection: a pong has its full time again once the socket is read",
          "[actors][connection]") {
  auto options = few_in_flight();
  options.connections.ping_interval = 25s;
  slow_rooms f{options};
  auto& ana = f.connect_sdk();
  f.shards().freeze(1);
  for (auto i = 0; i < 3; ++i)
    ana.command(f.ask_counts());
  time_until(
    f, [&] { return !ana.received().empty(); }, 30s);
  f.advance(15s);

  f.shards().freeze(1, false);
  f.run();
  REQUIRE_FALSE(ana.is_paused());
  f.advance(8s - 50ms);
  CHECK_FALSE(ana.closed_with());
  f.advance(50ms);

  CHECK(ana.closed_with() == close_code::no_pong);
}

// -- pace ---------------------------------------------------------------------

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
  std::string frame;
  for (auto i = 2; i < 12; ++i)
    frame += R"({"id":)" + std::to_string(i) + "," + ask_counts() + "}\n";

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
  std::string frame;
  for (auto i = 2; i < 7; ++i)
    frame += R"({"id":)" + std::to_string(i) + "," + ask_counts() + "}\n";

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

#include "actors/metrics.hpp"
#include "tests/actors/slow_rooms.hpp"
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

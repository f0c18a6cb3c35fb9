#include "actors/metrics.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/stepped_shards.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;

namespace {

const lines nothing;

/// Rooms that end a minute after the last member left.
fixture_options short_lived() {
  fixture_options options;
  options.shards = 2;
  options.rooms.idle_close = 1min;
  options.rooms.history_ttl = 1min;
  options.connections.ping_interval = 1h;
  return options;
}

struct short_rooms : actor_fixture {
  short_rooms() : actor_fixture(short_lived()) {
    // nop
  }
};

std::string publish(std::string_view room, int data) {
  return R"("publish":{"channel":")" + std::string{room} + R"(","data":)" + std::to_string(data)
         + "}";
}

} // namespace

TEST_CASE_METHOD(short_rooms, "directory: a room ends when it is empty, idle and forgotten",
                 "[actors][directory]") {
  auto& ana = join_sdk("a");
  ana.command(publish("a", 1));
  run();
  close(ana);
  run();
  CHECK(rooms() == lines{"a 0"});

  advance(2min + 100ms);

  CHECK(counts().rooms.value() == 0);
  CHECK(rooms() == nothing);
}

TEST_CASE_METHOD(short_rooms, "directory: a room that ended starts anew, with another epoch",
                 "[actors][directory]") {
  auto& ana = join_sdk("a");
  ana.command(publish("a", 1));
  ana.command(R"("unsubscribe":{"channel":"a"})");
  advance(3min);
  REQUIRE(counts().rooms.value() == 0);
  ana.take();

  ana.command(R"("subscribe":{"channel":"a","recover":true,"offset":1,"epoch":")" + epoch()
              + "\"}");
  ana.command(publish("a", 2));
  run();

  CHECK(ana.take()
        == lines{R"({"id":5,"subscribe":{"epoch":"E2","recoverable":true,"positioned":true,)"
                 R"("was_recovering":true}})",
                 R"({"push":{"channel":"a","pub":{"data":2,"info":{"user":"","client":"c1"},)"
                 R"("offset":1}}})",
                 R"({"id":6,"publish":{}})"});
}

TEST_CASE_METHOD(short_rooms, "directory: a member holds its room", "[actors][directory]") {
  join_sdk("a");

  advance(10min);

  CHECK(rooms() == lines{"a 1"});
}

TEST_CASE("directory: whoever asks while a room ends finds a room, whatever comes first",
          "[actors][directory]") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    auto options = short_lived();
    options.rooms.history_size = 0;
    options.rooms.key_window = 0ms;
    actor_fixture f{options};
    auto room = f.room_on(seed % 2);
    auto& ana = f.connect_sdk("", 0);
    auto& bob = f.connect_sdk("", 1);
    auto& cem = f.connect_text("elsewhere");
    ana.command(publish(room, 0));
    f.run();
    ana.take();
    cem.take();
    f.advance(1min - 50ms);
    f.shards().freeze(0);
    f.shards().freeze(1);
    f.advance(100ms);
    f.shards().freeze(0, false);
    f.shards().freeze(1, false);

    // The room has asked to end; everything below meets it on its way out.
    for (auto n = seed % 7; n > 0; --n)
      f.step(seed % 3);
    ana.command(publish(room, 1));
    bob.command(R"("subscribe":{"channel":")" + room + "\"}");
    bob.command(publish(room, 2));
    ana.command(publish(room, 3));
    ana.command(R"("presence_stats":{"channel":")" + room + "\"}");
    f.run_shuffled(seed);

    auto answers = ana.take();
    REQUIRE(answers.size() == 3);
    std::sort(answers.begin(), answers.end());
    CHECK(answers[0] == R"({"id":3,"publish":{}})");
    CHECK(answers[1] == R"({"id":4,"publish":{}})");
    CHECK(answers[2].starts_with(R"({"id":5,"presence_stats":{)"));
    auto log = bob.take();
    REQUIRE(log.size() >= 3);
    CHECK(std::count(log.begin(), log.end(), R"({"id":2,"subscribe":{}})") == 1);
    CHECK(std::count(log.begin(), log.end(), R"({"id":3,"publish":{}})") == 1);
    CHECK(
      std::count_if(log.begin(), log.end(),
                    [](const std::string& x) { return x.find(R"("data":2)") != std::string::npos; })
      == 1);
    CHECK(f.presence(room) == lines{"c2"});
    CHECK(f.rooms().size() == 2);
  }
}

TEST_CASE("directory: over its limit it starts no more rooms", "[actors][directory]") {
  fixture_options options;
  options.directory.rooms_max = 2;
  actor_fixture f{options};
  auto& ana = f.connect_sdk();
  for (auto room : {"a", "b", "c"})
    ana.command(R"("subscribe":{"channel":")" + std::string{room} + "\"}");
  ana.command(publish("d", 1));
  ana.command(R"("history":{"channel":"e"})");
  f.run();

  auto log = ana.take();
  REQUIRE(log.size() == 5);
  auto refused = R"(,"error":{"code":106,"message":"limit exceeded"}})";
  for (auto id : {"4", "5", "6"})
    CHECK(std::count(log.begin(), log.end(), R"({"id":)" + std::string{id} + refused) == 1);
  CHECK(f.rooms() == lines{"a 1", "b 1"});
}

TEST_CASE("directory: its rooms get as far ahead of a shard as they may", "[actors][directory]") {
  fixture_options options;
  options.shards = 2;
  options.directory.backlog_max = 130;
  actor_fixture f{options};
  auto room = f.room_on(1);
  auto& ana = f.join_sdk(room, {}, 0);
  auto& bob = f.connect_sdk({}, 1);
  bob.command(publish(room, 0));
  f.run();

  f.shards().freeze(0);
  for (auto i = 1; i < 150; ++i)
    bob.command(publish(room, i));
  f.run();
  CHECK(f.counts().publications.value() == 130);

  f.shards().freeze(0, false);
  f.run();
  CHECK(f.counts().publications.value() == 150);
  CHECK(ana.take().size() == 150);
}

TEST_CASE_METHOD(short_rooms, "directory: a room that crashed is started again for who asks",
                 "[actors][directory]") {
  auto& ana = connect_sdk();
  ana.command(publish("a", 1));
  run();
  crash_room("a");
  run();
  ana.take();
  CHECK(rooms() == nothing);

  ana.command(R"("history":{"channel":"a"})");
  run();

  CHECK(ana.take() == lines{R"({"id":3,"history":{"epoch":"E1"}})"});
}

TEST_CASE_METHOD(short_rooms, "directory: members of a room that crashed come into the next",
                 "[actors][directory]") {
  auto& ana = join_sdk("a");
  auto& bob = connect_text("a");
  bob.take();

  crash_room("a");
  run();
  CHECK(ana.take()
        == lines{R"({"push":{"channel":"a","unsubscribe":{"code":2500,)"
                 R"("reason":"insufficient state"}}})"});
  ana.command(R"("subscribe":{"channel":"a"})");
  run();
  ana.take();
  ana.command(publish("a", 1));
  run();

  CHECK(ana.take().size() == 2);
  CHECK(bob.take() == lines{"1"});
  CHECK(presence("a") == lines{"c1", "c2"});
}

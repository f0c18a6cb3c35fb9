// Members who read more slowly than their rooms speak.
#include "actors/metrics.hpp"
#include "tests/support/actor_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;

namespace {

fixture_options small_outboxes() {
  fixture_options result;
  result.connections.outbox_bytes_max = 4'000;
  result.connections.reply_bytes_max = 1'000;
  result.connections.ping_interval = 1h;
  return result;
}

struct slow_members : actor_fixture {
  slow_members() : slow_members(small_outboxes()) {
    // nop
  }

  explicit slow_members(const fixture_options& options) : actor_fixture(options) {
    // nop
  }

  /// `count` publications in `room`, numbered on, of about 350 bytes each as clients get them.
  void say(client& who, const std::string& room, int count) {
    for (auto i = 0; i < count; ++i) {
      who.command(R"("publish":{"channel":")" + room + R"(","data":{"n":)"
                  + std::to_string(++said_[room]) + R"(,"x":")" + std::string(250, 'x') + R"("}})");
      run();
    }
  }

  /// The numbers of the publications of `room` among `log`.
  static std::vector<int> numbers(const lines& log, const std::string& room) {
    std::vector<int> result;
    for (const auto& each : log)
      if (each.find(R"({"push":{"channel":")" + room + R"(","pub":)") == 0)
        result.push_back(std::stoi(each.substr(each.find(R"("n":)") + 4)));
    return result;
  }

  static std::vector<int> from_to(int first, int last) {
    std::vector<int> result;
    for (auto i = first; i <= last; ++i)
      result.push_back(i);
    return result;
  }

private:
  std::map<std::string, int> said_;
};

} // namespace

TEST_CASE_METHOD(slow_members, "lagging: who reads on gets everything in order, and stays",
                 "[actors][lagging]") {
  auto& ana = join_sdk("a");
  auto& bob = join_sdk("a");
  ana.stop_reading();
  say(bob, "a", 40);
  CHECK(counts().lagging.value() == 1);
  CHECK(numbers(bob.take(), "a") == from_to(1, 40));

  ana.read_on();
  run();
  say(bob, "a", 3);

  CHECK(numbers(ana.take(), "a") == from_to(1, 43));
  CHECK_FALSE(ana.closed_with());
  CHECK(counts().lagging.value() == 0);
  CHECK(counts().demoted.value() == 1);
  CHECK(counts().caught_up.value() == 1);
  CHECK(counts().fell_behind.value() == 0);
}

TEST_CASE_METHOD(slow_members, "lagging: each of several rooms is read on where it was",
                 "[actors][lagging]") {
  auto& ana = join_sdk("a");
  for (auto room : {"b", "c"})
    ana.command(R"("subscribe":{"channel":")" + std::string{room} + R"("})");
  run();
  ana.take();
  auto& bob = connect_sdk();
  ana.stop_reading();
  say(bob, "a", 10);
  say(bob, "b", 10);
  say(bob, "a", 10);
  say(bob, "c", 1);

  ana.read_on();
  run();

  auto log = ana.take();
  CHECK(numbers(log, "a") == from_to(1, 20));
  CHECK(numbers(log, "b") == from_to(1, 10));
  CHECK(numbers(log, "c") == from_to(1, 1));
  CHECK(counts().lagging.value() == 0);
}

TEST_CASE_METHOD(slow_members, "lagging: replies are not taken back", "[actors][lagging]") {
  auto& ana = join_sdk("a");
  auto& bob = connect_sdk();
  ana.stop_reading();
  ana.command(R"("presence_stats":{"channel":"a"})");
  run();
  say(bob, "a", 20);

  ana.read_on();
  run();

  auto log = ana.take();
  CHECK(std::count_if(log.begin(), log.end(),
                      [](const auto& x) { return x.find("num_clients") != std::string::npos; })
        == 1);
  CHECK(numbers(log, "a") == from_to(1, 20));
}

TEST_CASE_METHOD(slow_members, "lagging: joins and typing signs pass a member by",
                 "[actors][lagging]") {
  auto& ana = connect_sdk();
  ana.command(R"("subscribe":{"channel":"a","join_leave":true})");
  run();
  ana.take();
  auto& bob = connect_sdk();
  ana.stop_reading();
  say(bob, "a", 20);
  join_sdk("a");
  bob.command(R"("rpc":{"method":"salon.typing","data":{"room":"a"}})");
  run();

  ana.read_on();
  run();

  auto log = ana.take();
  CHECK(numbers(log, "a") == from_to(1, 20));
  CHECK(log.size() == 20);
  join_sdk("a");
  CHECK(ana.take().size() == 1);
}

TEST_CASE("lagging: who is too far behind is told", "[actors][lagging]") {
  auto options = small_outboxes();
  options.rooms.history_size = 10;
  slow_members f{options};
  auto& ana = f.join_sdk("a");
  auto& bob = f.connect_sdk();
  ana.stop_reading();
  f.say(bob, "a", 40);

  ana.read_on();
  f.run();

  auto log = ana.take();
  REQUIRE_FALSE(log.empty());
  CHECK(log.back()
        == R"({"push":{"channel":"a","unsubscribe":{"code":2500,"reason":"insufficient state"}}})");
  CHECK_FALSE(ana.closed_with());
  CHECK(f.counts().fell_behind.value() == 1);
  CHECK(f.counts().lagging.value() == 0);
  CHECK(f.presence("a").empty());
}

TEST_CASE_METHOD(slow_members, "lagging: a text client reads on, too", "[actors][lagging]") {
  auto& ana = connect_text("a");
  auto& bob = connect_text("a");
  ana.take();
  ana.stop_reading();
  lines said;
  for (auto i = 0; i < 40; ++i) {
    said.push_back(std::to_string(i) + std::string(300, '.'));
    bob.say(said.back());
    run();
  }

  ana.read_on();
  run();

  CHECK(ana.take() == said);
  CHECK_FALSE(ana.closed_with());
}

TEST_CASE("lagging: a text client that is too far behind is let go", "[actors][lagging]") {
  auto options = small_outboxes();
  options.rooms.history_size = 5;
  slow_members f{options};
  auto& ana = f.connect_text("a");
  auto& bob = f.connect_text("a");
  ana.stop_reading();
  for (auto i = 0; i < 40; ++i) {
    bob.say(std::string(300, '.'));
    f.run();
  }

  ana.read_on();
  f.run();

  CHECK(ana.closed_with() == close_code::insufficient_state);
}

TEST_CASE_METHOD(slow_members, "lagging: one that leaves or ends meanwhile is forgotten",
                 "[actors][lagging]") {
  auto& ana = join_sdk("a");
  auto& cem = join_sdk("a");
  auto& bob = connect_sdk();
  ana.stop_reading();
  cem.stop_reading();
  say(bob, "a", 20);
  CHECK(counts().lagging.value() == 2);

  ana.command(R"("unsubscribe":{"channel":"a"})");
  close(cem);
  run();

  CHECK(counts().lagging.value() == 0);
  ana.read_on();
  run();
  CHECK(ana.take().back() == R"({"id":3,"unsubscribe":{}})");
}

TEST_CASE_METHOD(slow_members, "lagging: a subscription that began anew starts where it began",
                 "[actors][lagging]") {
  auto& ana = join_sdk("a");
  auto& bob = connect_sdk();
  ana.stop_reading();
  say(bob, "a", 4);
  ana.command(R"("unsubscribe":{"channel":"a"})");
  ana.command(R"("subscribe":{"channel":"a"})");
  run();
  say(bob, "a", 30);

  ana.read_on();
  run();
  say(bob, "a", 1);

  auto log = ana.take();
  auto again = std::find_if(log.begin(), log.end(),
                            [](const auto& x) { return x.find(R"({"id":4,)") == 0; });
  REQUIRE(again != log.end());
  CHECK(numbers({again, log.end()}, "a") == from_to(5, 35));
}

TEST_CASE_METHOD(slow_members, "lagging: a room that dies sends its slow members to start over",
                 "[actors][lagging]") {
  auto& ana = join_sdk("a");
  auto& bob = connect_sdk();
  ana.stop_reading();
  say(bob, "a", 20);

  crash_room("a");
  ana.read_on();
  run();

  CHECK(ana.take().back().find(R"("unsubscribe":{"code":2500)") != std::string::npos);
  CHECK(counts().lagging.value() == 0);
}

TEST_CASE("lagging: however the turns fall, nobody misses or doubles anything",
          "[actors][lagging]") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    auto options = small_outboxes();
    options.shards = 2;
    options.fanouts.slice_members = 2;
    slow_members f{options};
    std::vector<client*> members;
    members.reserve(5);
    for (auto i = 0; i < 5; ++i)
      members.push_back(&f.join_sdk("a", {}, i % 2));
    auto& bob = f.connect_sdk();
    for (auto& each : members)
      each->take();
    for (auto round = 0; round < 6; ++round) {
      for (std::size_t i = 0; i < members.size(); ++i)
        if ((seed >> (i + static_cast<std::size_t>(round))) & 1)
          members[i]->stop_reading();
      for (auto i = 1; i <= 8; ++i)
        bob.command(R"("publish":{"channel":"a","data":{"n":)" + std::to_string(round * 8 + i)
                    + R"(,"x":")" + std::string(300, 'x') + R"("}})");
      f.run_shuffled(seed + static_cast<std::uint64_t>(round));
      if (round % 2 == 1)
        for (auto* each : members)
          each->read_on();
    }
    f.run();
    for (auto* each : members)
      CHECK(slow_members::numbers(each->take(), "a") == slow_members::from_to(1, 48));
    CHECK(f.counts().lagging.value() == 0);
    CHECK(f.counts().demoted.value() == f.counts().caught_up.value());
  }
}

// However a client goes, presence is right afterwards and `leave` was sent once.
#include "actors/metrics.hpp"
#include "tests/support/actor_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <functional>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;

namespace {

const lines nothing;

struct way {
  const char* name;
  std::function<void(actor_fixture&, client&)> go;
};

/// Every way that an SDK client in a room can go.
std::vector<way> ways() {
  return {
    {"it closes", [](auto& f, auto& who) { f.close(who); }},
    {"its socket is reset",
     [](auto& f, auto& who) { f.close(who, close_code::connection_closed); }},
    {"its frames are wrong", [](auto& f, auto& who) { f.close(who, close_code::protocol_error); }},
    {"its actor is killed", [](auto& f, auto& who) { f.crash(who); }},
    {"it is told to go",
     [](auto& f, auto& who) { f.disconnect_by_message(who, close_code::force_disconnect); }},
    {"it is told to go and does not listen",
     [](auto& f, auto& who) {
       who.ignore_close();
       f.disconnect_by_message(who, close_code::shutdown);
       f.run();
       f.close(who, close_code::connection_closed);
     }},
    {"it is told to go twice",
     [](auto& f, auto& who) {
       f.disconnect_by_message(who, close_code::shutdown);
       f.disconnect_by_message(who, close_code::force_disconnect);
     }},
    {"it closes and is killed",
     [](auto& f, auto& who) {
       f.crash(who);
       f.close(who);
     }},
    {"it makes a mistake", [](auto&, auto& who) { who.say("nonsense"); }},
    {"it makes a mistake and is killed",
     [](auto& f, auto& who) {
       who.say("nonsense");
       f.crash(who);
     }},
    {"it says too much of nothing", [](auto&, auto& who) { who.pong(); }},
    {"it unsubscribes and closes",
     [](auto& f, auto& who) {
       who.command(R"("unsubscribe":{"channel":"a"})");
       f.close(who);
     }},
    {"it unsubscribes, then closes",
     [](auto& f, auto& who) {
       who.command(R"("unsubscribe":{"channel":"a"})");
       f.run();
       f.close(who);
     }},
  };
}

struct watched_room : actor_fixture {
  client& add_watcher() {
    auto& who = connect_sdk();
    who.command(R"("subscribe":{"channel":"a","join_leave":true})");
    run();
    who.take();
    return who;
  }
};

const auto ana_left
  = lines{R"({"push":{"channel":"a","leave":{"info":{"user":"","client":"c2"}}}})"};

} // namespace

TEST_CASE("vanishing: presence is right and leave is sent once, whichever way",
          "[actors][vanishing]") {
  for (const auto& x : ways()) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      CAPTURE(x.name, seed);
      watched_room f;
      auto& bob = f.add_watcher();
      auto& ana = f.join_sdk("a");
      bob.take();

      x.go(f, ana);
      f.run_shuffled(seed);

      CHECK(bob.take() == ana_left);
      CHECK(f.presence("a") == lines{"c1"});
      CHECK(ana.has_ended());
      CHECK(f.counts().members.value() == 1);
    }
  }
}

TEST_CASE_METHOD(watched_room, "vanishing: one that times out leaves once", "[actors][vanishing]") {
  auto& bob = add_watcher();
  join_sdk("a");
  bob.take();

  auto heard = nothing;
  for (auto i = 0; i < 60; ++i) {
    advance(1s);
    for (auto& each : bob.take()) {
      if (each == "{}")
        bob.pong();
      else
        heard.push_back(each);
    }
  }

  CHECK(heard == ana_left);
  CHECK(presence("a") == lines{"c1"});
}

TEST_CASE("vanishing: one that reads too slowly leaves once", "[actors][vanishing]") {
  fixture_options options;
  options.connections.outbox_bytes_max = 1'000;
  options.rooms.history_size = 0;
  actor_fixture f{options};
  auto& bob = f.connect_sdk();
  bob.command(R"("subscribe":{"channel":"a","join_leave":true})");
  f.run();
  auto& ana = f.join_sdk("a");
  bob.take();
  ana.stop_reading();

  bob.command(R"("publish":{"channel":"a","data":")" + std::string(400, 'x') + R"("})");
  bob.command(R"("publish":{"channel":"a","data":")" + std::string(400, 'x') + R"("})");
  f.run();
  for (auto i = 0; i < 3; ++i) {
    bob.command(R"("publish":{"channel":"a","data":2})");
    f.run();
  }

  auto log = bob.take();
  CHECK(std::count(log.begin(), log.end(), ana_left.front()) == 1);
  CHECK(ana.closed_with() == close_code::slow);
  CHECK(f.presence("a") == lines{"c1"});
}

TEST_CASE("vanishing: one that goes while it enters leaves no trace", "[actors][vanishing]") {
  for (const auto& x : ways()) {
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
      CAPTURE(x.name, seed);
      watched_room f;
      auto& bob = f.add_watcher();
      auto& ana = f.connect_sdk();
      bob.take();

      ana.command(R"("subscribe":{"channel":"a"})");
      for (std::uint64_t i = 0; i < seed % 8; ++i)
        f.step();
      x.go(f, ana);
      f.run_shuffled(seed);

      // It came and went, or it was never there.
      auto log = bob.take();
      auto came = lines{R"({"push":{"channel":"a","join":{"info":{"user":"","client":"c2"}}}})",
                        ana_left.front()};
      CHECK((log == came || log == nothing));
      CHECK(f.presence("a") == lines{"c1"});
      CHECK(f.counts().members.value() == 1);
    }
  }
}

TEST_CASE("vanishing: text clients go the same ways", "[actors][vanishing]") {
  for (const auto& x : ways()) {
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      CAPTURE(x.name, seed);
      watched_room f;
      auto& bob = f.add_watcher();
      auto& ana = f.connect_text("a");
      bob.take();

      x.go(f, ana);
      f.close(ana);
      f.run_shuffled(seed);

      auto log = bob.take();
      CHECK(std::count(log.begin(), log.end(), ana_left.front()) == 1);
      CHECK(f.presence("a") == lines{"c1"});
    }
  }
}

TEST_CASE("vanishing: a whole crowd may go at once", "[actors][vanishing]") {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    CAPTURE(seed);
    watched_room f;
    auto& bob = f.add_watcher();
    std::vector<client*> crowd;
    crowd.reserve(20);
    for (auto i = 0; i < 20; ++i)
      crowd.push_back(i % 3 == 0 ? &f.connect_text("a") : &f.join_sdk("a"));
    bob.take();

    auto all = ways();
    for (std::size_t i = 0; i < crowd.size(); ++i) {
      all[i % 5].go(f, *crowd[i]);
      bob.command(R"("publish":{"channel":"a","data":1})");
    }
    f.run_shuffled(seed);

    auto log = bob.take();
    CHECK(std::count_if(log.begin(), log.end(),
                        [](const std::string& x) { return x.find("leave") != std::string::npos; })
          == 20);
    CHECK(f.presence("a") == lines{"c1"});
  }
}

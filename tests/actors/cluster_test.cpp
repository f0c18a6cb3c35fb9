// Rooms of a cluster as those see them who sit on different nodes.
#include "tests/actors/cluster_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;

namespace {

// The data of publications that a guest was sent, in their order.
lines heard(guest& who) {
  lines result;
  for (const auto& each : who.log()) {
    auto at = each.find(R"("data":)");
    if (each.find(R"("pub":{)") != std::string::npos && at != std::string::npos)
      result.push_back(each.substr(at + 7, 2));
  }
  return result;
}

std::size_t count_of(guest& who, std::string_view part) {
  return static_cast<std::size_t>(
    std::count_if(who.log().begin(), who.log().end(),
                  [&](const auto& x) { return x.find(part) != std::string::npos; }));
}

fanout_state::entry_request listening() {
  fanout_state::entry_request request;
  request.join_leave = true;
  return request;
}

} // namespace

TEST_CASE("cluster: a room is one room from every node", "[actors][cluster]") {
  cluster_fixture nodes{3};
  auto& ana = nodes.seated(0, "ana");
  auto& bob = nodes.seated(1, "bob");
  auto& cid = nodes.seated(2, "cid");

  ana.publish("lobby", 1, "10");
  nodes.run();
  bob.publish("lobby", 1, "11");
  nodes.run();
  cid.publish("lobby", 1, "12");
  nodes.run();

  for (auto* who : {&ana, &bob, &cid}) {
    CHECK(heard(*who) == lines{"10", "11", "12"});
    CHECK(count_of(*who, "answer 1 offset") == 1);
  }
  CHECK(nodes.homes(0) + nodes.homes(1) + nodes.homes(2) == 1);
}

TEST_CASE("cluster: members of all nodes hear who comes and goes, once", "[actors][cluster]") {
  cluster_fixture nodes{3};
  auto& ana = nodes.seated(0, "ana", "lobby", listening());
  auto& bob = nodes.seated(1, "bob", "lobby", listening());
  auto& cid = nodes.seated(2, "cid", "lobby", listening());

  CHECK(count_of(ana, R"("join":{)") == 2);
  CHECK(count_of(bob, R"("join":{)") == 1);
  CHECK(count_of(cid, R"("join":{)") == 0);

  bob.end();
  nodes.run();

  CHECK(count_of(ana, R"("leave":{)") == 1);
  CHECK(count_of(cid, R"("leave":{)") == 1);
}

TEST_CASE("cluster: when a home dies its room goes on elsewhere", "[actors][cluster]") {
  cluster_fixture nodes{3};
  auto room = nodes.room_at(0);
  auto& ana = nodes.seated(1, "ana", room);
  auto& bob = nodes.seated(2, "bob", room);
  REQUIRE(nodes.homes(0) == 1);

  nodes.kill(0);
  nodes.advance(1s);

  // It lived in memory: those who know where they were are told that it begins anew.
  CHECK(count_of(ana, "out of " + room + " 2500") == 1);
  CHECK(count_of(bob, "out of " + room + " 2500") == 1);
  ana.enter(room);
  bob.enter(room);
  nodes.run();
  ana.publish(room, 1, "10");
  nodes.run();
  CHECK(heard(bob) == lines{"10"});
  CHECK(nodes.homes(1) + nodes.homes(2) == 1);
}

TEST_CASE("cluster: those of a node that dies leave, once", "[actors][cluster]") {
  cluster_fixture nodes{3};
  auto room = nodes.room_at(0);
  auto& ana = nodes.seated(0, "ana", room, listening());
  nodes.seated(1, "bob", room);
  nodes.seated(1, "bea", room);
  auto& cid = nodes.seated(2, "cid", room, listening());
  ana.take();
  cid.take();

  nodes.kill(1);
  nodes.advance(1s);

  CHECK(count_of(ana, R"("leave":{)") == 2);
  CHECK(count_of(cid, R"("leave":{)") == 2);
}

TEST_CASE("cluster: a link that breaks and comes back costs nobody anything", "[actors][cluster]") {
  cluster_fixture nodes{2};
  auto room = nodes.room_at(0);
  auto& ana = nodes.seated(0, "ana", room, listening());
  auto& bob = nodes.seated(1, "bob", room, listening());
  ana.take();
  bob.take();

  nodes.net.reset(0, 1);
  ana.publish(room, 1, "10");
  bob.publish(room, 1, "11");
  nodes.run();
  nodes.advance(2s);
  ana.publish(room, 2, "12");
  nodes.run();

  CHECK(heard(ana).size() == 3);
  CHECK(heard(bob) == heard(ana));
  CHECK(count_of(bob, "answer 1 offset") == 1);
  CHECK(count_of(bob, "out of") == 0);
  for (auto* who : {&ana, &bob}) {
    CHECK(count_of(*who, R"("leave":{)") == 0);
    CHECK(count_of(*who, R"("join":{)") == 0);
  }
}

TEST_CASE("cluster: a publish that a lost home has carried out is not carried out twice",
          "[actors][cluster]") {
  cluster_fixture nodes{2};
  auto room = nodes.room_at(0);
  auto& ana = nodes.seated(0, "ana", room);
  auto& bob = nodes.seated(1, "bob", room);

  bob.publish(room, 1, "10");
  // It arrives; what comes back gets lost.
  while (heard(ana).empty() && (nodes.shards.ready() > 0 || nodes.net.ready() > 0)) {
    nodes.shards.run();
    if (heard(ana).empty())
      nodes.net.step();
  }
  REQUIRE(heard(ana) == lines{"10"});
  nodes.net.reset(0, 1);
  nodes.net.drop_all();
  nodes.run();
  nodes.advance(2s);

  CHECK(heard(ana) == lines{"10"});
  CHECK(heard(bob) == lines{"10"});
  CHECK(count_of(bob, "answer 1 offset 1") == 1);
}

TEST_CASE("cluster: a frozen node is down in time, and comes back", "[actors][cluster]") {
  cluster_fixture nodes{3};
  auto room = nodes.room_at(0);
  auto& ana = nodes.seated(0, "ana", room, listening());
  auto& bob = nodes.seated(1, "bob", room);
  ana.take();

  nodes.freeze(1);
  nodes.advance(4s);
  CHECK(count_of(ana, R"("leave":{)") == 0);
  nodes.advance(2s);
  CHECK(count_of(ana, R"("leave":{)") == 1);
  ana.publish(room, 1, "10");
  nodes.run();

  nodes.thaw(1);
  nodes.advance(2s);

  CHECK(heard(bob) == lines{"10"});
  CHECK(count_of(bob, "out of") == 0);
  CHECK(count_of(ana, R"("join":{)") == 1);
}

TEST_CASE("cluster: a node that starts again is taken in, with another life", "[actors][cluster]") {
  cluster_fixture nodes{2};
  auto room = nodes.room_at(0);
  auto& ana = nodes.seated(0, "ana", room);
  nodes.start(1);
  nodes.advance(2s);

  auto& bob = nodes.seated(1, "bob", room);
  ana.publish(room, 1, "10");
  nodes.run();

  CHECK(heard(bob) == lines{"10"});
}

TEST_CASE("cluster: who leaves at any moment of a resume has left, once", "[actors][cluster]") {
  for (std::size_t moment = 0; moment < 160; ++moment) {
    cluster_fixture nodes{2};
    auto room = nodes.room_at(0);
    auto& ana = nodes.seated(0, "ana", room, listening());
    auto& bob = nodes.seated(1, "bob", room);
    ana.take();

    nodes.net.reset(0, 1);
    for (std::size_t i = 0; i < moment;) {
      if (nodes.shards.step() || nodes.net.step())
        ++i;
      else
        for (std::size_t node = 0; node < 2; ++node)
          nodes.shards[node].advance(timer_wheel::tick);
    }
    bob.end();
    nodes.advance(12s);

    CHECK(count_of(ana, R"("leave":{)") == 1);
  }
}

TEST_CASE("cluster: of two homes that a cut has made one stays", "[actors][cluster]") {
  cluster_fixture nodes{2};
  auto room = nodes.room_at(0);
  auto& ana = nodes.seated(0, "ana", room);
  auto& bob = nodes.seated(1, "bob", room);
  nodes.net.cut(0, 1);
  nodes.advance(8s);
  REQUIRE(nodes.homes(0) == 1);
  REQUIRE(nodes.homes(1) == 1);
  REQUIRE(count_of(bob, "out of " + room + " 2500") == 1);
  bob.enter(room);
  nodes.run();

  nodes.net.heal(0, 1);
  nodes.advance(8s);

  CHECK(nodes.homes(0) + nodes.homes(1) == 1);
  CHECK(count_of(ana, "out of") == 0);
  CHECK(count_of(bob, "out of " + room + " 2500") == 2);
  bob.enter(room);
  nodes.run();
  ana.publish(room, 1, "10");
  nodes.run();
  CHECK(heard(bob) == lines{"10"});
}

TEST_CASE("cluster: what may have happened in a stream that is lost is not repeated in another",
          "[actors][cluster]") {
  cluster_fixture nodes{2};
  auto room = nodes.room_at(0);
  auto& ana = nodes.seated(0, "ana", room);
  auto& bob = nodes.seated(1, "bob", room);

  nodes.net.hold(0, 1);
  bob.publish(room, 1, "10");
  nodes.run();
  REQUIRE(heard(ana) == lines{"10"});
  nodes.net.cut(0, 1);
  nodes.net.hold(0, 1, false);
  nodes.advance(8s);

  CHECK(count_of(bob, "answer 1 code 100") == 1);
  CHECK(heard(bob).empty());
}

TEST_CASE("cluster: a relay answers who is present, as its joins and leaves add up",
          "[actors][cluster]") {
  cluster_fixture nodes{2};
  auto room = nodes.room_at(0);
  nodes.seated(0, "ana", room);
  auto& bob = nodes.seated(1, "bob", room, listening());

  nodes.net.hold(1, 0);
  bob.ask_presence(room, 1);
  nodes.run();
  CHECK(count_of(bob, "answer 1 members 2") == 1);
}

TEST_CASE("cluster: attached processes are in all rooms and the home of none",
          "[actors][cluster]") {
  cluster_fixture nodes{4, cluster_fixture::in_memory(), {}, {}, 2};
  auto room = nodes.room_at(0);
  auto& ana = nodes.seated(0, "ana", room, listening());
  auto& bot = nodes.seated(2, "bot", room, listening());
  auto& dice = nodes.seated(3, "dice", room);
  nodes.seated(2, "alone", "den");

  dice.publish(room, 1, "10");
  nodes.run();
  ana.publish(room, 1, "11");
  nodes.run();

  for (auto* who : {&ana, &bot, &dice})
    CHECK(heard(*who) == lines{"10", "11"});
  CHECK(count_of(ana, R"("join":{)") == 2);
  CHECK(nodes.homes(2) + nodes.homes(3) == 0);
  CHECK(nodes.homes(0) + nodes.homes(1) == 2);
}

TEST_CASE("cluster: those of an attached process that dies leave, once, and others stay",
          "[actors][cluster]") {
  cluster_fixture nodes{4, cluster_fixture::in_memory(), {}, {}, 2};
  auto room = nodes.room_at(0);
  auto& ana = nodes.seated(0, "ana", room, listening());
  auto& bot = nodes.seated(2, "bot", room, listening());
  nodes.seated(3, "dice", room);
  ana.take();
  bot.take();

  nodes.kill(3);
  nodes.advance(6s);

  CHECK(count_of(ana, R"("leave":{)") == 1);
  CHECK(count_of(bot, R"("leave":{)") == 1);
  nodes.start(3);
  nodes.advance(2s);
  auto& again = nodes.seated(3, "dice", room);
  ana.publish(room, 1, "10");
  nodes.run();
  CHECK(heard(again) == lines{"10"});
  CHECK(heard(bot) == lines{"10"});
  CHECK(count_of(ana, R"("join":{)") == 1);
}

TEST_CASE("cluster: an attached process that hangs is out in time, and back by itself",
          "[actors][cluster]") {
  cluster_fixture nodes{2, cluster_fixture::in_memory(), {}, {}, 1};
  auto& ana = nodes.seated(0, "ana", "lobby", listening());
  auto& bot = nodes.seated(1, "bot");
  ana.take();

  nodes.freeze(1);
  nodes.advance(6s);
  CHECK(count_of(ana, R"("leave":{)") == 1);
  ana.publish("lobby", 1, "10");
  nodes.run();
  nodes.thaw(1);
  nodes.advance(3s);

  CHECK(count_of(ana, R"("join":{)") == 1);
  CHECK(count_of(ana, R"("leave":{)") == 1);
  CHECK(heard(bot) == lines{"10"});
}

TEST_CASE("cluster: an attached process has its place when its home dies and another takes over",
          "[actors][cluster]") {
  cluster_fixture nodes{3, cluster_fixture::in_memory(), {}, {}, 1};
  auto room = nodes.room_at(0);
  auto& bot = nodes.add(2, "bot", wire_format::text);
  bot.enter(room);
  nodes.run();
  REQUIRE(bot.is_in(room));

  nodes.kill(0);
  nodes.advance(1s);
  CHECK(nodes.homes(1) == 1);
  CHECK(nodes.homes(2) == 0);
  bot.take();
  auto& ana = nodes.seated(1, "ana", room);
  ana.publish(room, 1, "10");
  nodes.run();

  CHECK(bot.is_in(room));
  CHECK(bot.take().size() == 1);
}

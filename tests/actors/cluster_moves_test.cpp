// Rooms that go to another home, and what those in them notice: nothing.
#include "actors/placement.hpp"
#include "messages/link_codec.hpp"
#include "tests/actors/durable_cluster.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;

namespace {

lines heard(guest& who) {
  lines result;
  for (const auto& each : who.log()) {
    auto at = each.find(R"("data":)");
    if (each.find(R"("pub":{)") != std::string::npos && at != std::string::npos)
      result.push_back(each.substr(at + 7, each.find_first_of(",}", at) - at - 7));
  }
  return result;
}

std::size_t count_of(guest& who, std::string_view part) {
  return static_cast<std::size_t>(
    std::count_if(who.log().begin(), who.log().end(),
                  [&](const auto& x) { return x.find(part) != std::string::npos; }));
}

lines numbers(int from, int to) {
  lines result;
  for (auto i = from; i <= to; ++i)
    result.push_back(std::to_string(i));
  return result;
}

control_request move_of(const room_id& room, const std::string& node) {
  return {control_request::action::move, room, node};
}

control_request drain_of(const std::string& node) {
  return {control_request::action::drain, {}, node};
}

std::size_t rooms_moved(const cluster_fixture::outcome& what) {
  REQUIRE(what->has_value());
  REQUIRE(std::holds_alternative<control_done>(**what));
  return std::get<control_done>(**what).rooms;
}

/// How many rooms a frame hands over.
std::size_t rooms_in(const std::string& frame) {
  std::size_t count = 0;
  if (auto read = decode_frame(frame); read && std::holds_alternative<data_frame>(*read))
    for (const auto& bytes : std::get<data_frame>(*read).events)
      if (auto event = decode_event(bytes))
        if (auto* nodes = std::get_if<link_event::between_nodes>(&event->what))
          count += std::holds_alternative<room_state_moved>(*nodes) ? 1 : 0;
  return count;
}

// A room with three members, one on each node, moves from the first to the second while all of them
// publish.
void check_move_under_load(cluster_fixture& nodes) {
  auto room = nodes.room_at(0);
  guest* people[]
    = {&nodes.seated(0, "ana", room), &nodes.seated(1, "bob", room), &nodes.seated(2, "cid", room)};
  auto said = 0;
  auto say = [&] {
    ++said;
    people[said % 3]->publish(room, static_cast<std::uint64_t>(said), std::to_string(said));
  };
  say();
  nodes.run();

  auto answer = nodes.order(2, move_of(room, "n1"));
  for (auto step = 0; step < 200; ++step) {
    if (step % 4 == 0)
      say();
    nodes.shards.step();
    nodes.net.step();
  }
  nodes.advance(3s);

  CHECK(rooms_moved(answer) == 1);
  CHECK(nodes.homes(0) == 0);
  CHECK(nodes.homes(1) == 1);
  // In one order for all, each once, and nobody was told anything else.
  auto all = heard(*people[0]);
  CHECK(all.size() == static_cast<std::size_t>(said));
  auto sorted = all;
  std::sort(sorted.begin(), sorted.end(),
            [](const auto& x, const auto& y) { return std::stoi(x) < std::stoi(y); });
  CHECK(sorted == numbers(1, said));
  for (auto* who : people) {
    CHECK(heard(*who) == all);
    CHECK(count_of(*who, "out of") == 0);
    CHECK(count_of(*who, " code ") == 0);
    CHECK(count_of(*who, R"("join":{)") == 0);
    CHECK(count_of(*who, R"("leave":{)") == 0);
  }
}

} // namespace

TEST_CASE("moves: a room in memory goes to another node while all publish",
          "[actors][cluster_moves]") {
  cluster_fixture nodes{3};
  check_move_under_load(nodes);
}

TEST_CASE("moves: a durable room goes to another node while all publish",
          "[actors][cluster_moves]") {
  durable_cluster all{3};
  check_move_under_load(all.nodes);
}

TEST_CASE("moves: what cannot be moved is answered with a sentence", "[actors][cluster_moves]") {
  cluster_fixture nodes{2};
  auto room = nodes.room_at(0);
  nodes.seated(0, "ana", room);
  auto sentence = [](const cluster_fixture::outcome& what) {
    return what->has_value() && std::holds_alternative<control_failure>(**what)
             ? std::get<control_failure>(**what).sentence
             : "";
  };

  CHECK(sentence(nodes.order(0, move_of(room, "n7")))
        == "there is no node n7 that is up: `salon cluster status` lists them");
  CHECK(sentence(nodes.order(0, move_of("nowhere", "n1")))
        == "there is no room nowhere that is active");
  CHECK(rooms_moved(nodes.order(0, move_of(room, "n0"))) == 0);
}

TEST_CASE("moves: a room that is on its way does not go elsewhere as well",
          "[actors][cluster_moves]") {
  cluster_fixture nodes{3};
  auto room = nodes.room_at(0);
  auto& ana = nodes.seated(0, "ana", room);
  nodes.net.hold(0, 1);
  auto first = nodes.order(0, move_of(room, "n1"));

  auto second = nodes.order(0, move_of(room, "n2"));
  ana.publish(room, 1, "1");
  nodes.run();
  nodes.net.hold(0, 1, false);
  nodes.advance(1s);

  REQUIRE(second->has_value());
  CHECK(std::get<control_failure>(**second).sentence
        == "room " + room + " is on its way to another node already");
  CHECK(rooms_moved(first) == 1);
  CHECK(heard(ana) == lines{"1"});
  CHECK(count_of(ana, "answer 1 offset 1") == 1);
  CHECK(nodes.homes(1) == 1);
}

TEST_CASE("moves: a node that is drained hands over all its rooms, and takes none",
          "[actors][cluster_moves]") {
  cluster_fixture nodes{3};
  std::vector<room_id> rooms;
  auto& ana = nodes.add(0, "ana");
  auto& bob = nodes.add(1, "bob");
  for (std::size_t i = 0; i < 20; ++i) {
    rooms.push_back(nodes.room_at(0, i));
    ana.enter(rooms.back());
    bob.enter(rooms.back());
    nodes.run();
  }
  REQUIRE(nodes.homes(0) == 20);

  auto answer = nodes.order(1, drain_of("n0"));
  nodes.advance(2s);

  CHECK(rooms_moved(answer) == 20);
  CHECK(nodes.homes(0) == 0);
  CHECK(nodes.status(1).nodes[0].state == node_status::standing::leaving);
  auto& cid = nodes.seated(2, "cid", nodes.room_at(0, 50));
  CHECK(nodes.homes(0) == 0);
  for (const auto& room : rooms)
    ana.publish(room, 1, "1");
  nodes.run();
  CHECK(heard(bob).size() == 20);
  for (auto* who : {&ana, &bob, &cid})
    CHECK(count_of(*who, "out of") == 0);
}

TEST_CASE("moves: only so many rooms are on their way at one time", "[actors][cluster_moves]") {
  gateway_options tuning;
  tuning.moves_max = 3;
  cluster_fixture nodes{2, cluster_fixture::in_memory(), {}, tuning};
  auto& ana = nodes.add(0, "ana");
  for (std::size_t i = 0; i < 10; ++i) {
    ana.enter(nodes.room_at(0, i));
    nodes.run();
  }
  std::size_t sent = 0;
  nodes.net.spy
    = [&](std::size_t, std::size_t, const std::string& frame) { sent += rooms_in(frame); };

  // The other node takes them, and its answers are late.
  nodes.net.hold(1, 0);
  auto answer = nodes.order(0, drain_of("n0"));
  nodes.advance(1s);

  CHECK(sent == 3);
  nodes.net.hold(1, 0, false);
  nodes.advance(2s);
  CHECK(sent == 10);
  CHECK(rooms_moved(answer) == 10);
}

TEST_CASE("moves: when a node joins, those rooms move whose home it is, and no others",
          "[actors][cluster_moves]") {
  durable_cluster all{3};
  auto& nodes = all.nodes;
  nodes.kill(2);
  all.let_lease_end(2);
  nodes.advance(6s);
  auto& ana = nodes.add(0, "ana");
  auto& bob = nodes.add(1, "bob");
  std::vector<room_id> rooms;
  for (std::size_t node = 0; node < 3; ++node)
    for (std::size_t i = 0; i < 6; ++i) {
      rooms.push_back(nodes.room_at(node, i));
      ana.enter(rooms.back());
      bob.enter(rooms.back());
      nodes.run();
    }
  REQUIRE(nodes.homes(0) + nodes.homes(1) == 18);
  REQUIRE(nodes.homes(0) >= 6);
  REQUIRE(nodes.homes(1) >= 6);
  std::size_t sent = 0;
  nodes.net.spy
    = [&](std::size_t, std::size_t, const std::string& frame) { sent += rooms_in(frame); };

  nodes.start(2);
  nodes.advance(5s);

  CHECK(sent == 6);
  for (std::size_t node = 0; node < 3; ++node)
    CHECK(nodes.homes(node) == 6);
  for (const auto& room : rooms)
    ana.publish(room, 1, "1");
  nodes.run();
  CHECK(heard(bob).size() == 18);
  CHECK(count_of(ana, "out of") + count_of(bob, "out of") == 0);
}

TEST_CASE("moves: when a home dies its members leave once, and nobody else notices",
          "[actors][cluster_moves]") {
  durable_cluster all{3};
  auto& nodes = all.nodes;
  auto room = nodes.room_at(0);
  fanout_state::entry_request listening;
  listening.join_leave = true;
  nodes.seated(0, "ana", room);
  nodes.seated(0, "art", room);
  auto& bob = nodes.seated(1, "bob", room, listening);
  auto& cid = nodes.seated(2, "cid", room, listening);
  bob.publish(room, 1, "1");
  nodes.run();
  bob.take();
  cid.take();

  nodes.kill(0);
  bob.publish(room, 2, "2");
  nodes.advance(1s);
  all.let_lease_end(0);
  nodes.advance(12s);
  cid.publish(room, 1, "3");
  nodes.advance(1s);

  for (auto* who : {&bob, &cid}) {
    CHECK(heard(*who) == lines{"2", "3"});
    CHECK(count_of(*who, R"("leave":{)") == 2);
    CHECK(count_of(*who, R"("join":{)") == 0);
    CHECK(count_of(*who, "out of") == 0);
  }
}

TEST_CASE("moves: a room in memory keeps its keys", "[actors][cluster_moves]") {
  cluster_fixture nodes{2};
  auto room = nodes.room_at(0);
  auto& ana = nodes.seated(0, "ana", room);
  auto& bob = nodes.seated(1, "bob", room);
  bob.publish_with_key(room, 1, "10", "00000000-0000-4000-8000-000000000001");
  nodes.run();
  REQUIRE(rooms_moved(nodes.order(0, move_of(room, "n1"))) == 1);
  nodes.advance(1s);

  bob.publish_with_key(room, 2, "10", "00000000-0000-4000-8000-000000000001");
  nodes.run();

  CHECK(heard(ana) == lines{"10"});
  CHECK(count_of(bob, "answer 2 offset 1") == 1);
}

// What crosses between nodes, and that what does not get across hurts nobody else.
#include "messages/link_codec.hpp"
#include "tests/actors/durable_cluster.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <map>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;

namespace {

std::size_t heard(guest& who) {
  return static_cast<std::size_t>(
    std::count_if(who.log().begin(), who.log().end(),
                  [](const auto& x) { return x.find(R"("pub":{)") != std::string::npos; }));
}

std::size_t count_of(guest& who, std::string_view part) {
  return static_cast<std::size_t>(
    std::count_if(who.log().begin(), who.log().end(),
                  [&](const auto& x) { return x.find(part) != std::string::npos; }));
}

/// The shortest queues that can be configured.
gateway_options smallest_queues() {
  gateway_options result;
  result.links.queue_bytes_max = 4'194'304;
  result.links.window_bytes = 1'048'576;
  return result;
}

/// Counts what is said of rooms, by the number of its kind in the group it belongs to.
struct listener {
  explicit listener(simulated_network& net) {
    net.spy = [this](std::size_t, std::size_t, const std::string& frame) { note(frame); };
  }

  void note(const std::string& bytes) {
    auto read = decode_frame(bytes);
    if (!read || !std::holds_alternative<data_frame>(*read))
      return;
    for (const auto& each : std::get<data_frame>(*read).events) {
      auto event = decode_event(each);
      if (!event)
        continue;
      if (const auto* said = std::get_if<link_event::to_relay>(&event->what)) {
        broadcasts += std::holds_alternative<broadcast>(*said) ? 1 : 0;
        answers += std::holds_alternative<answered>(*said) ? 1 : 0;
      } else if (const auto* asked = std::get_if<link_event::to_home>(&event->what)) {
        publishes += std::holds_alternative<publish_order_ptr>(*asked) ? 1 : 0;
      }
    }
  }

  std::size_t broadcasts = 0;
  std::size_t answers = 0;
  std::size_t publishes = 0;
};

} // namespace

TEST_CASE("traffic: one message goes to each node, however many are in the room",
          "[actors][cluster_traffic]") {
  cluster_fixture nodes{3};
  auto room = nodes.room_at(0);
  std::vector<guest*> all;
  for (std::size_t node = 0; node < 3; ++node)
    for (auto i = 0; i < 10; ++i)
      all.push_back(&nodes.seated(node, "g" + std::to_string(node * 10) + std::to_string(i), room));
  listener wire{nodes.net};

  // From the home, and from elsewhere: then it is one more, and the answer comes along.
  all.front()->publish(room, 1, "10");
  nodes.run();
  CHECK(wire.broadcasts == 2);
  CHECK(wire.publishes == 0);
  all.back()->publish(room, 1, "11");
  nodes.run();

  CHECK(wire.broadcasts == 4);
  CHECK(wire.publishes == 1);
  CHECK(wire.answers == 0);
  for (auto* who : all)
    CHECK(heard(*who) == 2);
}

TEST_CASE("traffic: where nobody is in the room nothing goes", "[actors][cluster_traffic]") {
  cluster_fixture nodes{3};
  auto room = nodes.room_at(0);
  auto& ana = nodes.seated(0, "ana", room);
  auto& bob = nodes.seated(1, "bob", room);
  nodes.seated(2, "cid", room).leave(room);
  nodes.run();
  listener wire{nodes.net};

  ana.publish(room, 1, "10");
  nodes.run();

  CHECK(wire.broadcasts == 1);
  CHECK(heard(bob) == 1);
}

TEST_CASE("traffic: a frozen node gets no more than its queue, delays nobody, and reads on",
          "[actors][cluster_traffic]") {
  auto tuning = smallest_queues();
  durable_cluster all{2, durable_cluster::in_log(), tuning};
  auto& nodes = all.nodes;
  auto room = nodes.room_at(0);
  auto& ana = nodes.seated(0, "ana", room);
  auto& bob = nodes.seated(1, "bob", room);

  nodes.freeze(1);
  std::size_t most = 0;
  std::size_t unheard = 0;
  std::string text = '"' + std::string(40'000, 'x') + '"';
  for (std::uint64_t i = 1; i <= 120; ++i) {
    ana.publish(room, i, text);
    nodes.run();
    unheard += heard(ana) == i ? 0 : 1;
    for (const auto& each : nodes.status(0).nodes)
      most = std::max<std::size_t>(most, each.queue_bytes);
  }

  CHECK(unheard == 0);
  CHECK(most <= tuning.links.queue_bytes_max);
  CHECK(most > tuning.links.queue_bytes_max / 2);
  CHECK(nodes.status(0).nodes[1].state == node_status::standing::suspect);
  nodes.thaw(1);
  nodes.advance(5s);
  // That was more than its relay can read again: it is told.
  CHECK(count_of(bob, "out of " + room + " 2500") == 1);
  bob.enter(room);
  nodes.run();
  CHECK(bob.is_in(room));
}

TEST_CASE("traffic: relays that all come back at once get what they have missed",
          "[actors][cluster_traffic]") {
  durable_cluster all{2, durable_cluster::in_log(), smallest_queues()};
  auto& nodes = all.nodes;
  auto& ana = nodes.add(0, "ana");
  auto& bob = nodes.add(1, "bob");
  constexpr std::size_t rooms = 40;
  for (std::size_t i = 0; i < rooms; ++i) {
    ana.enter(nodes.room_at(0, i));
    bob.enter(nodes.room_at(0, i));
    nodes.run();
  }
  std::string text = '"' + std::string(45'000, 'x') + '"';
  nodes.net.cut(0, 1);
  nodes.net.reset(0, 1);
  nodes.run();

  // Of each room nearly as much as a relay may miss; together ten times what the link may queue.
  for (std::size_t i = 0; i < rooms; ++i)
    for (std::uint64_t n = 1; n <= 20; ++n) {
      ana.publish(nodes.room_at(0, i), n, text);
      nodes.run();
    }
  auto lost = nodes.counts(0).links_lost.value();
  nodes.net.heal(0, 1);
  nodes.advance(5s);

  CHECK(heard(bob) == rooms * 20);
  CHECK(count_of(bob, "out of") == 0);
  CHECK(nodes.counts(0).links_lost.value() == lost);
}

TEST_CASE("traffic: members who all come back at once get what they have missed",
          "[actors][cluster_traffic]") {
  durable_cluster all{2, durable_cluster::in_log(), smallest_queues()};
  auto& nodes = all.nodes;
  auto room = nodes.room_at(0);
  auto& ana = nodes.seated(0, "ana", room);
  nodes.seated(1, "first", room);
  std::string text = '"' + std::string(40'000, 'x') + '"';
  for (std::uint64_t n = 1; n <= 10; ++n) {
    ana.publish(room, n, text);
    nodes.run();
  }
  auto epoch = all.epoch_of(room);
  auto lost = nodes.counts(0).links_lost.value();

  // Forty times 400 kB, for a link that may queue 4 MB; some of them have enough of it at once.
  std::vector<guest*> back;
  fanout_state::entry_request since;
  since.recover = true;
  since.since = {epoch, 0};
  for (auto i = 0; i < 50; ++i) {
    back.push_back(&nodes.add(1, "b" + std::to_string(i)));
    back.back()->enter(room, since);
  }
  for (auto i = 40; i < 50; ++i)
    back[static_cast<std::size_t>(i)]->leave(room);
  nodes.advance(3s);

  for (auto i = 0; i < 40; ++i) {
    auto& who = *back[static_cast<std::size_t>(i)];
    CHECK(who.is_in(room));
    INFO(i << ": " << (who.log().empty() ? "nothing" : who.log().back().substr(0, 80)));
    CHECK(count_of(who, "recovered") == 1);
  }
  CHECK(nodes.counts(0).links_lost.value() == lost);
  // Nobody is there who has left.
  ana.ask_presence(room, 99);
  nodes.run();
  INFO(ana.log().back());
  CHECK(count_of(ana, "answer 99 members 42") == 1);
}

TEST_CASE("traffic: the members of a room cross, however many they are",
          "[actors][cluster_traffic]") {
  durable_cluster all{2, durable_cluster::in_log(), smallest_queues()};
  auto& nodes = all.nodes;
  auto room = nodes.room_at(0);
  fanout_state::entry_request listening;
  listening.join_leave = true;
  auto& bob = nodes.seated(1, "bob", room, listening);
  // Each node's are more than the link may queue.
  for (auto i = 0; i < 120; ++i)
    for (std::size_t node = 0; node < 2; ++node) {
      auto& each = nodes.add(node, std::to_string(i) + '@' + std::to_string(node));
      auto who = std::make_shared<client_info>(*each.place()->who);
      who->conn_info = '"' + std::string(40'000, 'x') + '"';
      each.place()->who = std::move(who);
      each.enter(room);
      nodes.run();
    }
  auto& late = nodes.seated(0, "late", room, listening);
  bob.take();
  late.take();

  nodes.net.reset(0, 1);
  auto lost = nodes.counts(0).links_lost.value();
  nodes.advance(2s);
  nodes.seated(0, "newest", room);
  late.leave(room);
  nodes.advance(2s);

  CHECK(count_of(bob, R"("join":{)") == 1);
  CHECK(count_of(bob, R"("leave":{)") == 1);
  CHECK(count_of(late, R"("join":{)") == 1);
  CHECK(count_of(late, R"("leave":{)") == 0);
  // Both ends of the one that was reset.
  CHECK(nodes.counts(0).links_lost.value() <= lost + 2);
}

TEST_CASE("traffic: a list of rooms is whole, or says that it is not",
          "[actors][cluster_traffic]") {
  cluster_fixture nodes{3};
  std::map<room_id, std::uint32_t> all;
  for (std::size_t node = 0; node < 3; ++node) {
    auto room = nodes.room_at(node);
    nodes.seated(0, "a" + std::to_string(node), room);
    nodes.seated(1, "b" + std::to_string(node), room);
    all[room] = 2;
  }
  auto rooms_of = [](const rooms_listed& page) {
    std::map<room_id, std::uint32_t> result;
    for (const auto& each : page.rooms)
      result[each.room] = each.members;
    return result;
  };

  for (std::size_t node = 0; node < 3; ++node) {
    auto page = nodes.list(node);
    REQUIRE(page->has_value());
    CHECK_FALSE((*page)->partial);
    CHECK(rooms_of(**page) == all);
  }
  nodes.freeze(2);
  auto page = nodes.list(0);
  CHECK_FALSE(page->has_value());
  nodes.advance(1s);

  REQUIRE(page->has_value());
  CHECK((*page)->partial);
  all.erase(nodes.room_at(2));
  auto listed = rooms_of(**page);
  listed.erase(nodes.room_at(2)); // Relays know it, too.
  CHECK(listed == all);
}

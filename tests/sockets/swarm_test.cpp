// Thousands of clients: whoever stays hears everything once and in the room's one order.
#include "tests/support/swarm.hpp"
#include "tests/support/test_server.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

using namespace salon::testing;

namespace {

using who = std::size_t;

// Every other one of a crowd is an SDK client.
swarm::language language_of(std::size_t number) {
  return number % 2 == 0 ? swarm::language::text : swarm::language::json;
}

struct scene {
  std::size_t members = 0;  ///< Who stay from before the first line to the last.
  std::size_t speakers = 0; ///< Of these.
  std::uint32_t lines = 0;  ///< That each of them says at least.
  std::size_t guests = 0;   ///< In the room at a time, besides.
  std::size_t visits = 0;   ///< Of guests, one after the other.
};

// Some come and go while others talk; each guest hears a few lines.
class guests {
public:
  guests(swarm& crowd, std::string room, scene of)
    : crowd_(crowd),
      room_(std::move(room)),
      scene_(of) {
    while (here_.size() < scene_.guests)
      invite();
  }

  void go_on() {
    for (auto& each : here_) {
      if (!crowd_.is_in(each) || crowd_.heard(each).size() < 3 || visits_ >= scene_.visits)
        continue;
      if (each % 3 == 0)
        crowd_.reset(each);
      else
        crowd_.leave(each);
      each = next();
    }
  }

  std::size_t visits() const {
    return visits_;
  }

  const std::vector<who>& all() const {
    return all_;
  }

private:
  void invite() {
    here_.push_back(next());
  }

  who next() {
    ++visits_;
    all_.push_back(crowd_.enter(room_, language_of(visits_)));
    return all_.back();
  }

  swarm& crowd_;
  std::string room_;
  scene scene_;
  std::vector<who> here_;
  std::vector<who> all_;
  std::size_t visits_ = 0;
};

void play(const std::vector<std::string>& options, scene of) {
  test_server server{options};
  swarm crowd{server.port()};
  // Members have the numbers from 0 on.
  for (who x = 0; x < of.members; ++x)
    crowd.enter("hall", language_of(x));
  who entered = 0;
  crowd.run_until([&] {
    while (entered < of.members && crowd.is_in(entered))
      ++entered;
    return entered == of.members;
  });
  guests visiting{crowd, "hall", of};

  // A speaker goes on when it has heard itself, and as long as guests are still to come.
  auto has_more_to_say
    = [&](who x) { return crowd.said(x) < of.lines || visiting.visits() < of.visits; };
  std::size_t complete = 0;
  std::uint32_t total = 0;
  crowd.run_until([&] {
    auto silent = true;
    for (who x = 0; x < of.speakers; ++x) {
      if (has_more_to_say(x) && crowd.said(x) == crowd.heard_own(x)) {
        crowd.say(x);
        ++total;
      }
      silent = silent && !has_more_to_say(x);
    }
    visiting.go_on();
    while (silent && complete < of.members && crowd.heard(complete).size() >= total)
      ++complete;
    return complete == of.members;
  });

  room_order order{crowd.heard(0)};
  CHECK(order.flaw() == room_order::flawless);
  for (who x = 0; x < of.members; ++x)
    CHECK(order.flaw_of(crowd.heard(x), true) == room_order::flawless);
  for (auto each : visiting.all())
    CHECK(order.flaw_of(crowd.heard(each), false) == room_order::flawless);
  auto now = server.metrics();
  CHECK(now["salon_publications_total"] == total);
  CHECK(now["salon_slow_clients_total"] == 0);
  CHECK(now["salon_deliveries_total"]
        >= static_cast<double>(total) * static_cast<double>(of.members));
  CHECK(now["salon_writes_total"] < now["salon_frames_written_total"]);
}

} // namespace

TEST_CASE("swarm: 2,000 clients in one room hear everything once and in one order, while others "
          "come and go",
          "[sockets][swarm][.slow]") {
  play({}, {.members = 2'000, .speakers = 20, .lines = 20, .guests = 20, .visits = 400});
}

TEST_CASE("swarm: some hundred clients on several shards hear everything once and in one order",
          "[sockets][swarm][cross_shard][threads]") {
  play({"--shards", "2"}, {.members = 100, .speakers = 10, .lines = 20, .guests = 6, .visits = 60});
  play({"--shards", "4", "--fanout-slice-members", "8", "--shard-turn", "100us"},
       {.members = 100, .speakers = 10, .lines = 20, .guests = 6, .visits = 60});
}

TEST_CASE("swarm: 500 rooms of 4 hear everything once and in one order, while others come and go",
          "[sockets][swarm][.slow]") {
  constexpr std::size_t rooms = 500;
  constexpr std::size_t members = 4;
  constexpr std::uint32_t lines = 10;
  test_server server;
  swarm crowd{server.port()};
  auto name = [](std::size_t room) { return "room-" + std::to_string(room); };
  for (std::size_t i = 0; i < rooms * members; ++i)
    crowd.enter(name(i / members), language_of(i));
  auto everyone = [&](auto holds) {
    for (std::size_t i = 0; i < rooms * members; ++i)
      if (!holds(i))
        return false;
    return true;
  };
  crowd.run_until([&] { return everyone([&](who x) { return crowd.is_in(x); }); });
  std::vector<guests> visiting;
  for (std::size_t room = 0; room < rooms; room += 10)
    visiting.emplace_back(crowd, name(room), scene{0, 0, 0, 1, 5});

  crowd.run_until([&] {
    for (who x = 0; x < rooms * members; ++x)
      if (crowd.said(x) < lines && crowd.said(x) == crowd.heard_own(x))
        crowd.say(x);
    for (auto& each : visiting)
      each.go_on();
    return everyone([&](who x) { return crowd.heard(x).size() >= members * lines; });
  });

  for (std::size_t room = 0; room < rooms; ++room) {
    room_order order{crowd.heard(room * members)};
    CHECK(order.flaw() == room_order::flawless);
    for (std::size_t i = 1; i < members; ++i)
      CHECK(order.flaw_of(crowd.heard(room * members + i), true) == room_order::flawless);
    if (room % 10 == 0)
      for (auto each : visiting[room / 10].all())
        CHECK(order.flaw_of(crowd.heard(each), false) == room_order::flawless);
  }
  CHECK(server.metric("salon_rooms") == rooms);
  CHECK(server.metric("salon_publications_total") == rooms * members * lines);
}

#pragma once

#include "tests/support/actor_fixture.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace salon::testing {

/// Three commands under way at a time, and no pings.
inline fixture_options few_in_flight() {
  fixture_options options;
  options.shards = 2;
  options.connections.commands_in_flight_max = 3;
  options.connections.command_bytes_in_flight_max = 1'000;
  options.connections.outbox_bytes_max = 10'000;
  options.connections.ping_interval = std::chrono::hours{1};
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

  // Commands with the numbers from `first` to `last`, one a line.
  std::string questions(int first, int last) const {
    std::string frame;
    for (auto i = first; i <= last; ++i)
      frame += R"({"id":)" + std::to_string(i) + "," + ask_counts() + "}\n";
    return frame;
  }

  std::string room = room_on(1);
};

} // namespace salon::testing

// Publishers without measure: they wait, the server's memory holds, other rooms go on.
#include "tests/support/sdk_client.hpp"
#include "tests/support/swarm.hpp"
#include "tests/support/test_server.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace salon::testing;

namespace {

constexpr std::size_t mib = 1024 * 1024;

// Of the defaults of one connection and one room.
constexpr std::size_t commands_in_flight_max = 64;
constexpr std::size_t history_bytes_max = 8 * mib;

struct outcome {
  std::size_t memory = 0; ///< The most it grew by.
  double in_flight = 0;   ///< The most commands in flight that were seen.
  std::uint64_t answered = 0;
  std::size_t closed = 0; ///< Flooders that did not keep up with what they caused.
};

// Two who talk in a room of their own, on a thread of their own: so many lines, each after the echo
// of the one before.
class quiet_room {
public:
  explicit quiet_room(std::uint16_t port)
    : ana_(port, "quiet"),
      bob_(port, "quiet"),
      thread_([this] { talk(); }) {
    // nop
  }

  ~quiet_room() {
    thread_.join();
  }

  static constexpr int rounds = 100;

  int done() const {
    return done_;
  }

  bool is_over() const {
    return is_over_;
  }

  std::chrono::milliseconds longest() const {
    return longest_;
  }

private:
  void talk() try {
    for (auto i = 0; i < rounds; ++i) {
      auto start = std::chrono::steady_clock::now();
      auto line = std::to_string(i);
      ana_.send_text(line);
      if (ana_.read_text() != line || bob_.read_text() != line)
        break;
      ++done_;
      auto lasted = std::chrono::steady_clock::now() - start;
      longest_
        = std::max(longest_.load(), std::chrono::duration_cast<std::chrono::milliseconds>(lasted));
    }
    is_over_ = true;
  } catch (const std::exception&) {
    is_over_ = true; // `done` tells
  }

  text_member ana_;
  text_member bob_;
  std::atomic<int> done_{0};
  std::atomic<bool> is_over_{false};
  std::atomic<std::chrono::milliseconds> longest_{std::chrono::milliseconds{0}};
  std::thread thread_;
};

// `flooders` send as fast as their sockets take it, while others talk.
outcome flood(test_server& server, std::size_t flooders, swarm::language how, std::size_t padding,
              std::uint64_t lines) {
  constexpr std::size_t backlog = 64 * 1024;
  constexpr auto lines_in_a_turn = 32;
  swarm crowd{server.port()};
  std::vector<std::size_t> who(flooders);
  auto enter = [&] {
    auto number = crowd.enter("flooded", how);
    crowd.let_go(number);
    return number;
  };
  std::generate(who.begin(), who.end(), enter);
  crowd.run_until([&] {
    return std::all_of(who.begin(), who.end(), [&](std::size_t x) { return crowd.is_in(x); });
  });
  auto before = server.process().resident_bytes();
  quiet_room quiet{server.port()};
  outcome result;

  auto looked_at = -1;
  crowd.run_until([&] {
    result.answered = 0;
    for (auto& each : who) {
      result.answered += crowd.heard_own(each);
      for (auto i = 0; i < lines_in_a_turn && crowd.is_in(each) && crowd.unsent(each) < backlog;
           ++i)
        crowd.say(each, padding);
      if (crowd.ended_with(each)) {
        ++result.closed;
        each = enter();
      }
    }
    if (looked_at != quiet.done()) {
      looked_at = quiet.done();
      result.memory = std::max(result.memory, server.process().resident_bytes() - before);
      result.in_flight = std::max(result.in_flight, server.metric("salon_commands_in_flight"));
    }
    return quiet.is_over() && result.answered >= lines;
  });

  INFO(result.memory / 1024 << " KiB more, " << result.in_flight << " commands in flight, "
                            << result.answered << " lines answered, " << result.closed
                            << " flooders closed, the longest round took "
                            << quiet.longest().count() << " ms");
  CHECK(quiet.done() == quiet_room::rounds);
  CHECK(result.in_flight <= static_cast<double>((flooders + 2) * commands_in_flight_max));
  CHECK(server.metric("salon_connections_closed_total{code=\"3008\"}")
        >= static_cast<double>(result.closed));
  return result;
}

} // namespace

TEST_CASE("flood: who does not read what it causes is not read either", "[sockets][flood][.slow]") {
  test_server server;
  auto command = client_text(R"({"id":9,"publish":{"channel":"flooded","data":")"
                             + std::string(1'000, 'x') + "\"}}");
  std::string commands;
  for (auto i = 0; i < 100; ++i)
    commands += command;
  sdk_client flooder{server.port(), "{}", {4'096, 0}};
  flooder.enter("flooded");
  text_member other{server.port(), "quiet"};
  auto before = server.process().resident_bytes();
  std::size_t sent = 0;
  auto send_some = [&] { sent += flooder.send_some(commands.substr(sent % commands.size())); };
  auto say_something = [&] {
    other.send_text("still here");
    CHECK(other.read_text() == "still here");
  };

  // Its own lines fill the kernel's buffers, then half of what may wait for it.
  while (server.metric("salon_outbox_bytes") < 0.5 * mib && sent < 512 * mib)
    for (auto i = 0; i < 100; ++i)
      send_some();
  auto publications = [&] { return server.metric("salon_publications_total"); };
  auto rounds = [&](int count) {
    auto read = publications();
    for (auto i = 0; i < count; ++i) {
      send_some();
      say_something();
    }
    return publications() == read + count;
  };
  // What it has sent before is still being carried out.
  auto is_held = false;
  for (auto tries = 0; !is_held && tries < 100; ++tries)
    is_held = rounds(10);

  CHECK(is_held);
  CHECK(rounds(100));
  CHECK(server.metric("salon_outbox_bytes") < 1.0 * mib);
  CHECK(server.process().resident_bytes() - before < 2 * history_bytes_max + 16 * mib);
  // Once it reads, it is read, too.
  auto read = publications();
  while (publications() < read + 1'000) {
    flooder.next();
    send_some();
  }
}

TEST_CASE("flood: one text client that floods a room holds up nobody", "[sockets][flood][.slow]") {
  test_server server;
  auto result = flood(server, 1, swarm::language::text, 1'000, 20'000);
  CHECK(result.memory < 2 * history_bytes_max + 16 * mib);
}

TEST_CASE("flood: one SDK client that floods a room holds up nobody", "[sockets][flood][.slow]") {
  test_server server;
  auto result = flood(server, 1, swarm::language::json, 1'000, 20'000);
  CHECK(result.memory < 2 * history_bytes_max + 16 * mib);
}

TEST_CASE("flood: 200 publishers that flood a room hold up nobody", "[sockets][flood][.slow]") {
  test_server server;
  auto result = flood(server, 200, swarm::language::publisher, 1'000, 20'000);
  CHECK(result.memory < 2 * history_bytes_max + 32 * mib);
}

// Each line is delivered 200 times: who does not take that much is closed.
TEST_CASE("flood: 200 text clients that flood their room hold up nobody else",
          "[sockets][flood][.slow]") {
  test_server server;
  auto result = flood(server, 200, swarm::language::text, 100, 2'000);
  CHECK(result.memory < 2 * history_bytes_max + 64 * mib);
}

TEST_CASE("flood: 200 SDK clients that flood their room hold up nobody else",
          "[sockets][flood][.slow]") {
  test_server server;
  auto result = flood(server, 200, swarm::language::json, 100, 2'000);
  CHECK(result.memory < 2 * history_bytes_max + 64 * mib);
}

TEST_CASE("flood: SIGTERM in the middle of it ends the server within its grace",
          "[sockets][flood][cross_shard][threads]") {
  test_server server{{"--shards", "2", "--shutdown-grace", "2s"}};
  struct flooder {
    std::unique_ptr<text_member> socket;
    std::size_t sent = 0;
  };
  // Nobody reads: neither those who only listen nor those who flood.
  std::vector<std::unique_ptr<text_member>> sleepers(4);
  for (auto& each : sleepers)
    each = std::make_unique<text_member>(server.port(), "flooded", "sleeper",
                                         bare_client::tuning{4'096, 0});
  std::vector<flooder> flooders(8);
  for (auto& each : flooders)
    each.socket = std::make_unique<text_member>(server.port(), "flooded");
  const auto line = client_text(std::string(4'000, 'x'));
  auto flood_some = [&] {
    for (auto& each : flooders)
      each.sent += each.socket->send_some(std::string_view{line}.substr(each.sent % line.size()));
  };

  while (server.metric("salon_publications_total") < 200)
    flood_some();
  server.process().signal(SIGTERM);
  while (server.process().log_lines_with("stopped") == 0 && server.process().wait({}) == -1)
    flood_some();

  CHECK(server.await_end() == 0);
}

// The load generator against the real server, and against one that does not deliver what it should.
#include "client/load_generator.hpp"
#include "client/process_usage.hpp"
#include "tests/support/scripted_server.hpp"
#include "tests/support/test_server.hpp"

#include <catch2/catch_test_macros.hpp>

#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;

namespace {

load_options small_load(std::uint16_t port) {
  load_options result;
  result.servers = {{.port = port}};
  result.rooms = 2;
  result.members = 5;
  result.publishers = 2;
  result.warmup = 50ms;
  result.duration = 200ms;
  result.patience = 60s;
  return result;
}

/// One publisher, alone in its room, whose server treats the n-th line as `answer` says.
load_report
heard_from(const std::function<void(scripted_server&, int, const std::string&)>& answer) {
  scripted_server server;
  std::thread serving{[&] {
    try {
      server.accept();
      server.upgrade();
      for (auto n = 0;; ++n)
        answer(server, n, server.read_text());
    } catch (const std::runtime_error&) {
      // The load has hung up.
    }
  }};
  auto load = small_load(server.port());
  load.rooms = load.members = load.publishers = 1;
  load.rate = 400;
  load.warmup = 0ms;
  load.patience = 500ms;
  auto outcome = generate_load(load);
  serving.join();
  return std::move(outcome.report);
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("load: everybody gets everything, in both protocols, with and without a schedule",
          "[sockets][load]") {
  test_server server;
  for (auto protocol : {load_protocol::text, load_protocol::sdk})
    for (auto rate : {0.0, 500.0}) {
      auto load = small_load(server.port());
      load.protocol = protocol;
      load.rate = rate;
      load.processes = {server.process().id()};

      auto [report, failure] = generate_load(load);

      CHECK(failure.empty());
      CHECK(report.is_clean());
      CHECK(report.publications > 0);
      CHECK(report.deliveries == report.publications * 5);
      CHECK(report.latency.count() == report.deliveries);
      REQUIRE(report.server_memory);
      CHECK(report.server_memory->after > 0);
      CHECK(report.server_cpu);
      CHECK(has(write_json(report), R"("verified":true)"));
      CHECK(has(write_table(report), "lost, doubled, swapped      0, 0, 0"));
    }
}

TEST_CASE("load: what a server leaves out, repeats or turns round is counted", "[sockets][load]") {
  auto leaves_out = heard_from([](auto& server, int n, const auto& line) {
    if (n != 20)
      server.say(line);
  });
  CHECK(leaves_out.lost == 1);
  CHECK(leaves_out.doubled + leaves_out.swapped == 0);
  CHECK_FALSE(leaves_out.is_clean());

  auto repeats = heard_from([](auto& server, int n, const auto& line) {
    server.say(line);
    if (n == 20)
      server.say(line);
  });
  CHECK(repeats.doubled == 1);
  CHECK(repeats.lost + repeats.swapped == 0);

  std::string late;
  auto turns_round = heard_from([&](auto& server, int n, const auto& line) {
    if (n == 20)
      late = line;
    else
      server.say(line);
    if (n == 21)
      server.say(late);
  });
  CHECK(turns_round.swapped == 1);
  CHECK(turns_round.lost + turns_round.doubled == 0);
  CHECK(has(write_json(turns_round), R"("swapped":1)"));
}

TEST_CASE("load: idle connections are opened and weighed", "[sockets][load]") {
  test_server server;
  auto load = small_load(server.port());
  load.mode = load_mode::idle;
  load.members = 100;
  load.processes = {server.process().id()};

  auto [report, failure] = generate_load(load);

  CHECK(failure.empty());
  CHECK(report.connections == 200);
  CHECK(server.metric("salon_connections_opened_total") == 200);
  REQUIRE(report.server_memory);
  CHECK(report.server_memory->after > report.server_memory->before);
  CHECK(has(write_json(report), "bytes_per_connection"));
}

TEST_CASE("load: members go round over several servers, whose usage is added up",
          "[sockets][load]") {
  test_server one;
  test_server other;
  auto load = small_load(one.port());
  load.servers.push_back({.port = other.port()});
  load.mode = load_mode::idle;
  load.processes = {one.process().id(), other.process().id()};

  auto [report, failure] = generate_load(load);

  CHECK(failure.empty());
  CHECK(one.metric("salon_connections_opened_total") == 5);
  CHECK(other.metric("salon_connections_opened_total") == 5);
  REQUIRE(report.server_memory);
  for (auto process : load.processes) {
    auto alone = read_process_usage(process);
    REQUIRE(alone);
    CHECK(report.server_memory->after > alone->resident_bytes);
  }
}

TEST_CASE("load: where one of several processes cannot be read, nothing is said of any",
          "[sockets][load]") {
  test_server server;
  auto load = small_load(server.port());
  load.mode = load_mode::idle;
  load.processes = {server.process().id(), 0};

  auto [report, failure] = generate_load(load);

  CHECK(failure.empty());
  CHECK_FALSE(report.connect_cpu);
  CHECK_FALSE(report.server_memory);
}

TEST_CASE("load: who comes and goes leaves nothing behind", "[sockets][load]") {
  test_server server;
  for (auto protocol : {load_protocol::text, load_protocol::sdk}) {
    auto load = small_load(server.port());
    load.mode = load_mode::churn;
    load.protocol = protocol;

    auto [report, failure] = generate_load(load);

    CHECK(failure.empty());
    CHECK(report.disconnected == 0);
    CHECK(report.cycles >= 10);
    server.await_metric("salon_members", 0);
  }
}

TEST_CASE("load: a server that lets nobody go is not verified", "[sockets][load]") {
  scripted_server server;
  std::thread holding{[&] {
    try {
      server.accept();
      server.upgrade();
      for (;;)
        server.read_text(); // The close frame, too: it is not answered.
    } catch (const std::runtime_error&) {
      // The load has hung up.
    }
  }};
  auto load = small_load(server.port());
  load.mode = load_mode::churn;
  load.rooms = load.members = load.publishers = 1;
  load.patience = 500ms;

  auto outcome = generate_load(load);
  holding.join();

  CHECK(outcome.failure == "not everybody had left in time");
  CHECK(outcome.report.cycles == 0);
  CHECK(has(write_json(outcome.report), R"("verified":false)"));
}

TEST_CASE("load: a storm is over when all have recovered what they missed", "[sockets][load]") {
  test_server server;
  auto load = small_load(server.port());
  load.mode = load_mode::storm;
  load.protocol = load_protocol::sdk;
  load.rooms = 1;
  load.members = 60;
  load.steady = 10;
  load.rate = 100;

  auto [report, failure] = generate_load(load);

  CHECK(failure.empty());
  CHECK(report.came_back == 50);
  CHECK(report.recovered == 50);
  CHECK(report.recovery.count() == 50);
  CHECK(report.is_clean());
}

TEST_CASE("load: members who do not read catch up when they do", "[sockets][load]") {
  test_server server;
  auto load = small_load(server.port());
  load.mode = load_mode::slow;
  load.slow = 2;

  auto [report, failure] = generate_load(load);

  CHECK(failure.empty());
  CHECK(report.slow_caught_up == 4);
  CHECK(report.slow_sent_away == 0);
  CHECK(report.is_clean());
}

TEST_CASE("load: without a server, and with one that refuses, it says why", "[sockets][load]") {
  std::uint16_t nobody = 0;
  {
    scripted_server gone;
    nobody = gone.port();
  }
  CHECK(generate_load(small_load(nobody)).failure == "connection 0: Connection refused");

  test_server server{{"--set", "defaults.members_max=3"}};
  auto full = small_load(server.port());
  full.protocol = load_protocol::sdk;
  auto refused = generate_load(full);
  CHECK(has(refused.failure, "the server refused: "));
  CHECK(refused.report.refused > 0);

  auto elsewhere = small_load(server.port());
  elsewhere.room = "no room";
  CHECK(has(generate_load(elsewhere).failure, "the server answered: HTTP/1.1 400"));
}

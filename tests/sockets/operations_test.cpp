// What an operator sees: health, metrics, and a server that does not start.
#include "tests/support/bare_client.hpp"
#include "tests/support/sdk_client.hpp"
#include "tests/support/test_server.hpp"

#include <catch2/catch_test_macros.hpp>

#include <regex>
#include <sstream>
#include <string>

using namespace salon::testing;

TEST_CASE("metrics: the page is in the format that Prometheus reads", "[sockets][operations]") {
  test_server server;
  text_member ana{server.port(), "lobby"};

  auto page = get(server.port(), "/metrics");

  CHECK(page.status == 200);
  CHECK(page.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
  const std::regex comment{R"(# (HELP [a-z_:]+ .+|TYPE [a-z_:]+ (counter|gauge|histogram)))"};
  const std::regex sample{
    R"re([a-z_:]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? -?[0-9.e+]+( [0-9]+)?)re"};
  std::istringstream lines{page.body};
  auto count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    INFO(line);
    CHECK(std::regex_match(line, line.starts_with('#') ? comment : sample));
  }
  CHECK(count > 40);
}

TEST_CASE("metrics: they follow what happens", "[sockets][operations]") {
  test_server server;
  sdk_client ana{server.port()};
  text_member bob{server.port(), "lobby"};
  ana.enter("lobby");
  ana.enter("other");

  ana.publish("lobby", R"({"text":"hi"})");
  CHECK(bob.read_text() == "hi");
  bob.send_text("hello");
  CHECK(ana.next_with("hello").find("\"pub\"") != std::string::npos);
  CHECK(bob.read_text() == "hello");
  ana.ask(R"("subscribe":{"channel":"lobby"})");
  ana.ask(R"("rpc":{"method":"nobody.knows"})");

  auto now = server.metrics();
  CHECK(now["salon_connections"] == 2);
  CHECK(now["salon_connections_opened_total"] == 2);
  CHECK(now["salon_rooms"] == 2);
  CHECK(now["salon_members"] == 3);
  CHECK(now["salon_publications_total"] == 2);
  CHECK(now["salon_deliveries_total"] == 4);
  auto on_shards = 0.0;
  for (const auto& [name, value] : now)
    on_shards += name.starts_with("salon_shard_deliveries_total{") ? value : 0;
  CHECK(on_shards == 4);
  CHECK(now["salon_commands_in_flight"] == 0);
  CHECK(now["salon_outbox_bytes"] == 0);
  CHECK(now["salon_slow_clients_total"] == 0);
  CHECK(now["salon_errors_total{code=\"105\"}"] == 1);
  CHECK(now["salon_errors_total{code=\"108\"}"] == 1);
  CHECK(now["salon_received_bytes_total"] > 200);
  CHECK(now["salon_written_bytes_total"] > 200);
  CHECK(now["salon_frames_written_total"] >= 9);
  CHECK(now["caf_system_running_actors"] > 4);
}

TEST_CASE("metrics: they go back when clients are gone", "[sockets][operations]") {
  test_server server{{"--defaults-history-size", "0", "--defaults-idle-close", "100ms"}};
  {
    sdk_client ana{server.port()};
    ana.enter("lobby");
    ana.send_text("this is no command");
    CHECK(ana.read_farewell().code == 3501);
  }

  server.await_metric("salon_connections", 0);
  server.await_metric("salon_members", 0);
  server.await_metric("salon_rooms", 0);
  CHECK(server.metric("salon_connections_closed_total{code=\"3501\"}") == 1);
  CHECK(server.metric("salon_outbox_bytes") == 0);
}

TEST_CASE("health: says that all is well", "[sockets][operations]") {
  test_server server;

  auto answer = get(server.port(), "/health");

  CHECK(answer.status == 200);
  CHECK(answer.body == "ok\n");
}

TEST_CASE("start: a second server on the same port says so and ends", "[sockets][operations]") {
  test_server first;
  auto port = std::to_string(first.port());

  salon_process second{{"serve", "--port", port, "--shards", "2"}};

  CHECK(second.wait() == 1);
  CHECK(second.log().find(port) != std::string::npos);
  CHECK(second.log().find("cannot listen") != std::string::npos);
  // The first has not lost a connection to it.
  CHECK(text_member{first.port(), "lobby"}.leave().code == 1000);
}

TEST_CASE("start: strangers are not served by accident", "[sockets][operations]") {
  salon_process open{{"serve", "--port", "0", "--address", "0.0.0.0"}};
  CHECK(open.wait() > 0);
  CHECK(open.wait() < 128);
  CHECK(open.log().find("insecure") != std::string::npos);

  // Tests themselves do not open a port to other machines.
  salon_process meant{{"check", "--address", "0.0.0.0", "--insecure"}};
  CHECK(meant.wait() == 0);
}

TEST_CASE("log: connections and memberships are told with their fields, payloads are not",
          "[sockets][operations]") {
  test_server server{{"--log-format", "json", "--log-level", "info"}};
  {
    sdk_client ana{server.port(), R"({"data":{"name":"Ana"}})"};
    ana.enter("lobby");
    ana.publish("lobby", R"({"text":"confidential"})");
    ana.leave();
  }

  auto& process = server.process();
  auto opened = process.await_log("\"event\":\"connection opened\"");
  CHECK(opened.find("\"remote\":\"127.0.0.1:") != std::string::npos);
  CHECK(process.await_log("\"event\":\"member joined\"").find("\"room\":\"lobby\"")
        != std::string::npos);
  CHECK(process.await_log("\"event\":\"member left\"").find("\"client\":") != std::string::npos);
  auto closed = process.await_log("\"event\":\"connection closed\"");
  CHECK(closed.find("\"reason\":") != std::string::npos);
  CHECK(closed.find("\"duration_ms\":") != std::string::npos);
  CHECK(process.log().find("confidential") == std::string::npos);
}

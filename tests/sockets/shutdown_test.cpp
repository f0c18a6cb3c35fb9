// How a server ends.
#include "tests/support/sdk_client.hpp"
#include "tests/support/test_server.hpp"

#include <catch2/catch_test_macros.hpp>

#include <csignal>
#include <string>

using namespace salon;
using namespace salon::testing;

TEST_CASE("shutdown: clients get what was said before, then 3001, and the server ends with 0",
          "[sockets][shutdown]") {
  test_server server{{"--shards", "2"}};
  text_member speaker{server.port(), "lobby"};
  text_member reader{server.port(), "lobby"};
  sdk_client listener{server.port()};
  bare_client unfinished{server.port()};
  bare_client unsaid{server.port()};
  listener.enter("lobby");
  unfinished.send("GET / HT");
  unsaid.upgrade("/connection/websocket");
  for (auto i = 0; i < 200; ++i)
    speaker.send_text("line " + std::to_string(i));
  // The last has been said.
  speaker.read_text_with("line 199");

  server.process().signal(SIGTERM);

  for (auto i = 0; i < 200; ++i)
    CHECK(reader.read_text() == "line " + std::to_string(i));
  listener.next_with("line 199");
  CHECK(reader.read_farewell() == farewell{3001, "shutdown"});
  CHECK(listener.read_farewell() == farewell{3001, "shutdown"});
  CHECK(speaker.read_farewell() == farewell{3001, "shutdown"});
  CHECK(unsaid.read_farewell() == farewell{3001, "shutdown"});
  CHECK(unfinished.read_answer().status == 503);
  unfinished.close();
  CHECK(server.await_end() == 0);
  CHECK(server.process().log_lines_with("stopped") == 1);
}

TEST_CASE("shutdown: SIGINT is as good as SIGTERM", "[sockets][shutdown]") {
  test_server server;
  text_member ana{server.port(), "lobby"};

  server.process().signal(SIGINT);

  CHECK(ana.read_farewell() == farewell{3001, "shutdown"});
  CHECK(server.await_end() == 0);
}

TEST_CASE("shutdown: /health says so during the delay, and clients go on until it is over",
          "[sockets][shutdown]") {
  test_server server{{"--shutdown-delay", "2s"}};
  text_member ana{server.port(), "lobby"};

  server.process().signal(SIGTERM);
  server.process().await_log("draining");
  // A log line says what is going to be true.
  while (get(server.port(), "/health").status == 200)
    ;

  auto health = get(server.port(), "/health");
  CHECK(health.status == 503);
  CHECK_FALSE(health.header("Retry-After").empty());
  ana.send_text("one more");
  CHECK(ana.read_text() == "one more");
  CHECK(ana.read_farewell() == farewell{3001, "shutdown"});
  CHECK(server.await_end() == 0);
}

TEST_CASE("shutdown: a second signal ends it at once", "[sockets][shutdown]") {
  test_server server{{"--shutdown-delay", "10m"}};
  text_member ana{server.port(), "lobby"};

  server.process().signal(SIGTERM);
  server.process().await_log("draining");
  while (get(server.port(), "/health").status == 200)
    ;

  CHECK(server.stop() == 1);
  CHECK(ana.read_farewell().code == 0);
}

TEST_CASE("shutdown: clients that do not take their leave do not hold it up",
          "[sockets][shutdown]") {
  test_server server{{"--shutdown-grace", "1s", "--client-close-timeout", "10m"}};
  text_member rude{server.port(), "lobby"};
  sdk_client also{server.port()};

  CHECK(server.stop() == 0);

  CHECK(server.process().log_lines_with("clients cut off") == 1);
  CHECK(rude.read_farewell() == farewell{3001, "shutdown"});
}

TEST_CASE("shutdown: at once after the start it is one, too", "[sockets][shutdown]") {
  for (auto i = 0; i < 10; ++i) {
    test_server server{{"--shards", "2"}};
    CHECK(server.stop() == 0);
  }
}

// Clients that say nothing, hear nothing or answer nothing: each is closed by its limit.
#include "tests/support/sdk_client.hpp"
#include "tests/support/test_server.hpp"

#include <catch2/catch_test_macros.hpp>

#include <future>
#include <string>

using namespace salon;
using namespace salon::testing;

namespace {

const std::string protocol_path = "/connection/websocket";

} // namespace

TEST_CASE("silence: who connects and says nothing is closed with 3502", "[sockets][silence]") {
  test_server server{{"--client-stale-close-delay", "200ms"}};
  text_member listener{server.port(), "lobby"};
  bare_client silent{server.port()};
  bare_client dribbling{server.port()};
  silent.upgrade(protocol_path);
  dribbling.upgrade(protocol_path);

  // Bytes that are no command yet are nothing said.
  auto connect = client_text(R"({"id":1,"connect":{}})");
  std::size_t sent = 0;
  while (sent < connect.size() && !dribbling.await_readable(std::chrono::milliseconds{20}))
    dribbling.send(connect.substr(sent++, 1));

  CHECK(sent < connect.size());
  CHECK(dribbling.read_farewell() == farewell{3502, "stale"});
  CHECK(silent.read_farewell() == farewell{3502, "stale"});
  // A line reader may listen for as long as it likes.
  listener.send_text("still here");
  CHECK(listener.read_text() == "still here");
}

TEST_CASE("silence: who does not answer pings is closed with 3012", "[sockets][silence]") {
  test_server server{{"--client-ping-interval", "2s", "--client-pong-timeout", "1s"}};
  // Answers its pings as long as it waits for a line.
  sdk_client alive{server.port()};
  alive.enter("lobby");
  auto heard = std::async(std::launch::async, [&] { return alive.next_with("the end"); });

  sdk_client json{server.port()};
  text_member text{server.port(), "lobby"};
  bare_client with_frames{server.port()};
  with_frames.upgrade(protocol_path + "?cf_ws_frame_ping_pong=true");
  with_frames.send_text(R"({"id":1,"connect":{}})");

  CHECK(json.read_farewell() == farewell{3012, "no pong"});
  CHECK(text.read_farewell() == farewell{3012, "no pong"});
  CHECK(with_frames.read_farewell() == farewell{3012, "no pong"});
  text_member last{server.port(), "lobby"};
  last.send_text("the end");
  CHECK(heard.get().find("the end") != std::string::npos);
  CHECK(server.metric("salon_connections_closed_total{code=\"3012\"}") == 3);
}

TEST_CASE("silence: a pong in either kind keeps a connection", "[sockets][silence]") {
  test_server server{{"--client-ping-interval", "1s", "--client-pong-timeout", "900ms"}};
  sdk_client json{server.port(), "{}"};
  text_member text{server.port(), "lobby"};
  auto pings_answered = [](bare_client& client, int count, auto is_ping, const std::string& pong) {
    while (count > 0) {
      auto frame = client.read_frame();
      if (!frame || frame->kind == opcode::close)
        return false;
      if (is_ping(*frame)) {
        client.send(pong);
        --count;
      }
    }
    return true;
  };
  auto by_text = std::async(std::launch::async, [&] {
    return pings_answered(
      text, 3, [](const server_frame& x) { return x.kind == opcode::ping; },
      client_frame(opcode::pong, {}));
  });

  CHECK(pings_answered(
    json, 3, [](const server_frame& x) { return x.payload == "{}"; }, client_text("{}")));
  CHECK(by_text.get());
}

TEST_CASE("silence: who does not answer a close frame is cut off", "[sockets][silence]") {
  test_server server{{"--client-close-timeout", "200ms"}};
  bare_client client{server.port()};
  client.upgrade(protocol_path).send_text("no command");

  // Nothing is said any more on this side: the other hangs up all the same.
  auto last = client.read_frame();
  REQUIRE(last);
  CHECK(last->kind == opcode::close);
  CHECK_FALSE(client.read_frame());
  server.await_metric("salon_connections", 0);
}

TEST_CASE("silence: who stops reading is closed with 3008, and costs the others nothing",
          "[sockets][silence][.slow]") {
  test_server server{{"--client-close-timeout", "1s", "--defaults-history-size", "0"}};
  text_member speaker{server.port(), "lobby"};
  text_member reader{server.port(), "lobby"};
  sdk_client watcher{server.port()};
  watcher.enter("lobby");
  auto before = server.process().resident_bytes();
  text_member late{server.port(), "lobby", "late", {4'096, 0}};
  text_member never{server.port(), "lobby", "never", {4'096, 0}};

  auto lines = 0;
  for (; lines < 4'000 && server.metric("salon_slow_clients_total") < 2; ++lines) {
    auto line = std::to_string(lines) + std::string(16'000, ' ');
    speaker.send_text(line);
    CHECK(speaker.read_text() == line);
    CHECK(reader.read_text() == line);
    watcher.next_with("\"pub\"");
  }

  INFO(lines << " lines");
  CHECK(server.metric("salon_slow_clients_total") == 2);
  // One outbox of 1 MiB for each, the kernel's buffers apart; the rest is the room's history.
  CHECK(server.process().resident_bytes() - before < 32u * 1024 * 1024);
  CHECK(late.read_farewell() == farewell{3008, "slow"});
  watcher.next_with("\"leave\"");
  watcher.next_with("\"leave\"");
  server.await_metric("salon_connections", 3);
  CHECK(server.metric("salon_connections_closed_total{code=\"3008\"}") == 2);
}

TEST_CASE(
  "silence: who asks for much and reads nothing is closed with 3008 before its queue is full",
  "[sockets][silence]") {
  test_server server{{"--client-ping-interval", "2s", "--client-pong-timeout", "1s"}};
  {
    sdk_client filler{server.port()};
    for (auto i = 0; i < 8; ++i)
      filler.publish("large", '"' + std::string(60'000, 'x') + '"');
    filler.leave();
  }

  // Each answer is nearly half of what may wait: some fill the kernel's buffers, the last one the
  // half over which no further command is started.
  bare_client greedy{server.port(), {4'096, 0}};
  greedy.upgrade(protocol_path);
  std::string commands = R"({"id":1,"connect":{}})";
  for (auto i = 2; i < 62; ++i)
    commands += "\n{\"id\":" + std::to_string(i) + R"(,"history":{"channel":"large","limit":-1}})";
  greedy.send_text(commands);

  server.await_metric("salon_connections_closed_total{code=\"3008\"}", 1);
  CHECK(server.metric("salon_outbox_bytes") < 1.0 * 1024 * 1024);
}

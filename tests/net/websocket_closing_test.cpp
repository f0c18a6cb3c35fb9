#include "tests/net/front_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;

namespace {

using texts = std::vector<std::string>;
using codes = std::vector<close_code>;

std::int64_t open_connections(front_fixture& world) {
  return world.counts.connections.value();
}

} // namespace

TEST_CASE("websocket closing: invalid input closes with its code", "[net][websocket_closing]") {
  struct row {
    std::string bytes;
    close_code code;
    const char* reason;
  };
  const std::vector<row> rows{
    {"\x81\x01x", close_code::protocol_error, "protocol error"},
    {client_text("\xff"), close_code::invalid_payload, "invalid payload"},
    {client_frame(opcode::binary, "b"), close_code::unsupported_data, "unsupported data"},
    {client_text(std::string(65'537, 'x')), close_code::message_too_big, "message too big"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.reason);
    front_fixture world;
    auto client = world.upgraded();
    world.user().socket->send(frame::text("queued before"));

    client->send(client_text("fine"));
    client->send(row.bytes);
    client->send(client_text("too late"));
    world.run_to_end(*client);

    CHECK_FALSE(client->was_reset);
    CHECK(take_server_frames(client->received)
          == std::vector{server_text("queued before"), server_close(row.code, row.reason)});
    CHECK(world.user().messages == texts{"fine"});
    CHECK(world.user().closed == codes{row.code});

    client->close();
    world.run();
    CHECK(open_connections(world) == 0);
  }
}

TEST_CASE("websocket closing: the peer's close is echoed and told", "[net][websocket_closing]") {
  front_fixture world;
  auto client = world.upgraded();
  world.user().socket->send(frame::text("queued before"));

  client->send(client_close(1001, "going away"));
  world.run_to_end(*client);

  CHECK(take_server_frames(client->received)
        == std::vector{server_text("queued before"), server_close(close_code{1001}, "")});
  CHECK(world.user().closed == codes{close_code{1001}});

  client->close();
  world.run();
  CHECK(open_connections(world) == 0);
}

TEST_CASE("websocket closing: a close without a code is echoed without one",
          "[net][websocket_closing]") {
  front_fixture world;
  auto client = world.upgraded();

  client->send(client_frame(opcode::close, ""));
  world.run_to_end(*client);

  CHECK(take_server_frames(client->received) == std::vector<server_frame>{{opcode::close, ""}});
  CHECK(world.user().closed == codes{close_code{1005}});
}

TEST_CASE("websocket closing: closing flushes, says why, and waits for the peer",
          "[net][websocket_closing]") {
  front_fixture world;
  auto client = world.upgraded();
  auto& user = world.user();

  from_user(user, [](transport& socket) {
    socket.send(frame::text("last words"));
    socket.close(close_code::shutdown);
    socket.send(frame::text("never"));
    socket.ping();
    socket.close(close_code::normal);
  });
  CHECK(world.frames(*client, 2)
        == std::vector{server_text("last words"), server_close(close_code::shutdown, "shutdown")});
  CHECK(user.closed.empty());

  client->send(client_text("ignored") + client_frame(opcode::ping, "unanswered")
               + client_close(3001));
  world.run_to_end(*client);
  CHECK(client->received.empty());
  CHECK(user.closed == codes{close_code::shutdown});
  CHECK(user.messages.empty());
}

TEST_CASE("websocket closing: who does not answer a close is cut off", "[net][websocket_closing]") {
  front_fixture world;
  auto client = world.upgraded();
  auto& user = world.user();

  from_user(user, [](transport& socket) { socket.close(close_code::stale); });
  world.advance(4'900ms);
  CHECK(user.closed.empty());

  world.advance(200ms);
  CHECK(user.closed == codes{close_code::stale});
  CHECK(open_connections(world) == 0);
}

TEST_CASE("websocket closing: a peer that keeps its socket after closing is cut off",
          "[net][websocket_closing]") {
  front_fixture world;
  auto client = world.upgraded();

  client->send(client_close(1000));
  world.run();
  CHECK(world.user().closed == codes{close_code::normal});
  CHECK(open_connections(world) == 1);

  world.advance(5'100ms);
  CHECK(open_connections(world) == 0);
}

TEST_CASE("websocket closing: a paused user can close", "[net][websocket_closing]") {
  front_fixture world;
  auto client = world.upgraded();
  auto& user = world.user();
  user.then = [&](std::string_view) { user.socket->pause(); };
  client->send(client_text("one") + client_text("two"));
  world.run();

  from_user(user, [](transport& socket) { socket.close(close_code::bad_request); });
  CHECK(world.frames(*client, 1)
        == std::vector{server_close(close_code::bad_request, "bad request")});
  client->send(client_close(3501));
  world.run_to_end(*client);

  CHECK(user.messages == texts{"one"});
  CHECK(user.closed == codes{close_code::bad_request});
}

TEST_CASE("websocket closing: a user may close from inside a message", "[net][websocket_closing]") {
  front_fixture world;
  auto client = world.upgraded();
  auto& user = world.user();
  user.then = [&](std::string_view) { user.socket->close(close_code::bad_request); };

  client->send(client_text("bad") + client_text("late") + client_close(3501));
  world.run_to_end(*client);

  CHECK(user.messages == texts{"bad"});
  CHECK(user.closed == codes{close_code::bad_request});
}

TEST_CASE("websocket closing: a socket that just ends is told as that",
          "[net][websocket_closing]") {
  front_fixture world;

  SECTION("closed") {
    world.upgraded()->close();
  }
  SECTION("reset") {
    world.upgraded()->reset();
  }
  SECTION("half closed") {
    auto client = world.upgraded();
    client->finish();
    world.run_to_end(*client);
  }
  SECTION("reset with output") {
    auto client = world.upgraded();
    client->reset();
    world.user().socket->send(frame::text("for nobody"));
  }
  world.run();

  CHECK(world.user().closed == codes{close_code::connection_closed});
  CHECK(open_connections(world) == 0);
  CHECK(world.counts.outbox_bytes.value() == 0);
}

TEST_CASE("websocket closing: an abandoned socket tells nobody and ends",
          "[net][websocket_closing]") {
  front_fixture world;
  auto client = world.upgraded();
  auto& user = world.user();

  client->send(client_text("unread"));
  user.socket->abandon();
  world.run_to_end(*client);
  client->close();
  world.run();

  CHECK(take_server_frames(client->received)
        == std::vector{server_close(close_code::internal_server_error, "internal server error")});
  CHECK(user.closed.empty());
  CHECK(user.messages.empty());
  CHECK(open_connections(world) == 0);
}

TEST_CASE("websocket closing: a user may abandon from inside a message, and while closing",
          "[net][websocket_closing]") {
  front_fixture world;
  auto client = world.upgraded();
  auto& user = world.user();
  user.then = [&](std::string_view message) {
    if (message == "close")
      user.socket->close(close_code::force_disconnect);
    user.socket->abandon();
  };

  SECTION("while open") {
    client->send(client_text("go") + client_text("late"));
    world.run_to_end(*client);
    CHECK(take_server_frames(client->received)
          == std::vector{server_close(close_code::internal_server_error, "internal server error")});
  }
  SECTION("while closing") {
    client->send(client_text("close") + client_text("late"));
    world.run_to_end(*client);
    CHECK(take_server_frames(client->received)
          == std::vector{server_close(close_code::force_disconnect, "force disconnect")});
  }
  CHECK(user.messages.size() == 1);
  CHECK(user.closed.empty());
}

TEST_CASE("websocket closing: sessions left at the front's end tell nobody",
          "[net][websocket_closing]") {
  front_fixture world;
  auto client = world.upgraded();
  auto asking = world.connect();
  world.user().socket->send(frame::text("queued"));

  world.door.reset();

  CHECK(world.user().closed.empty());
  CHECK(open_connections(world) == 0);
  CHECK(world.counts.handshakes.value() == 0);
}

TEST_CASE("websocket closing: a visitor may be turned away as it comes in",
          "[net][websocket_closing]") {
  front_fixture world;
  auto client = world.connect();

  SECTION("with a close") {
    world.desk.then = [](fake_user& user) { user.socket->close(close_code::permission_denied); };
    client->send(upgrade_request() + client_text("hello") + client_close(3507));
    world.run_to_end(*client);
    CHECK(world.user().closed == codes{close_code::permission_denied});
  }
  SECTION("by nobody being there") {
    world.desk.then = [](fake_user& user) { user.socket->abandon(); };
    client->send(upgrade_request() + client_text("hello"));
    world.run_to_end(*client);
    CHECK(world.user().closed.empty());
  }
  CHECK(client->received.starts_with("HTTP/1.1 101 "));
  CHECK(world.user().messages.empty());
  client->close();
  world.run();
  CHECK(open_connections(world) == 0);
}

#include "net/websocket_session.hpp"
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

TEST_CASE("websocket session: messages reach the user in order", "[net][websocket_session]") {
  front_fixture world;
  auto client = world.upgraded();

  client->send(client_text("one") + client_text("two"));
  client->send(client_text(std::string(60'000, 'x')));
  world.run();

  CHECK(world.user().messages == texts{"one", "two", std::string(60'000, 'x')});
  CHECK(world.counts.frames_received.value() == 3);
}

TEST_CASE("websocket session: bytes behind the request belong to the WebSocket",
          "[net][websocket_session]") {
  front_fixture world;
  auto client = world.connect();

  client->send(upgrade_request() + client_text("early") + client_text("bird").substr(0, 3));
  world.run();
  client->send(client_text("bird").substr(3));
  world.run();

  CHECK(world.user().messages == texts{"early", "bird"});
}

TEST_CASE("websocket session: one write carries what a turn queued", "[net][websocket_session]") {
  front_fixture world;
  auto client = world.upgraded();
  auto before = world.counts.writes.value();

  from_user(world.user(), [](transport& socket) {
    for (auto i = 0; i < 3; ++i)
      socket.send(frame::text("{\"n\":" + std::to_string(i) + "}"));
  });
  CHECK(world.user().socket->queued_bytes() == 21);

  CHECK(world.frames(*client, 1) == std::vector{server_text("{\"n\":0}\n{\"n\":1}\n{\"n\":2}")});
  CHECK(world.counts.writes.value() == before + 1);
  CHECK(world.user().socket->queued_bytes() == 0);
  CHECK(world.counts.outbox_bytes.value() == 0);
}

TEST_CASE("websocket session: a text client gets each message as a frame",
          "[net][websocket_session]") {
  front_fixture world;
  auto client = world.upgraded("/");

  from_user(world.user(), [](transport& socket) {
    socket.send(frame::text("one"), lane{true, 0, 0});
    socket.send(frame::text("two"));
  });

  CHECK(world.frames(*client, 2) == std::vector{server_text("one"), server_text("two")});
}

TEST_CASE("websocket session: pings are answered with their payload", "[net][websocket_session]") {
  front_fixture world;
  auto client = world.upgraded();

  client->send(client_frame(opcode::ping, "are you there") + client_frame(opcode::ping, ""));

  CHECK(world.frames(*client, 2)
        == std::vector<server_frame>{{opcode::pong, "are you there"}, {opcode::pong, ""}});
}

TEST_CASE("websocket session: it pings, and tells of the pong", "[net][websocket_session]") {
  front_fixture world;
  auto client = world.upgraded();

  from_user(world.user(), [](transport& socket) { socket.ping(); });
  CHECK(world.frames(*client, 1) == std::vector<server_frame>{{opcode::ping, ""}});

  client->send(client_frame(opcode::pong, ""));
  world.run();
  CHECK(world.user().pongs == 1);
}

TEST_CASE("websocket session: a paused user gets nothing until it resumes",
          "[net][websocket_session]") {
  front_fixture world;
  auto client = world.upgraded();
  auto& user = world.user();
  user.then = [&](std::string_view message) {
    if (message != "two")
      user.socket->pause();
  };

  client->send(client_text("one") + client_text("two") + client_text("three")
               + client_text("four"));
  world.run();
  CHECK(user.messages == texts{"one"});

  from_user(user, [](transport& socket) { socket.resume(); });
  CHECK(user.messages == texts{"one"});
  world.run();
  CHECK(user.messages == texts{"one", "two", "three"});

  client->send(client_text("five"));
  world.run();
  CHECK(user.messages.size() == 3);

  from_user(user, [](transport& socket) { socket.resume(); });
  world.run();
  CHECK(user.messages == texts{"one", "two", "three", "four"});

  from_user(user, [](transport& socket) { socket.resume(); });
  world.run();
  CHECK(user.messages.back() == "five");
}

TEST_CASE("websocket session: a user may pause and resume in one go", "[net][websocket_session]") {
  front_fixture world;
  world.desk.then = [](fake_user& user) { user.socket->pause(); };
  auto client = world.upgraded();
  auto& user = world.user();

  client->send(client_text("one"));
  world.run();
  CHECK(user.messages.empty());

  from_user(user, [](transport& socket) {
    socket.resume();
    socket.pause();
    socket.resume();
  });
  world.run();
  CHECK(user.messages == texts{"one"});

  user.then = [&](std::string_view) {
    user.socket->pause();
    user.socket->resume();
  };
  client->send(client_text("two") + client_text("three"));
  world.run();
  CHECK(user.messages == texts{"one", "two", "three"});
}

TEST_CASE("websocket session: a paused socket is not read", "[net][websocket_session]") {
  front_fixture world;
  auto client = world.upgraded();
  auto& user = world.user();
  user.socket->pause();
  auto flood = client_text(std::string(1000, 'f'));
  auto before = world.counts.bytes_received.value();

  auto stuck = false;
  for (auto i = 0; i < 100'000 && !stuck; ++i) {
    stuck = client->send(flood) < flood.size();
    if (i % 1000 == 0)
      world.run();
  }

  CHECK(stuck);
  CHECK(world.counts.bytes_received.value() == before);
}

TEST_CASE("websocket session: a burst of one turn is no slow client", "[net][websocket_session]") {
  front_fixture world{{.outbox_bytes_max = 10'000}};
  auto client = world.upgraded();

  from_user(world.user(), [](transport& socket) {
    for (auto i = 0; i < 100; ++i)
      socket.send(frame::text(std::string(1'000, 'b')));
  });

  std::size_t bytes = 0;
  world.run_until([&] {
    client->read();
    for (const auto& each : take_server_frames(client->received))
      bytes += each.payload.size() + 1;
    return bytes >= 100 * 1'001;
  });
  CHECK(bytes == 100 * 1'001);
  CHECK(world.user().closed.empty());
  CHECK(world.user().drained >= 1);
}

TEST_CASE("websocket session: a client that does not read is closed as slow",
          "[net][websocket_session]") {
  front_fixture world{{.outbox_bytes_max = 100'000}};
  auto client = world.upgraded("/connection/websocket", 4'096);
  auto& user = world.user();

  std::size_t most = 0;
  for (auto i = 0; i < 100'000 && user.closed.empty(); ++i) {
    from_user(user, [&](transport& socket) {
      socket.send(frame::text(std::string(1'000, 's')));
      most = std::max(most, socket.queued_bytes());
    });
    world.run();
  }

  CHECK(user.closed == codes{close_code::slow});
  CHECK(most <= 101'000);
  CHECK(world.counts.slow_clients.value() == 1);
  CHECK(world.counts.outbox_bytes.value() <= 70'000); // the frame that was begun

  world.advance(5'100ms);
  CHECK(open_connections(world) == 0);
  CHECK(world.counts.outbox_bytes.value() == 0);
}

TEST_CASE("websocket session: a user that takes enough back keeps its client",
          "[net][websocket_session]") {
  front_fixture world{{.outbox_bytes_max = 100'000}};
  auto client = world.upgraded("/connection/websocket", 4'096);
  auto& user = world.user();

  std::size_t most = 0;
  for (std::uint64_t i = 1; i < 100'000 && user.overflows == 0; ++i) {
    user.socket->send(frame::text(std::string(1'000, 's')), lane{false, 1, i});
    most = std::max(most, user.socket->queued_bytes());
    world.run();
  }

  REQUIRE(user.took_back.size() == 1);
  CHECK(user.took_back[0].stream == 1);
  CHECK(most <= 101'000);
  CHECK(user.closed.empty());
  // Less than half is queued now, so there is room again, though nothing was read.
  world.run();
  CHECK(user.drained == 1);
  user.socket->send(frame::text("last"));
  std::size_t messages = 0;
  auto last = std::string{};
  world.run_until([&] {
    client->read();
    for (const auto& each : take_server_frames(client->received)) {
      messages
        += 1u
           + static_cast<std::size_t>(std::count(each.payload.begin(), each.payload.end(), '\n'));
      last = each.payload;
    }
    return last.ends_with("last");
  });
  CHECK(messages == user.took_back[0].offset);
}

TEST_CASE("websocket session: a user hears when the queue has sunk to half",
          "[net][websocket_session]") {
  front_fixture world{{.outbox_bytes_max = 1'000'000}};
  auto client = world.upgraded("/connection/websocket", 4'096);
  auto& user = world.user();
  while (user.socket->queued_bytes() < 800'000) {
    user.socket->send(frame::text(std::string(10'000, 'q')));
    world.run();
  }
  CHECK(user.drained == 0);

  world.run_until([&] {
    client->read(10'000);
    return user.drained > 0;
  });

  CHECK(user.socket->queued_bytes() <= 500'000);
  CHECK(user.drained == 1);
  CHECK(user.closed.empty());
}

TEST_CASE("websocket session: an idle one costs little", "[net][websocket_session]") {
  // With its pending wait and Asio's own part it stays below 700 bytes.
  CHECK(sizeof(websocket_session) <= 400);
}

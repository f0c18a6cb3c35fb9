// The client library against the real server.
#include "client/websocket_client.hpp"
#include "tests/support/bare_client.hpp"
#include "tests/support/scripted_server.hpp"
#include "tests/support/test_server.hpp"

#include <catch2/catch_test_macros.hpp>
#include <poll.h>

#include <chrono>
#include <csignal>
#include <string>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;

TEST_CASE("websocket client: says lines and hears them", "[sockets][websocket_client]") {
  test_server server;
  websocket_client ana;
  websocket_client bob;
  REQUIRE_FALSE(ana.connect("127.0.0.1", server.port(), "/?name=Ana"));
  REQUIRE_FALSE(bob.connect("localhost", server.port(), "/"));

  CHECK(ana.read().value_or("") == "Welcome to lobby, Ana.");
  CHECK(bob.read().value_or("") == "Welcome to lobby.");
  auto big = std::string(60'000, 'x');
  CHECK(ana.send("hello"));
  CHECK(ana.send(big));

  CHECK(bob.read().value_or("") == "hello");
  CHECK(bob.read().value_or("") == big);
  CHECK(ana.read().value_or("") == "hello");
  CHECK(ana.read().value_or("") == big);
  CHECK(ana.is_open());
  auto end = ana.close();
  REQUIRE(end);
  CHECK(end->code == 1000);
  CHECK_FALSE(ana.is_open());
  CHECK_FALSE(ana.send("too late"));
  CHECK_FALSE(ana.read(0ms));
}

TEST_CASE("websocket client: waits no longer than it may, and loses nothing by it",
          "[sockets][websocket_client]") {
  test_server server;
  websocket_client ana;
  REQUIRE_FALSE(ana.connect("127.0.0.1", server.port(), "/"));
  REQUIRE(ana.read());

  CHECK_FALSE(ana.read(0ms));
  CHECK_FALSE(ana.read(20ms));
  CHECK(ana.is_open());

  // Half a frame is no message yet, however often one asks.
  text_member bob{server.port(), "lobby"};
  auto line = std::string(50'000, 'y');
  bob.send_text(line);
  auto heard = ana.read(0ms);
  for (pollfd input{ana.native_handle(), POLLIN, 0}; !heard; heard = ana.read(0ms))
    REQUIRE(::poll(&input, 1, 60'000) == 1);
  CHECK(*heard == line);
}

TEST_CASE("websocket client: tells how the server ended it", "[sockets][websocket_client]") {
  test_server server;
  websocket_client refused;
  websocket_client stopped;
  REQUIRE_FALSE(refused.connect("127.0.0.1", server.port(), "/connection/websocket"));
  REQUIRE_FALSE(stopped.connect("127.0.0.1", server.port(), "/"));
  REQUIRE(stopped.read());

  CHECK(refused.send("no command"));
  CHECK_FALSE(refused.read());
  REQUIRE(refused.ended());
  CHECK(refused.ended()->code == 3501);
  CHECK(refused.ended()->reason == "bad request");
  CHECK_FALSE(refused.is_open());
  CHECK(refused.native_handle() == -1);

  server.process().signal(SIGTERM);
  CHECK_FALSE(stopped.read());
  REQUIRE(stopped.ended());
  CHECK(stopped.ended()->code == 3001);
  CHECK(server.await_end() == 0);
}

TEST_CASE("websocket client: says why it cannot connect", "[sockets][websocket_client]") {
  websocket_client client;
  auto port = [] {
    test_server server;
    websocket_client inside;
    auto why = inside.connect("127.0.0.1", server.port(), "/?room=nobody:here");
    REQUIRE(why);
    CHECK(why->find("400") != std::string::npos);
    CHECK(why->find("namespace") != std::string::npos);
    CHECK_FALSE(inside.is_open());
    return server.port();
  }();

  auto why = client.connect("127.0.0.1", port, "/");
  REQUIRE(why);
  CHECK(why->find(std::to_string(port)) != std::string::npos);
  CHECK_FALSE(client.send("anybody?"));
  CHECK_FALSE(client.close());
}

TEST_CASE("websocket client: what is started and posted goes on while one reads",
          "[sockets][websocket_client]") {
  test_server server;
  websocket_client ana;
  ana.post("before there is a connection");

  ana.start("127.0.0.1", server.port(), "/");
  CHECK(ana.is_connecting());
  CHECK_FALSE(ana.is_open());
  while (ana.is_connecting())
    ana.read(1ms);
  REQUIRE(ana.is_open());
  auto big = std::string(60'000, 'x');
  ana.post(big);
  ana.post("behind it");
  CHECK(ana.is_writing());

  CHECK(ana.read().value_or("") == "Welcome to lobby.");
  CHECK(ana.read().value_or("") == big);
  CHECK(ana.read().value_or("") == "behind it");
  CHECK_FALSE(ana.is_writing());
  ana.drop();
  CHECK_FALSE(ana.is_open());
  CHECK(ana.ended().value_or(websocket_end{0, {}}).code == 1006);
}

TEST_CASE("websocket client: a connection that does not come about is given up",
          "[sockets][websocket_client]") {
  scripted_server silent;
  websocket_client ana;

  ana.start("127.0.0.1", silent.port(), "/", 10ms);
  while (ana.is_connecting())
    ana.read(10ms);

  CHECK_FALSE(ana.is_open());
  CHECK(ana.refusal().find("timed out") != std::string::npos);
  CHECK_FALSE(ana.ended());
}

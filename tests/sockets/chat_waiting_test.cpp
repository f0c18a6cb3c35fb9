// `salon chat` while its server takes its time, or says no.
#include "tests/support/chat_process.hpp"
#include "tests/support/scratch_file.hpp"
#include "tests/support/scripted_server.hpp"
#include "tests/support/sdk_client.hpp"
#include "tests/support/test_server.hpp"

#include <catch2/catch_test_macros.hpp>

#include <csignal>
#include <memory>

using namespace salon;
using namespace salon::testing;

namespace {

constexpr auto no_more = close_code{3503};
const std::string too_many
  = R"("error":{"code":111,"message":"too many requests","temporary":true})";

} // namespace

TEST_CASE("chat waiting: one types on while the server owes an answer", "[sockets][chat_waiting]") {
  scripted_server server;
  terminal_chat ana{server.port()};
  server.welcome();
  ana.await_end("type\nlobby>");

  ana.write("one\r/who\rtwo\rhalf a sen");
  ana.await_end("\nlobby> half a sen");
  ana.await_end("type\nNo answer yet for \"one\"\nlobby> half a sen");
  CHECK(server.is_held());
  server.answer("one", R"("rpc":{"data":{"offset":1,"epoch":"e"}})");
  server.answer("presence", R"("presence":{"presence":{"c":{"client":"c"}}})");
  ana.await_end("\n1 in lobby: Guest c\nlobby> half a sen");
  server.answer("two", R"("rpc":{"data":{"offset":2,"epoch":"e"}})");
  ana.write("\x15/quit\r");

  CHECK(ana.wait() == 0);
  CHECK_FALSE(has(ana.shown(), "Not accepted"));
}

TEST_CASE("chat waiting: one types on while it tries to come back", "[sockets][chat_waiting]") {
  auto first = std::make_unique<scripted_server>();
  auto port = first->port();
  terminal_chat ana{port};
  first->welcome();
  ana.await_end("type\nlobby>");

  first = nullptr;
  ana.await("The connection is lost");
  scripted_server silent{port};
  silent.accept();
  ana.write("one\rhalf a sen");
  ana.await_end("Kept until the connection is back: \"one\"\nlobby> half a sen");
  CHECK(silent.is_held());
  ana.write("\x15/quit\r");

  CHECK(ana.wait() == 0);
  CHECK(has(ana.shown(), "Not accepted: \"one\": the server has not answered for it"));
}

TEST_CASE("chat waiting: what was typed before one leaves is stored", "[sockets][chat_waiting]") {
  test_server server;
  terminal_chat ana{server.port()};
  ana.await_end("type\nlobby>");

  ana.write("one\rtwo\r/quit\r");

  CHECK(ana.wait() == 0);
  CHECK_FALSE(has(ana.shown(), "Not accepted"));
  sdk_client reader{server.port()};
  auto kept = reader.ask(R"("history":{"channel":"lobby","limit":-1})");
  CHECK(count(kept, "\"one\"") == 1);
  CHECK(count(kept, "\"two\"") == 1);
}

TEST_CASE("chat waiting: a room is left for another while neither has answered",
          "[sockets][chat_waiting]") {
  scripted_server server;
  terminal_chat ana{server.port()};
  server.welcome();
  ana.await_end("type\nlobby>");

  ana.write("/join den\r/join attic\rhello\r");
  ana.await_end("type\nattic>");
  server.answer("unsubscribe", R"("unsubscribe":{})");
  server.answer("\"den\"", R"("history":{"epoch":"d","offset":0})");
  server.answer("\"den\"", R"("unsubscribe":{})");
  server.answer("\"attic\"", R"("history":{"epoch":"a","offset":0})");
  server.answer("\"attic\"", R"("subscribe":{"epoch":"a","positioned":true})");

  ana.await_end("type\nYou are in attic\nattic>");
  server.answer("\"attic\",\"key\"", R"("rpc":{"data":{}})");
  CHECK_FALSE(has(ana.shown(), "You are in den"));
}

TEST_CASE("chat waiting: a room that is chosen while the server is away is entered then",
          "[sockets][chat_waiting]") {
  auto first = std::make_unique<scripted_server>();
  auto port = first->port();
  terminal_chat ana{port};
  first->welcome();
  ana.await_end("type\nlobby>");

  first = nullptr;
  ana.await("The connection is lost");
  ana.write("/join den\rhello\r");
  ana.await("Kept until the connection is back: \"hello\"");
  scripted_server second{port};
  second.accept();
  second.upgrade();
  second.answer("connect", R"("connect":{"client":"c"})");
  second.answer("salon.limits", too_many);
  second.answer("\"den\"", R"("history":{"epoch":"d","offset":0})");
  second.answer("\"den\"", R"("subscribe":{"epoch":"d","positioned":true})");

  ana.await_end("You are in den\nThe connection is back\nden>");
  second.answer("\"hello\"", R"("rpc":{"data":{}})");
}

TEST_CASE("chat waiting: more than can wait is refused, and said", "[sockets][chat_waiting]") {
  scripted_server server;
  terminal_chat ana{server.port()};
  server.welcome();
  ana.await_end("type\nlobby>");

  for (auto i = 0; i < 65; ++i)
    ana.write("/who\r");
  ana.await_end("Who is here cannot be said: too many requests (111)\nlobby>");
  for (auto i = 0; i < 201; ++i)
    ana.write("x\r");
  ana.await_end("Not accepted: \"x\": too much is waiting to be sent\nlobby>");
}

TEST_CASE("chat waiting: a text that is refused for now is sent again, with its key",
          "[sockets][chat_waiting]") {
  scripted_server server;
  terminal_chat ana{server.port()};
  server.welcome();
  ana.await_end("type\nlobby>");

  ana.write("one\r");
  server.answer("\"one\"", too_many);
  server.answer("\"one\"", too_many);
  server.answer("\"one\"", R"("rpc":{"data":{}})");
  ana.write("two\r");
  for (auto attempt = 0; attempt < 5; ++attempt)
    server.answer("\"two\"", too_many);

  ana.await_end("type\nNot accepted: \"two\": too many requests (111)\nlobby>");
}

TEST_CASE("chat waiting: a server that wants no more of us is not asked again",
          "[sockets][chat_waiting]") {
  scripted_server server;
  terminal_chat ana{server.port()};
  server.welcome();
  ana.await_end("type\nlobby>");

  server.close(no_more, "force disconnect");

  CHECK(ana.wait() == 1);
  CHECK(has(ana.shown(), "The server ended the connection: force disconnect (3503)"));
}

TEST_CASE("chat waiting: one that is not let in is told so, and why", "[sockets][chat_waiting]") {
  scripted_server server;
  piped_chat ana{server.port(), "ana"};

  server.accept();
  server.upgrade();
  server.answer("connect", R"("error":{"code":103,"message":"permission denied"})");

  CHECK(ana.wait() == 1);
  CHECK(ana.output() == "The server does not let us in: permission denied (103)\n");
}

TEST_CASE("chat waiting: what a server takes is known before it is sent",
          "[sockets][chat_waiting]") {
  scratch_file place{""};
  auto store = place.folder() + "/rooms.db";
  auto first = std::make_unique<test_server>(std::vector<std::string>{"--store-path", store});
  auto port = first->port();
  piped_chat ana{port, "ana"};
  auto long_text = std::string(2'000, 'x');
  ana.write("one\n");
  ana.await("ana: one\n");

  CHECK(first->stop() == 0);
  ana.await("The connection is lost");
  ana.write(long_text + "\ntwo\n");
  test_server second{
    {"--port", std::to_string(port), "--store-path", store, "--client-frame-bytes-max", "1KiB"}};
  ana.await("ana: two\n");
  ana.write(long_text + '\n');
  ana.end_input();

  CHECK(ana.wait() == 1);
  CHECK(count(ana.output(), "it is too long: ") == 2);
  CHECK(count(ana.output(), "bytes of the 1024 that the server takes") == 2);
  CHECK_FALSE(has(ana.output(), "The server ended the connection"));
}

// `salon chat` at a pseudo terminal, against the real server.
#include "tests/support/chat_process.hpp"
#include "tests/support/scratch_file.hpp"
#include "tests/support/sdk_client.hpp"
#include "tests/support/terminal_picture.hpp"
#include "tests/support/test_server.hpp"

#include <catch2/catch_test_macros.hpp>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <regex>

using namespace salon::testing;

namespace {

const std::string bob_says = R"({"data":{"name":"bob"}})";

} // namespace

TEST_CASE("chat terminal: what comes in stands above what is being typed",
          "[sockets][chat_terminal]") {
  test_server server;
  sdk_client bob{server.port(), bob_says};
  bob.enter("lobby");
  terminal_chat ana{server.port()};
  ana.await_end("/help lists what there is to type\nlobby>");

  ana.write("half a sen");
  ana.await_end("\nlobby> half a sen");
  bob.publish("lobby", R"({"text":"hello"})");
  ana.await_end("type\n12:00 bob: hello\nlobby> half a sen");
  ana.type("tence", "type\n12:00 bob: hello\n12:00 ana: half a sentence\nlobby>");
}

TEST_CASE("chat terminal: also above a line of several rows, with the cursor inside",
          "[sockets][chat_terminal]") {
  test_server server;
  sdk_client bob{server.port(), bob_says};
  bob.enter("lobby");
  terminal_chat ana{server.port()};
  ana.await_end("type\nlobby>");
  auto left = std::string{"\x1b[D"};

  // 72 columns, of which the prompt takes 7.
  for (std::size_t size : {64, 65, 66, 137, 138}) {
    auto text = std::string(size - 1, 'x') + 'y';
    ana.write(text);
    auto rows = "lobby> " + text;
    for (auto i = rows.size() / 72; i > 0; --i)
      if (i * 72 < rows.size())
        rows.insert(i * 72, "\n");
    ana.await_end(rows);
    bob.publish("lobby", R"({"text":"between"})");
    ana.await_end("12:00 bob: between\n" + rows);
    ana.write(left + left + "\x01"); // and to the first column
    bob.publish("lobby", R"({"text":"again"})");
    ana.await_end("12:00 bob: between\n12:00 bob: again\n" + rows);
    ana.write("\x15\x0b"); // wipes the line, whichever side of the cursor
    ana.await_end("12:00 bob: again\nlobby>");
  }
}

TEST_CASE("chat terminal: however much comes at once above a line of several rows",
          "[sockets][chat_terminal]") {
  test_server server;
  sdk_client bob{server.port(), bob_says};
  bob.enter("lobby");
  terminal_chat ana{server.port()};
  ana.await_end("type\nlobby>");
  ana.write("two rows " + std::string(70, 'x'));
  auto rows = "lobby> two rows " + std::string(56, 'x') + '\n' + std::string(14, 'x');
  ana.await_end(rows);

  // One message for the server, and so one for Ana: all three are shown in one go.
  std::string all;
  for (auto i = 1; i <= 3; ++i)
    all += R"({"id":10)" + std::to_string(i) + R"(,"publish":{"channel":"lobby","data":{"text":")"
           + std::to_string(i) + "\"}}}\n";
  bob.send_text(all);

  ana.await_end("type\n12:00 bob: 1\n12:00 bob: 2\n12:00 bob: 3\n" + rows);
}

TEST_CASE("chat terminal: wide characters take their two columns", "[sockets][chat_terminal]") {
  test_server server;
  sdk_client bob{server.port(), bob_says};
  bob.enter("lobby");
  terminal_chat ana{server.port()};
  ana.await_end("type\nlobby>");
  // 7 columns and 32 times two: the 33rd does not fit.
  auto text = [](std::size_t size) {
    std::string result;
    for (std::size_t i = 0; i < size; ++i)
      result += "\u4f60";
    return result;
  };
  auto rows = "lobby> " + text(32) + '\n' + text(8);

  ana.write(text(40));
  ana.await_end(rows);
  bob.publish("lobby", R"({"text":"\u4f60\u597d"})");

  ana.await_end("type\n12:00 bob: \u4f60\u597d\n" + rows);
}

TEST_CASE("chat terminal: a window of another size garbles nothing", "[sockets][chat_terminal]") {
  test_server server;
  sdk_client bob{server.port(), bob_says};
  bob.enter("lobby");
  terminal_chat ana{server.port()};
  ana.await_end("type\nlobby>");
  auto text = std::string(90, 'x') + 'y';
  ana.write(text);
  ana.await_end("lobby> " + std::string(65, 'x') + '\n' + std::string(25, 'x') + 'y');

  auto shown = std::string{"type\n"};
  for (std::size_t columns : {40, 120, 50}) {
    ana.resize(columns);
    bob.publish("lobby", R"({"text":")" + std::to_string(columns) + "\"}");
    auto rows = "lobby> " + text;
    for (auto i = columns; i < rows.size(); i += columns + 1)
      rows.insert(i, "\n");
    shown += "12:00 bob: " + std::to_string(columns) + '\n';
    ana.await_end(shown + rows);
  }
}

TEST_CASE("chat terminal: lines are edited, and called back", "[sockets][chat_terminal]") {
  test_server server;
  terminal_chat ana{server.port()};
  ana.await_end("type\nlobby>");

  ana.type("h\u00e9lo\x1b[D\x1b[Dl", "12:00 ana: h\u00e9llo\nlobby>");
  ana.type("\x1b[A!", "12:00 ana: h\u00e9llo\n12:00 ana: h\u00e9llo!\nlobby>");
  ana.write("\x04");

  CHECK(ana.wait() == 0);
}

TEST_CASE("chat terminal: the last 20 are told on entry", "[sockets][chat_terminal]") {
  test_server server;
  sdk_client bob{server.port(), bob_says};
  for (auto i = 1; i <= 25; ++i)
    bob.publish("lobby", R"({"text":"<)" + std::to_string(i) + R"(>"})");

  terminal_chat ana{server.port()};
  ana.await_end("bob: <25>\nYou are in lobby\n/help lists what there is to type\nlobby>");

  CHECK(ana.shown().starts_with("--:-- bob: <6>\n--:-- bob: <7>\n"));
  CHECK(count(ana.shown(), "bob: ") == 20);
}

TEST_CASE("chat terminal: the commands do what /help says", "[sockets][chat_terminal]") {
  test_server server;
  sdk_client bob{server.port(), bob_says};
  bob.enter("lobby");
  terminal_chat ana{server.port()};
  ana.await_end("type\nlobby>");

  ana.type("/who", "\n2 in lobby: ana, bob\nlobby>");
  ana.type("/rooms", "\nlobby (2)\nlobby>");
  ana.type("/me waves", "\n12:00 * ana waves\nlobby>");
  ana.type("//me", "\n12:00 ana: /me\nlobby>");
  ana.type("/nosuch", "\nThere is no /nosuch: /help lists what there is\nlobby>");
  ana.type("/join den", "\nYou are in den\nden>");
  ana.type("here", "\n12:00 ana: here\nden>");
  ana.type("/join lobby", "\n12:00 * ana waves\n12:00 ana: /me\nYou are in lobby\nlobby>");
  ana.type("/leave", "\nYou left lobby: /join leads to another room\n>");
  ana.type("x", "\nNot accepted: \"x\": you are in no room\n>");
  ana.type("/join none:such", "\nYou cannot enter none:such: unknown channel (102)\n>");
  ana.type("/help", "begins with /\n>");
  CHECK(has(ana.shown(), "\n/who        who is here\n"));
  ana.write("/quit\r");

  CHECK(ana.wait() == 0);
}

TEST_CASE("chat terminal: who comes and goes is told", "[sockets][chat_terminal]") {
  test_server server;
  terminal_chat ana{server.port()};
  ana.await_end("type\nlobby>");

  {
    sdk_client bob{server.port(), bob_says};
    bob.enter("lobby");
    ana.await_end("\n      bob came\nlobby>");
  }

  ana.await_end("\n      bob came\n      bob went\nlobby>");
}

TEST_CASE("chat terminal: strangers write text, and nothing else", "[sockets][chat_terminal]") {
  test_server server;
  sdk_client eve{server.port(), R"({"data":{"name":"e\u001b[31mve"}})"};
  eve.enter("lobby");
  terminal_chat ana{server.port()};
  ana.await_end("type\nlobby>");

  eve.publish("lobby", R"({"text":"\u001b[2J\u009b2J\u0007\u202e\r\nlobby> x"})");

  ana.await_end("type\n12:00 e[31mve: [2J2J lobby> x\nlobby>");
}

TEST_CASE("chat terminal: colours are left out when they are not wanted",
          "[sockets][chat_terminal]") {
  test_server server;
  terminal_chat with{server.port(), "ana"};
  with.await_end("type\nlobby>");
  terminal_chat without{server.port(), "bob", {"NO_COLOR=1"}};
  without.await_end("type\nlobby>");
  without.type("hi", "12:00 bob: hi\nlobby>");
  with.await_end("12:00 bob: hi\nlobby>");

  static const std::regex colour{"\x1b\\[[0-9;]*m"};
  CHECK(std::regex_search(with.output(), colour));
  CHECK_FALSE(std::regex_search(without.output(), colour));
}

TEST_CASE("chat terminal: after a restart nothing is missing, and nothing there twice",
          "[sockets][chat_terminal]") {
  scratch_file place{""};
  auto store = place.folder() + "/rooms.db";
  auto first = std::make_unique<test_server>(std::vector<std::string>{"--store-path", store});
  auto port = first->port();
  terminal_chat ana{port};
  ana.await_end("type\nlobby>");
  ana.type("one", "12:00 ana: one\nlobby>");

  first->process().signal(SIGKILL);
  CHECK(first->await_end() == 128 + SIGKILL);
  ana.await("The connection is lost");
  ana.write("two\r");
  ana.await("Kept until the connection is back: \"two\"");
  ana.write("thr");
  test_server second{{"--port", std::to_string(port), "--store-path", store}};
  sdk_client bob{port, bob_says};
  bob.enter("lobby");
  bob.publish("lobby", R"({"text":"early"})");
  ana.await("The connection is back");
  ana.write("ee\r");
  ana.await_end("ana: three\nlobby>");

  auto shown = ana.shown();
  for (const auto* once : {"ana: one", "bob: early", "ana: two", "ana: three"})
    CHECK(count(shown, once) == 1);
}

TEST_CASE("chat terminal: without a server there is a sentence, and status 1",
          "[sockets][chat_terminal]") {
  std::uint16_t port = 0;
  {
    test_server server;
    port = server.port();
  }

  terminal_chat ana{port};

  CHECK(ana.wait() == 1);
  CHECK(has(ana.shown(), "Cannot connect to 127.0.0.1:"));
}

TEST_CASE("chat terminal: an interrupt ends it, and the terminal is as it was",
          "[sockets][chat_terminal]") {
  test_server server;
  terminal_chat ana{server.port()};
  ana.await_end("type\nlobby>");
  CHECK_FALSE(ana.echoes());
  ana.type("hi", "12:00 ana: hi\nlobby>");

  ana.write("unfinished\x03");

  CHECK(ana.wait() == 128 + SIGINT);
  CHECK(ana.echoes());
}

TEST_CASE("chat terminal: README shows a session as it is", "[sockets][chat_terminal][readme]") {
  test_server server;
  terminal_chat ana{server.port()};
  ana.await_end("type\nlobby>");
  {
    terminal_chat bob{server.port(), "bob"};
    ana.await_end("      bob came\nlobby>");
    bob.await_end("type\nlobby>");
    ana.type("Hello Bob", "12:00 ana: Hello Bob\nlobby>");
    ana.write("What do you th");
    bob.type("Good morning", "12:00 bob: Good morning\nlobby>");
    ana.await_end("12:00 bob: Good morning\nlobby> What do you th");
    ana.type("ink of it?", "12:00 ana: What do you think of it?\nlobby>");
    bob.type("/me nods", "12:00 * bob nods\nlobby>");
    ana.await_end("12:00 * bob nods\nlobby>");
    ana.type("/who", "2 in lobby: ana, bob\nlobby>");
    ana.write("The same place as ye");
    ana.await_end("lobby> The same place as ye");
    bob.type("Lunch at noon?", "12:00 bob: Lunch at noon?\nlobby>");
    ana.await_end("12:00 bob: Lunch at noon?\nlobby> The same place as ye");
    bob.write("/quit\r");
    CHECK(bob.wait() == 0);
  }
  ana.await_end("      bob went\nlobby> The same place as ye");

  auto picture = picture_of(ana.display(), "salon chat --name ana");
  const std::string path = SALON_SOURCE_DIR "/docs/images/terminal.svg";
  // The command that CONTRIBUTING.md names.
  if (std::getenv("RENEW_PICTURE") != nullptr)
    std::ofstream{path} << picture;
  std::ifstream file{path};
  const std::string shown{std::istreambuf_iterator<char>{file}, {}};
  CHECK(shown == picture);
  std::ifstream readme{SALON_SOURCE_DIR "/README.md"};
  CHECK(has(std::string{std::istreambuf_iterator<char>{readme}, {}}, "(docs/images/terminal.svg)"));
}

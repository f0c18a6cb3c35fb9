// `salon chat` between pipes, against the real server.
#include "tests/support/chat_process.hpp"
#include "tests/support/scratch_file.hpp"
#include "tests/support/sdk_client.hpp"
#include "tests/support/test_server.hpp"

#include <catch2/catch_test_macros.hpp>

#include <csignal>

using namespace salon::testing;

namespace {

struct outcome {
  int status;
  std::string output;
};

outcome piped(std::string_view input, const std::vector<std::string>& arguments) {
  piped_chat made{arguments};
  made.write(input);
  made.end_input();
  auto status = made.wait();
  return {status, made.output()};
}

std::string at(const test_server& server) {
  return "127.0.0.1:" + std::to_string(server.port());
}

} // namespace

TEST_CASE("chat filter: lines in are messages, stored when it ends", "[sockets][chat_filter]") {
  test_server server;

  auto [status, output] = piped("one\n\n/two\nno newline", {at(server), "--name", "ana"});

  CHECK(status == 0);
  CHECK(output == "ana: one\nana: /two\nana: no newline\n");
  sdk_client reader{server.port()};
  auto kept = reader.ask(R"("history":{"channel":"lobby","limit":-1})");
  CHECK(count(kept, "\"offset\":") == 4); // of three publications, and the room's
}

TEST_CASE("chat filter: many lines keep their order", "[sockets][chat_filter]") {
  test_server server;
  std::string input;
  std::string expected;
  for (auto i = 0; i < 300; ++i) {
    input += std::to_string(i) + '\n';
    expected += "ana: " + std::to_string(i) + '\n';
  }

  auto [status, output] = piped(input, {at(server), "--name", "ana", "--room", "den"});

  CHECK(status == 0);
  CHECK(output == expected);
}

TEST_CASE("chat filter: a message out is one line of text", "[sockets][chat_filter]") {
  test_server server;
  sdk_client bob{server.port(), R"({"data":{"name":"bob"}})"};
  bob.enter("lobby");
  piped_chat ana{server.port(), "ana"};
  bob.next_with(R"("name":"ana")");

  bob.publish("lobby", R"({"text":"a\u001b[2J\nb"})");
  bob.publish("lobby", R"([1])");
  ana.await("bob: [1]\n");
  ana.end_input();

  CHECK(ana.wait() == 0);
  CHECK(ana.output() == "bob: a[2J b\nbob: [1]\n");
}

TEST_CASE("chat filter: the exit status says whether all was accepted", "[sockets][chat_filter]") {
  test_server server;
  auto too_long = std::string(70'000, 'x') + "\nshort\n";

  auto cut = piped(too_long, {at(server), "--name", "ana"});
  auto not_text = piped("\xff\nshort\n", {at(server), "--name", "ana"});
  auto no_room = piped("x\n", {at(server), "--room", "none:such"});

  CHECK(cut.status == 1);
  CHECK(has(cut.output, "it is too long"));
  CHECK(has(cut.output, "ana: short\n"));
  CHECK(not_text.status == 1);
  CHECK(has(not_text.output, "it is not UTF-8"));
  CHECK(has(not_text.output, "ana: short\n"));
  CHECK(no_room.status == 1);
  CHECK(no_room.output == "You cannot enter none:such: unknown channel (102)\n");
}

TEST_CASE("chat filter: what is not allowed in a room is not accepted", "[sockets][chat_filter]") {
  test_server server{{"--set", "namespaces.news.allow_publish_for_anonymous=false"}};

  auto [status, output] = piped("x\n", {at(server), "--room", "news:today"});

  CHECK(status == 1);
  CHECK(output == "Not accepted: \"x\": permission denied (103)\n");
}

TEST_CASE("chat filter: without a standard input there is nothing to say",
          "[sockets][chat_filter]") {
  test_server server;

  chat_process made{chat_process::at::no_input, {at(server)}};

  CHECK(made.wait() == 0);
  CHECK(made.output().empty());
}

TEST_CASE("chat filter: where there is no server there is a sentence", "[sockets][chat_filter]") {
  test_server server;
  auto address = at(server);

  auto elsewhere = piped("x\n", {"http://" + address + "/elsewhere"});
  auto tls = piped("x\n", {"wss://" + address});
  auto bad_room = piped("x\n", {address, "--room", "a/b"});
  auto bad_name = piped("x\n", {address, "--name", std::string(65, 'x')});
  CHECK(server.stop() == 0);
  auto nobody = piped("x\n", {address});

  CHECK(elsewhere.status == 1);
  CHECK(has(elsewhere.output, "answered 404"));
  CHECK(tls.status == 2);
  CHECK(has(tls.output, "no TLS"));
  CHECK(bad_room.status == 2);
  CHECK(has(bad_room.output, "--room \"a/b\""));
  CHECK(bad_name.status == 2);
  CHECK(nobody.status == 1);
  CHECK(has(nobody.output, "Cannot connect to " + address));
}

TEST_CASE("chat filter: a line said while the server is away arrives once",
          "[sockets][chat_filter]") {
  scratch_file place{""};
  auto store = place.folder() + "/rooms.db";
  auto first = std::make_unique<test_server>(std::vector<std::string>{"--store-path", store});
  auto port = first->port();
  piped_chat ana{port, "ana"};
  ana.write("one\n");
  ana.await("ana: one\n");

  first->process().signal(SIGKILL);
  CHECK(first->await_end() == 128 + SIGKILL);
  ana.write("two\n");
  ana.await("The connection is lost");
  test_server second{{"--port", std::to_string(port), "--store-path", store}};
  ana.await("ana: two\n");
  ana.end_input();

  CHECK(ana.wait() == 0);
  CHECK(count(ana.output(), "ana: one\n") == 1);
  CHECK(count(ana.output(), "ana: two\n") == 1);
  sdk_client reader{port};
  CHECK(count(reader.ask(R"("history":{"channel":"lobby","limit":-1})"), "\"two\"") == 1);
}

TEST_CASE("chat filter: what a room keeps no longer is said to be missing",
          "[sockets][chat_filter]") {
  scratch_file place{""};
  std::vector<std::string> options{"--store-path", place.folder() + "/rooms.db",
                                   "--defaults-history-size", "2"};
  auto first = std::make_unique<test_server>(options);
  auto port = first->port();
  piped_chat ana{port, "ana"};
  ana.write("one\n");
  ana.await("ana: one\n");
  CHECK(first->stop() == 0);
  ana.await("The connection is lost");
  {
    // The same rooms, where Ana does not look for them.
    test_server elsewhere{options};
    sdk_client bob{elsewhere.port(), R"({"data":{"name":"bob"}})"};
    for (const auto* data : {"2", "3", "4"})
      bob.publish("lobby", data);
  }
  options.insert(options.end(), {"--port", std::to_string(port)});
  test_server again{options};

  ana.await("Some messages are missing here");
  ana.write("two\n");
  ana.await("ana: two\n");
  ana.end_input();

  CHECK(ana.wait() == 0);
  CHECK_FALSE(has(ana.output(), "bob: "));
}

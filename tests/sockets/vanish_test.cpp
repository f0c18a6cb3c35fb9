// However a client goes, its rooms learn it once.
#include "tests/support/sdk_client.hpp"
#include "tests/support/test_server.hpp"

#include <catch2/catch_test_macros.hpp>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

using namespace salon;
using namespace salon::testing;

namespace {

struct way {
  const char* what;
  std::function<void(bare_client&)> go;
};

// Has another process hold the client's socket, and kills it.
void be_killed(bare_client& client) {
  auto child = ::fork();
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;)
      ::pause();
  }
  client.close();
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}

std::vector<way> ways() {
  return {
    {"a close frame", [](bare_client& x) { x.leave(); }},
    {"a close frame without waiting",
     [](bare_client& x) {
       x.send(client_close(1001));
       x.close();
     }},
    {"a socket that ends", [](bare_client& x) { x.close(); }},
    {"a reset", [](bare_client& x) { x.reset(); }},
    {"half an end", [](bare_client& x) { x.shut_down(); }},
    {"half an end in the middle of a frame",
     [](bare_client& x) {
       x.send(client_text("never complete").substr(0, 9));
       x.shut_down();
     }},
    {"a killed process", be_killed},
    {"a frame that is not masked", [](bare_client& x) { x.send("\x81\x01x"); }},
    {"bytes that are not UTF-8", [](bare_client& x) { x.send_text("\xff"); }},
    {"a message that is too big", [](bare_client& x) { x.send_text(std::string(70'000, 'x')); }},
    {"a last word and a reset",
     [](bare_client& x) {
       x.send_text(R"({"id":9,"publish":{"channel":"lobby","data":"last"}})");
       x.reset();
     }},
    {"a broken command, for some",
     [](bare_client& x) {
       x.send_text("{");
       x.send(client_close(1000));
     }},
  };
}

std::string client_in(const std::string& push) {
  constexpr std::string_view field = R"("client":")";
  auto at = push.find(field);
  REQUIRE(at != std::string::npos);
  return push.substr(at + field.size(), 36);
}

std::unique_ptr<bare_client> enter(const test_server& server, bool as_text) {
  if (as_text)
    return std::make_unique<text_member>(server.port(), "lobby");
  auto made = std::make_unique<sdk_client>(server.port());
  made->enter("lobby");
  return made;
}

void check_every_way(const std::vector<std::string>& options) {
  test_server server{options};
  sdk_client watcher{server.port()};
  watcher.enter("lobby");
  auto self = client_in(watcher.next_with("\"join\""));
  std::map<std::string, int> joins;
  std::map<std::string, int> leaves;

  for (const auto& each : ways()) {
    for (auto as_text : {true, false}) {
      INFO(each.what << (as_text ? ", text" : ", JSON"));
      auto client = enter(server, as_text);
      auto who = client_in(watcher.next_with("\"join\""));
      ++joins[who];
      each.go(*client);
      for (auto push = std::string{}; leaves[who] == 0;) {
        push = watcher.next();
        if (push.find("\"join\"") != std::string::npos)
          ++joins[client_in(push)];
        if (push.find("\"leave\"") != std::string::npos)
          ++leaves[client_in(push)];
      }
      auto presence = watcher.ask(R"("presence":{"channel":"lobby"})");
      CHECK(presence.find(self) != std::string::npos);
      CHECK(presence.find(who) == std::string::npos);
    }
  }

  // Everything that is still under way comes before this.
  watcher.publish("lobby", R"("the end")");
  for (auto push = watcher.next(); push.find("the end") == std::string::npos;
       push = watcher.next()) {
    if (push.find("\"leave\"") != std::string::npos)
      ++leaves[client_in(push)];
  }
  CHECK(leaves.size() == 2 * ways().size());
  for (const auto& [who, count] : leaves) {
    CHECK(count == 1);
    CHECK(joins[who] == 1);
  }
  CHECK(watcher.ask(R"("presence_stats":{"channel":"lobby"})").find("\"num_clients\":1")
        != std::string::npos);
  CHECK(server.metric("salon_members") == 1);
}

} // namespace

TEST_CASE("vanish: however a client goes, presence is right and its leave comes once",
          "[sockets][vanish]") {
  check_every_way({"--shards", "1"});
}

TEST_CASE("vanish: it is the same for members of several shards",
          "[sockets][vanish][cross_shard][threads]") {
  check_every_way({"--shards", "4"});
}

TEST_CASE("vanish: a client that answers no ping leaves its rooms, once", "[sockets][vanish]") {
  test_server server{{"--client-ping-interval", "2s", "--client-pong-timeout", "1s",
                      "--client-close-timeout", "200ms"}};
  sdk_client watcher{server.port()};
  watcher.enter("one");
  watcher.enter("two");
  sdk_client mute{server.port()};
  mute.enter("one");
  mute.enter("two");
  text_member deaf{server.port(), "one"};

  // The watcher answers its own pings while it waits.
  std::map<std::string, int> leaves;
  for (auto i = 0; i < 3; ++i)
    ++leaves[watcher.next_with("\"leave\"")];
  watcher.publish("one", R"("the end")");
  auto next = watcher.next();

  CHECK(leaves.size() == 3);
  CHECK(next.find("the end") != std::string::npos);
  CHECK(mute.read_farewell().code == 3012);
  CHECK(deaf.read_farewell().code == 3012);
}

TEST_CASE("vanish: a client that goes while it enters leaves nobody behind", "[sockets][vanish]") {
  test_server server{{"--shards", "2"}};
  sdk_client watcher{server.port()};
  watcher.enter("lobby");

  for (auto i = 0; i < 100; ++i) {
    bare_client client{server.port()};
    client.upgrade("/connection/websocket");
    client.send_text("{\"id\":1,\"connect\":{}}\n{\"id\":2,\"subscribe\":{\"channel\":\"lobby\"}}");
    if (i % 3 == 0)
      client.reset();
    else if (i % 3 == 1)
      client.send(client_close(1000));
  }

  server.await_metric("salon_members", 1);
  server.await_metric("salon_connections", 1);
  std::map<std::string, int> present;
  watcher.publish("lobby", R"("the end")");
  for (auto push = watcher.next(); push.find("the end") == std::string::npos;
       push = watcher.next()) {
    if (push.find("\"join\"") != std::string::npos)
      CHECK(++present[client_in(push)] == 1);
    if (push.find("\"leave\"") != std::string::npos)
      CHECK(--present[client_in(push)] == 0);
  }
}

// The server with its rooms in PostgreSQL.
#include "tests/support/postgres_server.hpp"
#include "tests/support/sdk_client.hpp"
#include "tests/support/test_server.hpp"

#include <catch2/catch_test_macros.hpp>

#include <csignal>

using namespace salon;
using namespace salon::testing;

namespace {

// A database, and what a server on it is started with.
class on_postgres {
public:
  std::vector<std::string> options(const std::string& lease = "1s") const {
    return {"--store-path",           server.url(), "--store-postgres-lease-ttl",    lease,
            "--store-retry-interval", "100ms",      "--store-postgres-lease-margin", "100ms"};
  }

  // Enters a room that another node may still have for a while.
  static std::string enter(sdk_client& client) {
    for (;;) {
      auto reply = client.ask(R"("subscribe":{"channel":"lobby","recover":true})");
      if (reply.find(R"("code":100)") == std::string::npos)
        return reply;
    }
  }

  // Publishes, again and again while there is a temporary error.
  static void publish(sdk_client& client, const std::string& data) {
    while (client.ask(R"("publish":{"channel":"lobby","data":)" + data + "}").find(R"("code":100)")
           != std::string::npos)
      ;
  }

  static std::string history(sdk_client& client) {
    return client.ask(R"("history":{"channel":"lobby","limit":10})");
  }

  static bool is_here() {
    if (auto why = postgres_server::lack(); !why.empty())
      SKIP(why);
    return true;
  }

  bool ready = is_here();
  postgres_server server;
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE_METHOD(on_postgres, "postgres: rooms outlive the server that is killed",
                 "[sockets][postgres]") {
  std::string before;
  {
    test_server first{options()};
    sdk_client ana{first.port()};
    enter(ana);
    ana.publish("lobby", R"({"text":"one"})");
    before = history(ana);
    REQUIRE(contains(before, "one"));
    first.process().signal(SIGKILL);
    first.await_end();
  }

  test_server second{options()};
  sdk_client ben{second.port()};
  enter(ben);

  auto after = history(ben);
  auto epoch = before.substr(before.find("\"epoch\":"), 18);
  CHECK(contains(after, "one"));
  CHECK(contains(after, epoch));
  CHECK(second.metric("salon_log_lease_valid") == 1);
}

TEST_CASE_METHOD(on_postgres, "postgres: a server goes on when its database was restarted",
                 "[sockets][postgres]") {
  test_server first{options("1m")};
  sdk_client ana{first.port()};
  enter(ana);
  publish(ana, R"({"text":"one"})");
  server.kill();

  CHECK(
    contains(ana.ask(R"("publish":{"channel":"lobby","data":{"text":"two"}})"), R"("code":100)"));
  server.start();
  publish(ana, R"({"text":"three"})");

  auto kept = history(ana);
  CHECK(contains(kept, "one"));
  CHECK_FALSE(contains(kept, "two"));
  CHECK(contains(kept, "three"));
}

TEST_CASE_METHOD(on_postgres,
                 "postgres: a server that was stopped for too long starts its rooms over",
                 "[sockets][postgres]") {
  test_server first{options()};
  sdk_client ana{first.port()};
  enter(ana);
  publish(ana, R"({"text":"one"})");

  first.process().signal(SIGSTOP);
  while (server.run("SELECT count(*) FROM salon.nodes WHERE expires > clock_timestamp()") != "0")
    ;
  first.process().signal(SIGCONT);

  first.process().await_log("lease lost");
  sdk_client ben{first.port()};
  publish(ben, R"({"text":"two"})");
  CHECK(contains(history(ben), "one"));
  CHECK(server.run("SELECT term FROM salon.rooms WHERE name = 'lobby'") == "1");
}

TEST_CASE_METHOD(on_postgres,
                 "postgres: a server that cannot have it says why, without the password",
                 "[sockets][postgres]") {
  salon_process refused{
    {"serve", "--port", "0", "--store-path", "postgres://ana:secret@/chat?host=/nowhere/at/all"}};

  CHECK(refused.wait() == 1);
  refused.await_log("cannot keep rooms");
  CHECK_FALSE(contains(refused.log(), "secret"));
}

TEST_CASE_METHOD(on_postgres, "store command: a database is looked at while a server uses it",
                 "[sockets][postgres]") {
  salon_process checking_nothing{{"store", "check", server.url()}};
  CHECK(checking_nothing.wait() == 2);
  test_server used{options("1m")};
  sdk_client ana{used.port()};
  enter(ana);
  publish(ana, R"({"text":"one"})");

  salon_process checking{{"store", "check", server.url()}};
  CHECK(checking.wait() == 0);
  CHECK(checking.await_log("problems") == "1 rooms, 1 publications, 0 problems");
  salon_process exporting{{"store", "export", server.url()}};
  CHECK(exporting.wait() == 0);
  CHECK(exporting.log_lines_with("one") == 1);
}

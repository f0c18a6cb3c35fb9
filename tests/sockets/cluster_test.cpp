// Several servers that are one chat: real processes, real links, and what happens to them.
#include "tests/support/postgres_server.hpp"
#include "tests/support/scratch_file.hpp"
#include "tests/support/sdk_client.hpp"
#include "tests/support/test_server.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <memory>

using namespace salon;
using namespace salon::testing;

namespace {

using lines = std::vector<std::string>;

/// Three nodes; what they show each other is made in a folder of the test's own.
class three_nodes {
public:
  explicit three_nodes(const lines& further = {"--defaults-durability", "none"}) {
    for (auto i = 0; i < 3; ++i)
      start(further);
    for (auto& each : nodes_)
      each->await_metric("salon_nodes", 3);
  }

  test_server& operator[](std::size_t index) {
    return *nodes_[index];
  }

  /// The node that is the home of the only room.
  std::size_t home() {
    for (;;)
      for (std::size_t i = 0; i < nodes_.size(); ++i)
        if (nodes_[i] && nodes_[i]->metric("salon_rooms") > 0)
          return i;
  }

  /// The process is gone, without a word.
  void kill(std::size_t index) {
    nodes_[index]->process().signal(SIGKILL);
    nodes_[index]->await_end();
    nodes_[index] = nullptr;
  }

private:
  void start(const lines& further) {
    lines arguments{"--cluster-listen",
                    "127.0.0.1:0",
                    "--cluster-failure-timeout",
                    "2s",
                    "--cluster-heartbeat-interval",
                    "400ms"};
    if (!address_.empty()) {
      arguments.emplace_back("--cluster-join");
      arguments.push_back(address_);
    }
    arguments.insert(arguments.end(), further.begin(), further.end());
    nodes_.push_back(std::make_unique<test_server>(arguments));
    if (address_.empty()) {
      auto line = nodes_.back()->process().await_log("cluster joined");
      address_ = line.substr(line.find("address=") + 8);
    }
  }

  std::string address_; ///< Of the first.
  std::vector<std::unique_ptr<test_server>> nodes_;
};

/// Publishes `"n"`, again under the same key while there is a temporary error.
void publish(sdk_client& client, const std::string& n) {
  auto number = std::stoi(n);
  auto key = "00000000-0000-4000-8000-" + std::string(12 - n.size(), '0') + n;
  auto command = R"("rpc":{"method":"salon.publish","data":{"room":"lobby","key":")" + key
                 + R"(","data":{"n":)" + std::to_string(number) + "}}}";
  while (client.ask(command).find(R"("code":1)") != std::string::npos)
    continue;
}

/// The numbers in the publications that the client gets, up to `last`, and anything else that says
/// that it is out of the room.
lines heard(sdk_client& client, const std::string& last) {
  lines result;
  for (;;) {
    auto message = client.next();
    if (message.find("unsubscribe") != std::string::npos)
      result.emplace_back("unsubscribed");
    auto at = message.find(R"("data":{"n":)");
    if (message.find(R"("pub":{)") == std::string::npos || at == std::string::npos)
      continue;
    at += 12;
    result.push_back(message.substr(at, message.find('}', at) - at));
    if (result.back() == last)
      return result;
  }
}

lines numbers(int from, int to) {
  lines result;
  for (auto i = from; i <= to; ++i)
    result.push_back(std::to_string(i));
  return result;
}

/// A folder of its own for what this user's nodes share.
class own_state {
public:
  own_state() {
    ::setenv("XDG_STATE_HOME", folder_.folder().c_str(), 1);
  }

  ~own_state() {
    ::unsetenv("XDG_STATE_HOME");
  }

private:
  scratch_file folder_{""};
};

class in_memory : own_state, public three_nodes {};

class on_postgres {
public:
  static bool is_here() {
    if (auto why = postgres_server::lack(); !why.empty())
      SKIP(why);
    return true;
  }

  bool ready = is_here();
  own_state state;
  postgres_server database;
  three_nodes nodes{{"--store-path", database.url(), "--store-postgres-lease-ttl", "2s",
                     "--store-postgres-lease-margin", "200ms"}};
};

} // namespace

TEST_CASE_METHOD(in_memory, "cluster: three servers are one chat", "[sockets][cluster]") {
  auto& nodes = *this;
  sdk_client ana{nodes[0].port()};
  sdk_client ben{nodes[1].port()};
  sdk_client cid{nodes[2].port()};
  for (auto* each : {&ana, &ben, &cid})
    each->enter("lobby");

  publish(ana, "1");
  publish(ben, "2");
  publish(cid, "3");

  for (auto* each : {&ana, &ben, &cid})
    CHECK(heard(*each, "3") == numbers(1, 3));
  auto listed = ana.ask(R"("rpc":{"method":"salon.rooms"})");
  CHECK(listed.find(R"({"room":"lobby","members":3})") != std::string::npos);
  CHECK(listed.find("partial") == std::string::npos);
  auto present = cid.ask(R"("presence_stats":{"channel":"lobby"})");
  CHECK(present.find(R"("num_clients":3)") != std::string::npos);
}

TEST_CASE_METHOD(on_postgres, "cluster: a home that is killed costs nobody a publication",
                 "[sockets][cluster][postgres]") {
  sdk_client first{nodes[0].port()};
  sdk_client second{nodes[1].port()};
  sdk_client third{nodes[2].port()};
  std::vector<sdk_client*> all{&first, &second, &third};
  for (auto* each : all)
    each->enter("lobby");
  for (auto i = 1; i <= 20; ++i)
    publish(*all[static_cast<std::size_t>(i) % 3], std::to_string(i));

  auto home = nodes.home();
  nodes.kill(home);
  auto& ana = *all[(home + 1) % 3];
  auto& ben = *all[(home + 2) % 3];
  for (auto i = 21; i <= 40; ++i)
    publish(i % 2 == 0 ? ana : ben, std::to_string(i));

  CHECK(heard(ana, "40") == numbers(1, 40));
  CHECK(heard(ben, "40") == numbers(1, 40));
  // That the room was still the dead node's for a while is no failure of it.
  for (auto i : {home + 1, home + 2})
    CHECK(nodes[i % 3].process().log_lines_with("room failed") == 0);
}

TEST_CASE_METHOD(on_postgres, "cluster: a home that stands still for a while does no harm",
                 "[sockets][cluster][postgres]") {
  sdk_client first{nodes[0].port()};
  sdk_client second{nodes[1].port()};
  sdk_client third{nodes[2].port()};
  std::vector<sdk_client*> all{&first, &second, &third};
  for (auto* each : all)
    each->enter("lobby");
  publish(first, "1");

  auto home = nodes.home();
  nodes[home].process().signal(SIGSTOP);
  auto& ana = *all[(home + 1) % 3];
  auto& ben = *all[(home + 2) % 3];
  for (auto i = 2; i <= 10; ++i)
    publish(ana, std::to_string(i));
  nodes[home].process().signal(SIGCONT);
  publish(ben, "11");

  CHECK(heard(ana, "11") == numbers(1, 11));
  CHECK(heard(ben, "11") == numbers(1, 11));
  // Those who sat on it have missed nothing, either.
  CHECK(heard(*all[home], "11") == numbers(1, 11));
}

TEST_CASE_METHOD(on_postgres, "cluster: a node that is stopped hands its rooms over",
                 "[sockets][cluster][postgres]") {
  sdk_client first{nodes[0].port()};
  sdk_client second{nodes[1].port()};
  sdk_client third{nodes[2].port()};
  std::vector<sdk_client*> all{&first, &second, &third};
  for (auto* each : all)
    each->enter("lobby");
  publish(first, "1");

  auto home = nodes.home();
  auto& ana = *all[(home + 1) % 3];
  auto& ben = *all[(home + 2) % 3];
  nodes[home].process().signal(SIGTERM);
  for (auto i = 2; i <= 30; ++i)
    publish(i % 2 == 0 ? ana : ben, std::to_string(i));

  CHECK(nodes[home].await_end() == 0);
  nodes[home].process().await_log("room moved");
  CHECK(heard(ana, "30") == numbers(1, 30));
  CHECK(heard(ben, "30") == numbers(1, 30));
}

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

/// Nodes that are not missed for long, and have little to keep for each other.
class short_queues : own_state, public three_nodes {
public:
  static constexpr std::size_t queue_bytes_max = 4'194'304;

  short_queues()
    : three_nodes({"--defaults-durability", "none", "--cluster-failure-timeout", "10m",
                   "--cluster-link-queue-bytes-max", std::to_string(queue_bytes_max),
                   "--cluster-link-window-bytes", "524288"}) {
    // nop
  }
};

/// What a client publishes so that much has to cross.
std::string large(int n) {
  return R"({"n":)" + std::to_string(n) + R"(,"text":")" + std::string(30'000, 'x') + "\"}";
}

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

// Not under sanitizers, whose memory is another.
TEST_CASE_METHOD(short_queues, "cluster: a node that stands still costs others no memory, no time",
                 "[sockets][cluster][.slow]") {
  auto& nodes = *this;
  sdk_client first{nodes[0].port()};
  sdk_client second{nodes[1].port()};
  sdk_client third{nodes[2].port()};
  std::vector<sdk_client*> all{&first, &second, &third};
  for (auto* each : all)
    each->enter("lobby");
  auto home = nodes.home();
  auto& ana = *all[home];
  auto& ben = *all[(home + 1) % 3];
  auto& frozen = nodes[(home + 2) % 3];
  auto& busy = nodes[home];
  // Publishes, and waits until it has come to both who are where nothing stands still.
  auto said = 0;
  auto say = [&](int times) {
    std::size_t most_queued = 0;
    for (auto i = 0; i < times; ++i) {
      auto what = large(++said);
      ana.publish("lobby", what);
      for (auto* each : {&ana, &ben})
        each->next_with(R"("n":)" + std::to_string(said) + ',');
      if (i % 20 == 0)
        most_queued
          = std::max(most_queued, static_cast<std::size_t>(busy.metric("salon_link_queue_bytes")));
    }
    return most_queued;
  };
  constexpr std::size_t bound = 16'777'216;
  constexpr auto messages = 1'500; // 45 MB
  // The metric is of all links: a few messages are on their way to the node that goes on.
  constexpr std::size_t others_queue = 131'072;

  say(400);
  auto before = busy.process().resident_bytes();
  frozen.process().signal(SIGSTOP);
  auto most_queued = say(messages);
  auto after = busy.process().resident_bytes();
  auto lost = busy.metric("salon_links_lost_total");
  frozen.process().signal(SIGCONT);

  CHECK(after < before + bound);
  CHECK(most_queued <= queue_bytes_max + others_queue);
  CHECK(lost >= 1);
  busy.process().await_log("does not keep up");
  // It comes back, and is in the same room.
  for (auto i = 0; i < 3; ++i)
    nodes[static_cast<std::size_t>(i)].await_metric("salon_nodes", 3);
}

TEST_CASE_METHOD(own_state, "cluster: a name is one node's, and the other side hears it",
                 "[sockets][cluster]") {
  auto name = [](const std::string& called, const std::string& join) {
    lines result{"--defaults-durability", "none",           "--cluster-listen",
                 "127.0.0.1:0",           "--cluster-name", called};
    if (!join.empty())
      result.insert(result.end(), {"--cluster-join", join});
    return result;
  };
  auto address_of = [](test_server& node) {
    auto line = node.process().await_log("cluster joined");
    return line.substr(line.find("address=") + 8);
  };
  test_server a{name("a", {})};
  test_server b{name("b", address_of(a))};
  a.await_metric("salon_nodes", 2);
  b.await_metric("salon_nodes", 2);

  test_server again{name("b", address_of(a))};

  auto clash = "two nodes are called b, one at " + address_of(b) + " and one at "
               + address_of(again) + ": give each a cluster.name of its own";
  a.process().await_log(clash);
  again.process().await_log("a does not take this node in: " + clash);
  CHECK(a.metric("salon_nodes") == 2);
  CHECK(a.process().log_lines_with("node down") == 0);
  CHECK(b.process().log_lines_with("link lost") == 0);
  CHECK(again.metric("salon_nodes") == 1);
}

TEST_CASE_METHOD(own_state, "cluster: a node that cannot serve does not join first",
                 "[sockets][cluster]") {
  salon_process node{{"serve", "--port", "0", "--cluster-listen", "127.0.0.1:0", "--store",
                      "postgres://nobody@127.0.0.1:1/nothing"}};

  CHECK(node.wait() == 1);
  node.await_log("cannot keep rooms");
  CHECK(node.log_lines_with("cluster joined") == 0);
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

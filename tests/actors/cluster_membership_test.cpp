// Who is taken in by a cluster, who is not, and what the operator hears of it.
#include "tests/actors/cluster_fixture.hpp"
#include "tests/support/captured_log.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;

namespace {

/// The log of all nodes, from now on.
struct node_log {
  logging on{log::level::info, log::format::text};
  captured_stderr errors;

  std::size_t count(std::string_view part) {
    auto all = errors.lines();
    return static_cast<std::size_t>(std::count_if(
      all.begin(), all.end(), [part](const auto& x) { return x.find(part) != std::string::npos; }));
  }
};

/// "n0 up, n1 down" as a node sees it.
std::string seen(const cluster_status& what) {
  static constexpr const char* words[] = {" up", " suspect", " down", " leaving"};
  std::string result;
  for (const auto& each : what.nodes)
    result
      += (result.empty() ? "" : ", ") + each.name + words[static_cast<std::size_t>(each.state)];
  return result;
}

/// A node of another release: it only greets.
// `link` by its full name: the system's headers have one as well.
class other_release final : public link_carrier::user {
public:
  other_release(simulated_network& net, std::size_t index, std::uint32_t version)
    : carrier_(net.plug_in(index)) {
    mine_.version_min = mine_.version_max = version;
    mine_.self.name = "other";
    mine_.self.address = simulated_network::address_of(index);
    mine_.self.life.bytes[0] = 99;
    carrier_.serve(this);
  }

  void dial(const std::string& address) {
    carrier_.dial(address);
  }

  std::string why; ///< There is no link.

private:
  void on_way(way_id way, const std::string&) override {
    ++mine_.epoch;
    line_ = std::make_unique<salon::link>(link_options{}, mine_, salon::link::time_point{});
    pump(way);
  }
  void on_frame(way_id way, std::string frame) override {
    std::vector<link_event> events;
    line_->take(frame, {}, events);
    why = line_->why();
    pump(way);
  }
  void on_no_way(const std::string&, const std::string&) override {
  }
  void on_known(const std::string&, way_id) override {
  }
  void on_closed(way_id, const std::string&) override {
  }

  void pump(way_id way) {
    while (auto frame = line_->next({}))
      carrier_.send(way, std::move(*frame));
  }

  link_carrier& carrier_;
  link_hello mine_;
  std::unique_ptr<salon::link> line_;
};

} // namespace

TEST_CASE("membership: a second node with a name is refused, and both sides say why",
          "[actors][cluster_membership]") {
  cluster_fixture nodes{3};
  node_log log;

  nodes.start_as(2, "n1");
  nodes.advance(20s);

  // Those who were there stay together, and one line tells of it for each who tried.
  CHECK(seen(nodes.status(0)) == "n0 up, n1 up, n2 down");
  CHECK(seen(nodes.status(1)) == "n0 up, n1 up, n2 down");
  CHECK(nodes.status(0).nodes[1].address == "n1:1");
  CHECK(seen(nodes.status(2)) == "n1 up");
  auto clash = "two nodes are called n1, one at n1:1 and one at n2:1: give each a cluster.name of "
               "its own";
  CHECK(log.count(clash) > 0);
  CHECK(log.count(std::string{"n0 does not take this node in: "} + clash) > 0);
  CHECK(log.count("node down node=n1") == 0);
  CHECK(log.count("link lost node=n0") == 0);
  CHECK(log.count("node not reached") + log.count("node refused") < 10);
}

TEST_CASE("membership: the second one with a name is taken in when the first is down",
          "[actors][cluster_membership]") {
  cluster_fixture nodes{3};
  nodes.start_as(2, "n1");
  nodes.advance(2s);

  nodes.freeze(1);
  nodes.advance(10s);

  CHECK(seen(nodes.status(0)) == "n0 up, n1 up, n2 down");
  CHECK(nodes.status(0).nodes[1].address == "n2:1");
}

TEST_CASE("membership: a node of another protocol version is refused, and both sides say why",
          "[actors][cluster_membership]") {
  cluster_fixture nodes{2};
  node_log log;
  other_release other{nodes.net, 7, 1'000};
  auto versions = "no version of the link protocol is spoken by both: this node speaks version 1, "
                  "other speaks version 1000: bring them to releases that are closer";

  other.dial(simulated_network::address_of(0));
  nodes.advance(3s);

  CHECK(log.count("node refused node=other address=n7:1") == 1);
  CHECK(log.count(versions) == 1);
  CHECK(other.why
        == "no version of the link protocol is spoken by both: this node speaks version 1000, "
           "n0 speaks version 1: bring them to releases that are closer");
  CHECK(seen(nodes.status(0)) == "n0 up, n1 up");
}

TEST_CASE("membership: a node that went without a word is missed until it comes back",
          "[actors][cluster_membership]") {
  cluster_fixture nodes{2};

  nodes.kill(1);
  nodes.advance(70s);

  CHECK(seen(nodes.status(0)) == "n0 up, n1 down");
  CHECK(nodes.status(0).nodes[1].address == "n1:1");
  CHECK(nodes.status(0).nodes[1].heartbeat_age >= 70s);
  CHECK(nodes.counts(0).nodes_lost.value() == 1);
  nodes.start(1);
  nodes.advance(2s);
  CHECK(seen(nodes.status(0)) == "n0 up, n1 up");
  CHECK(nodes.counts(0).nodes_lost.value() == 0);
}

TEST_CASE("membership: only so many lost nodes are remembered, the latest",
          "[actors][cluster_membership]") {
  cluster_fixture nodes{2};

  for (auto i = 0; i < 70; ++i) {
    nodes.start_as(1, "m" + std::to_string(i));
    nodes.advance(2s);
  }
  nodes.kill(1);
  nodes.advance(2s);

  auto all = nodes.status(0).nodes;
  CHECK(all.size() == 65);
  auto has = [&](const std::string& name) {
    return std::any_of(all.begin(), all.end(), [&](const auto& x) { return x.name == name; });
  };
  CHECK(has("m69"));
  CHECK_FALSE(has("m0"));
}

TEST_CASE("membership: an address by another name is dialled no more once it is known",
          "[actors][cluster_membership]") {
  cluster_fixture nodes{2};
  nodes.net.call(0, "alias-of-0:1");
  nodes.net.call(1, "alias-of-1:1");
  nodes.join(0, {"alias-of-0:1", "alias-of-1:1"});
  nodes.start(0);
  node_log log;
  nodes.advance(2s);
  REQUIRE(seen(nodes.status(0)) == "n0 up, n1 up");
  auto dialled = nodes.net.dials(0);

  nodes.advance(20s);

  CHECK(nodes.net.dials(0) == dialled);
  CHECK(log.count("node not reached") == 0);
  // It is one way to find the node when that has gone and come back.
  nodes.start(1);
  nodes.advance(2s);
  CHECK(seen(nodes.status(0)) == "n0 up, n1 up");
}

TEST_CASE("membership: what is wrong with an address is logged when it changes",
          "[actors][cluster_membership]") {
  cluster_fixture nodes{1};
  nodes.join(0, {"n7:1"});
  node_log log;
  nodes.start(0);
  nodes.advance(5s);
  REQUIRE(log.count("node not reached address=n7:1 reason=\"connection refused\"") == 1);

  other_release other{nodes.net, 7, 1'000};
  nodes.advance(5s);

  CHECK(log.count("node not reached address=n7:1") == 2);
  CHECK(log.count("other speaks version 1000") == 1);
  CHECK(other.why.find("n0 speaks version 1") != std::string::npos);
}

TEST_CASE("membership: an operator is answered when the node that was asked goes away",
          "[actors][cluster_membership]") {
  cluster_fixture nodes{2};
  nodes.net.hold(0, 1);
  auto answer = nodes.order(0, {control_request::action::drain, {}, "n1"});
  REQUIRE_FALSE(answer->has_value());

  nodes.net.hold(0, 1, false);
  nodes.kill(1);
  nodes.advance(1s);

  REQUIRE(answer->has_value());
  CHECK(std::get<control_failure>(**answer).sentence.find("broke") != std::string::npos);
}

// Calls of services as those find them who call on a node that does not serve them.
#include "tests/actors/cluster_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;

namespace {

using answer_ptr = std::shared_ptr<const std::optional<rpc_answer>>;

/// Answers with the text given, and writes down what it was asked.
cluster_fixture::answering answers(std::string data, std::vector<rpc_call>* asked = nullptr) {
  return [data = std::move(data), asked](const rpc_call& call) {
    if (asked)
      asked->push_back(call);
    return rpc_answer{data, {}};
  };
}

std::optional<rpc_answer> never(const rpc_call&) {
  return std::nullopt;
}

rpc_call call_of(std::string method, std::string data = "{}") {
  client_info who;
  who.user = "ana";
  who.client.bytes[0] = 7;
  return {
    std::move(method), std::move(data), std::make_shared<const client_info>(who), {"lobby", "den"}};
}

std::string told(const answer_ptr& answer) {
  if (!*answer)
    return "nothing";
  const auto& what = **answer;
  return what.error.code == 0 ? what.data
                              : std::to_string(what.error.code) + (what.error.temporary ? "?" : "");
}

/// What is answered without time passing.
std::string told(cluster_fixture& nodes, std::size_t node, std::string method) {
  auto answer = nodes.call(node, call_of(std::move(method)));
  nodes.run();
  return told(answer);
}

const gateway_options usual;

} // namespace

TEST_CASE("far services: a call is answered on the node that offers its method",
          "[actors][far_services]") {
  cluster_fixture nodes{3};
  std::vector<rpc_call> asked;
  nodes.offer(2, "poll", answers(R"({"votes":3})", &asked));

  auto answer = nodes.call(0, call_of("poll.vote", R"({"poll":"tea?"})"));
  nodes.run();

  CHECK(told(answer) == R"({"votes":3})");
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].method == "poll.vote");
  CHECK(asked[0].data == R"({"poll":"tea?"})");
  CHECK(asked[0].who->user == "ana");
  CHECK(asked[0].who->client.bytes[0] == 7);
  CHECK(asked[0].rooms == std::vector<room_id>{"lobby", "den"});
  CHECK(told(nodes, 1, "poll.vote") == R"({"votes":3})");
}

TEST_CASE("far services: what a service answers as an error arrives as it is",
          "[actors][far_services]") {
  cluster_fixture nodes{2};
  nodes.offer(1, "poll", [](const rpc_call&) {
    return rpc_answer{{}, {409, "there is this poll already", true}};
  });

  auto answer = nodes.call(0, call_of("poll.create"));
  nodes.run();

  REQUIRE(*answer);
  CHECK((*answer)->error.code == 409);
  CHECK((*answer)->error.message == "there is this poll already");
  CHECK((*answer)->error.temporary);
}

TEST_CASE("far services: what nobody offers is not available, at once", "[actors][far_services]") {
  cluster_fixture nodes{2};
  nodes.offer(1, "poll", answers("1"));

  CHECK(told(nodes, 0, "pol.create") == "108");
  CHECK(told(nodes, 0, "polls") == "108");
  CHECK(told(nodes, 0, "") == "108");
  // A node asks others for what it does not serve, never itself.
  CHECK(told(nodes, 1, "poll.create") == "108");
}

TEST_CASE("far services: all call the same one of several, and then the next",
          "[actors][far_services]") {
  cluster_fixture nodes{4};
  for (std::size_t node = 1; node < 4; ++node)
    nodes.offer(node, "poll", answers(std::to_string(node)));

  auto first = told(nodes, 0, "poll.create");
  REQUIRE(first.size() == 1);
  CHECK(told(nodes, 0, "poll.vote") == first);
  auto serving = static_cast<std::size_t>(first[0] - '0');
  nodes.kill(serving);
  nodes.advance(1s);

  auto next = told(nodes, 0, "poll.create");
  CHECK(next.size() == 1);
  CHECK(next != first);
  CHECK(told(nodes, 0, "poll.vote") == next);
}

TEST_CASE("far services: when a node dies its methods are not available, and calls fail, at once",
          "[actors][far_services]") {
  cluster_fixture nodes{2};
  nodes.offer(1, "slow", never);
  auto under_way = nodes.call(0, call_of("slow.down"));
  nodes.run();
  REQUIRE(told(under_way) == "nothing");

  nodes.kill(1);
  nodes.run();

  // It may have been carried out.
  CHECK(told(under_way) == "100?");
  CHECK(told(nodes, 0, "slow.down") == "108");
  CHECK(nodes.counts(0).calls_elsewhere.value() == 0);
}

TEST_CASE("far services: so they are when it is an attached process, which nobody can look for",
          "[actors][far_services]") {
  cluster_fixture nodes{3, cluster_fixture::in_memory(), {}, {}, 1};
  nodes.offer(2, "poll", answers("1"));
  REQUIRE(told(nodes, 0, "poll.create") == "1");
  REQUIRE(told(nodes, 1, "poll.create") == "1");

  nodes.kill(2);
  nodes.run();
  CHECK(told(nodes, 0, "poll.create") == "108");
  CHECK(told(nodes, 1, "poll.create") == "108");
  nodes.start(2);
  nodes.offer(2, "poll", answers("2"));
  nodes.advance(2s);

  CHECK(told(nodes, 0, "poll.create") == "2");
  CHECK(told(nodes, 1, "poll.create") == "2");
}

TEST_CASE("far services: a node that comes back is called again", "[actors][far_services]") {
  cluster_fixture nodes{2};
  nodes.offer(1, "poll", answers("1"));
  REQUIRE(told(nodes, 0, "poll.create") == "1");

  nodes.start(1);
  nodes.advance(2s);
  CHECK(told(nodes, 0, "poll.create") == "108");
  nodes.offer(1, "poll", answers("2"));

  CHECK(told(nodes, 0, "poll.create") == "2");
}

TEST_CASE("far services: a link that comes back brings what is offered along",
          "[actors][far_services]") {
  cluster_fixture nodes{2};
  nodes.offer(1, "poll", answers("1"));
  nodes.offer(1, "slow", never);
  auto under_way = nodes.call(0, call_of("slow.down"));
  nodes.run();

  nodes.net.reset(0, 1);
  nodes.run();
  CHECK(told(under_way) == "100?");
  nodes.advance(2s);

  CHECK(told(nodes, 0, "poll.create") == "1");
}

TEST_CASE("far services: a service that ends is offered no more", "[actors][far_services]") {
  cluster_fixture nodes{2};
  auto service = nodes.offer(1, "poll", never);
  auto under_way = nodes.call(0, call_of("poll.create"));
  nodes.run();

  dismiss(service);
  nodes.run();

  CHECK(told(under_way) == "100?");
  CHECK(told(nodes, 0, "poll.create") == "108");
  nodes.offer(1, "poll", answers("1"));
  CHECK(told(nodes, 0, "poll.create") == "1");
}

TEST_CASE("far services: a call is not waited for longer than the deadline",
          "[actors][far_services]") {
  cluster_fixture nodes{2};
  nodes.offer(1, "slow", never);
  auto under_way = nodes.call(0, call_of("slow.down"));

  nodes.advance(usual.call_timeout - 200ms);
  CHECK(told(under_way) == "nothing");
  nodes.advance(400ms);

  CHECK(told(under_way) == "100?");
  CHECK(nodes.counts(1).calls_for_others.value() == 0);
}

TEST_CASE("far services: calls under way are bounded, on both sides", "[actors][far_services]") {
  gateway_options options;
  options.calls_max = 3;
  cluster_fixture nodes{3, cluster_fixture::in_memory(), {}, options};
  nodes.offer(2, "slow", never);
  for (auto i = 0; i < 2; ++i)
    nodes.call(0, call_of("slow.down"));
  nodes.run();

  // Three from here, of which the other node has taken two beside the others.
  std::vector<answer_ptr> more;
  for (auto i = 0; i < 4; ++i)
    more.push_back(nodes.call(1, call_of("slow.down")));
  nodes.run();

  CHECK(told(more[0]) == "nothing");
  CHECK(told(more[1]) == "111?");
  CHECK(told(more[2]) == "111?");
  CHECK(told(more[3]) == "111?");
}

TEST_CASE("far services: a frozen node's link is not filled by calls", "[actors][far_services]") {
  cluster_fixture nodes{2};
  nodes.offer(1, "slow", answers("1"));
  nodes.freeze(1);
  const std::string large(60'000, ' ');

  std::vector<answer_ptr> calls;
  for (auto i = 0; i < 200; ++i)
    calls.push_back(nodes.call(0, call_of("slow.down", large)));
  nodes.run();

  CHECK(told(calls.front()) == "nothing");
  CHECK(told(calls.back()) == "111?");
  nodes.thaw(1);
  CHECK(told(calls.front()) == "1");
}

TEST_CASE("far services: an answer that no message between nodes holds is an error",
          "[actors][far_services]") {
  cluster_fixture nodes{2};
  nodes.offer(1, "big", answers(std::string(usual.links.message_bytes_max, ' ')));

  CHECK(told(nodes, 0, "big.deal") == "106");
  nodes.offer(1, "small", answers("1"));
  CHECK(told(nodes, 0, "small.talk") == "1");
}

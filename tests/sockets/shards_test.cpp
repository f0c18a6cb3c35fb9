// Which shard a client came to is nobody's business: rooms are the same from all of them.
#include "tests/support/sdk_client.hpp"
#include "tests/support/swarm.hpp"
#include "tests/support/test_server.hpp"

#include <boost/json.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

using namespace salon::testing;

namespace {

// Enough that some are on every shard: the kernel deals connections out at random.
constexpr std::size_t clients = 32;

std::string data_of(std::size_t number) {
  return R"({"text":"from )" + std::to_string(number) + "\"}";
}

} // namespace

TEST_CASE("shards: members of all of them see each other and hear one order",
          "[sockets][shards][cross_shard][threads]") {
  test_server server{{"--shards", "4"}};
  std::vector<std::unique_ptr<sdk_client>> crowd;
  for (std::size_t i = 0; i < clients; ++i) {
    crowd.push_back(std::make_unique<sdk_client>(server.port()));
    crowd.back()->enter("lobby");
  }
  text_member reader{server.port(), "lobby"};

  for (std::size_t i = 0; i < clients; ++i)
    crowd[i]->command(R"("publish":{"channel":"lobby","data":)" + data_of(i) + "}");
  std::vector<std::string> order;
  for (std::size_t i = 0; i < clients; ++i)
    order.push_back(reader.read_text());

  for (auto& each : crowd) {
    for (const auto& line : order)
      CHECK(each->next_with("\"pub\"").find("\"text\":\"" + line + "\"") != std::string::npos);
    auto presence = boost::json::parse(each->ask(R"("presence":{"channel":"lobby"})"));
    CHECK(presence.at_pointer("/presence/presence").as_object().size() == clients + 1);
  }
  CHECK(server.metric("salon_rooms") == 1);
}

TEST_CASE("shards: whoever comes back recovers what was said meanwhile, wherever it comes to",
          "[sockets][shards][cross_shard][threads]") {
  test_server server{{"--shards", "4"}};
  text_member speaker{server.port(), "lobby"};
  sdk_client first{server.port()};
  auto reply = boost::json::parse(first.ask(R"("subscribe":{"channel":"lobby"})"));
  auto epoch = std::string{reply.at_pointer("/subscribe/epoch").as_string()};

  for (std::int64_t heard = 0; heard < 60; heard += 3) {
    for (auto i = heard; i < heard + 3; ++i) {
      speaker.send_text("line " + std::to_string(i));
      speaker.read_text();
    }
    sdk_client back{server.port()};
    auto answer
      = boost::json::parse(back.ask(R"("subscribe":{"channel":"lobby","recover":true,"epoch":")"
                                    + epoch + "\",\"offset\":" + std::to_string(heard) + "}"));
    const auto& result = answer.at("subscribe").as_object();
    REQUIRE(result.contains("recovered"));
    const auto& missed = result.at("publications").as_array();
    REQUIRE(missed.size() == 3);
    for (std::int64_t i = 0; i < 3; ++i) {
      const auto& pub = missed[static_cast<std::size_t>(i)].as_object();
      CHECK(pub.at("offset").as_int64() == heard + i + 1);
      CHECK(pub.at("data").at("text").as_string() == "line " + std::to_string(heard + i));
    }
    back.reset();
  }
}

TEST_CASE("shards: rooms that end while people come lose nobody's line",
          "[sockets][shards][cross_shard][threads]") {
  test_server server{
    {"--shards", "4", "--defaults-history-size", "0", "--defaults-idle-close", "100ms"}};
  swarm crowd{server.port()};
  constexpr std::size_t rooms = 300;
  constexpr std::size_t visits = 3'000;
  constexpr std::size_t at_a_time = 4;

  // Each visitor says a line, hears it and goes; a room is visited again when it is about to end.
  std::vector<std::size_t> here;
  std::size_t begun = 0;
  std::size_t ended = 0;
  auto next = [&] {
    auto how = begun % 2 == 0 ? swarm::language::text : swarm::language::json;
    auto number = crowd.enter("room-" + std::to_string(begun % rooms), how);
    ++begun;
    return number;
  };
  while (here.size() < at_a_time)
    here.push_back(next());
  crowd.run_until([&] {
    for (auto& each : here) {
      if (crowd.is_in(each) && crowd.said(each) == 0)
        crowd.say(each);
      if (crowd.heard_own(each) == 0 || begun >= visits + at_a_time)
        continue;
      if (each % 2 == 0)
        crowd.leave(each);
      else
        crowd.reset(each);
      ++ended;
      each = next();
    }
    return ended == visits;
  });

  CHECK(server.metric("salon_publications_total") >= visits);
  for (auto each : here)
    crowd.reset(each);
  std::size_t gone = 0;
  crowd.run_until([&] {
    while (gone < crowd.size() && crowd.ended_with(gone))
      ++gone;
    return gone == crowd.size();
  });
  server.await_metric("salon_members", 0);
  server.await_metric("salon_rooms", 0);
  server.await_metric("salon_connections", 0);
}

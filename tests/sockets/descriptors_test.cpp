// A server that runs out of descriptors.
#include "tests/support/sdk_client.hpp"
#include "tests/support/test_server.hpp"

#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <string>
#include <vector>

using namespace salon;
using namespace salon::testing;

// Not under sanitizers: one of them opens a pipe to look at an object, and takes it for a broken
// one when it cannot.
TEST_CASE("descriptors: without any left accepting pauses, and goes on when there are some",
          "[sockets][descriptors][.slow]") {
  test_server server{{"--shards", "1"}, {64}};
  text_member ana{server.port(), "lobby"};
  text_member bob{server.port(), "lobby"};
  auto& process = server.process();
  constexpr auto paused = "accepting paused";
  constexpr auto resumed = "accepting resumed";

  for (std::size_t episode = 1; episode <= 2; ++episode) {
    INFO("episode " << episode);
    std::vector<std::unique_ptr<bare_client>> crowd(100);
    for (auto& each : crowd)
      each = std::make_unique<bare_client>(server.port());
    process.await_log(paused, episode);

    // Those who are in notice nothing, and those who wait are not forgotten.
    for (auto i = 0; i < 20; ++i) {
      ana.send_text("line " + std::to_string(i));
      CHECK(ana.read_text() == "line " + std::to_string(i));
      CHECK(bob.read_text() == "line " + std::to_string(i));
    }
    CHECK_FALSE(crowd.back()->await_readable(std::chrono::milliseconds{0}));
    for (auto i = 0; i < 90; ++i)
      crowd[static_cast<std::size_t>(i)] = nullptr;
    for (auto i = crowd.size() - 10; i < crowd.size(); ++i)
      crowd[i]->upgrade("/?room=lobby");

    process.await_log(resumed, episode);
    CHECK(process.log_lines_with(paused) == episode);
    CHECK(server.metric("salon_accept_pauses_total") == static_cast<double>(episode));
    CHECK(server.metric("salon_accepts_paused") == 0);
    crowd.clear();
    server.await_metric("salon_connections", 2);
  }
}

#include "tests/net/front_fixture.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

// Leaves this process room for `spare` more descriptors, for as long as it lives.
class few_descriptors {
public:
  explicit few_descriptors(rlim_t spare) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    auto next = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ::close(next);
    auto now = before_;
    now.rlim_cur = static_cast<rlim_t>(next) + spare;
    ::setrlimit(RLIMIT_NOFILE, &now);
  }

  ~few_descriptors() {
    ::setrlimit(RLIMIT_NOFILE, &before_);
  }

  few_descriptors(const few_descriptors&) = delete;
  few_descriptors& operator=(const few_descriptors&) = delete;

private:
  rlimit before_{};
};

} // namespace

TEST_CASE("listener: a port in use is refused by address and port", "[net][listener]") {
  front_fixture world;
  front second{{{world.home, world.desk}}, world.counts, {}};

  auto why = second.listen("127.0.0.1", world.door->port());

  REQUIRE(why);
  CHECK_THAT(*why, ContainsSubstring("127.0.0.1"));
  CHECK_THAT(*why, ContainsSubstring(std::to_string(world.door->port())));
  CHECK_THAT(*why, ContainsSubstring("in use"));
}

TEST_CASE("listener: what is no address is refused", "[net][listener]") {
  front_fixture world;
  front second{{{world.home, world.desk}}, world.counts, {}};

  auto why = second.listen("localhost!", 0);

  REQUIRE(why);
  CHECK_THAT(*why, ContainsSubstring("localhost!"));
}

TEST_CASE("listener: all shards share a port, a second server cannot", "[net][listener]") {
  stepped_shards shards{2};
  metrics counts{shards.system()};
  fake_reception desk;
  std::vector<front_place> places{{shards[0], desk}, {shards[1], desk}};
  front both{places, counts, {}};
  REQUIRE_FALSE(both.listen("127.0.0.1", 0));
  auto run = [&] {
    for (auto i = 0; i < 10; ++i) {
      shards[0].io().poll();
      shards[1].io().poll();
      shards.run();
    }
  };
  run();

  std::vector<std::unique_ptr<tcp_client>> clients;
  for (auto i = 0; i < 64; ++i) {
    clients.push_back(std::make_unique<tcp_client>(both.port()));
    clients.back()->send(upgrade_request());
  }
  for (auto rounds = 0; desk.users.size() < clients.size() && rounds < 10'000; ++rounds)
    run();
  front third{places, counts, {}};
  auto why = third.listen("127.0.0.1", both.port());

  CHECK(desk.users.size() == 64);
  CHECK(both.connections() == 64);
  CHECK(why);
}

TEST_CASE("listener: too many unfinished requests wait outside", "[net][listener]") {
  front_fixture world{{.handshakes_max = 4}};
  std::vector<std::unique_ptr<tcp_client>> clients;
  clients.reserve(8);
  for (auto i = 0; i < 8; ++i)
    clients.push_back(world.connect());
  CHECK(world.counts.handshakes.value() == 4);
  CHECK(world.counts.accepts_paused.value() == 1);

  for (auto& client : clients)
    client->send(upgrade_request());
  world.run_until([&] { return world.desk.users.size() == 8; });

  CHECK(world.counts.handshakes.value() == 0);
  CHECK(world.counts.accepts_paused.value() == 0);
  CHECK(world.counts.accept_pauses.value() == 1);
}

// What is counted without descriptors is looked at when there are some again: the sanitizer needs
// descriptors of its own to look at an object of a type that it has not seen before.
TEST_CASE("listener: without descriptors accepting pauses and goes on", "[net][listener]") {
  front_fixture world;
  auto early = world.upgraded();
  auto waiting = std::make_unique<tcp_client>(world.door->port());
  std::int64_t paused_at_first = 0;
  {
    few_descriptors limited{0};
    world.run();
    paused_at_first = world.counts.accepts_paused.value();

    early->send(client_text("still here"));
    world.advance(1s);
  }
  CHECK(paused_at_first == 1);
  CHECK(world.counts.accept_pauses.value() == 1);
  CHECK(world.user().messages.size() == 1);

  world.advance(250ms);
  CHECK(world.counts.handshakes.value() == 1);
  CHECK(world.counts.accepts_paused.value() == 0);
}

TEST_CASE("listener: a socket that ends makes room at once", "[net][listener]") {
  front_fixture world;
  auto early = world.upgraded();
  auto waiting = std::make_unique<tcp_client>(world.door->port());
  std::int64_t paused_at_first = 0;
  std::int64_t handshakes = 0;
  {
    few_descriptors limited{0};
    world.run();
    paused_at_first = world.counts.accepts_paused.value();

    early->reset();
    world.run();
    world.advance(50ms);
    handshakes = world.counts.handshakes.value();
  }

  CHECK(paused_at_first == 1);
  CHECK(handshakes == 1);
}

// Links over ways that lose, repeat, turn round and delay what is sent, by a seed.
#include "actors/link.hpp"
#include "tests/actors/link_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <random>

using namespace salon;
using namespace salon::test;
using namespace std::chrono_literals;

namespace {

/// What a way does to a hundred frames.
struct faults {
  unsigned lost = 0;
  unsigned repeated = 0;
  unsigned turned_round = 0;
};

class dice {
public:
  explicit dice(std::uint32_t seed) : random_(seed) {
    // nop
  }

  std::size_t below(std::size_t bound) {
    return random_() % bound;
  }

  bool in_a_hundred(unsigned times) {
    return below(100) < times;
  }

private:
  std::mt19937 random_;
};

/// One direction.
class way {
public:
  void send(std::string frame, const faults& what, dice& chance) {
    if (chance.in_a_hundred(what.lost))
      return;
    if (chance.in_a_hundred(what.repeated))
      under_way_.push_back(frame);
    under_way_.push_back(std::move(frame));
    if (chance.in_a_hundred(what.turned_round))
      std::swap(under_way_.back(), under_way_[chance.below(under_way_.size())]);
  }

  /// Delivers some of what is under way.
  void deliver(link_end& to, link_time now, dice& chance) {
    for (auto count = chance.below(under_way_.size() + 1); count > 0; --count) {
      to.take(under_way_.front(), now);
      under_way_.pop_front();
    }
  }

  /// Puts what is under way elsewhere into this, in its order and between what is here.
  void mix_in(const way& others, dice& chance) {
    std::size_t place = 0;
    for (const auto& x : others.under_way_) {
      place += chance.below(under_way_.size() - place + 1);
      under_way_.insert(under_way_.begin() + static_cast<std::ptrdiff_t>(place), x);
      ++place;
    }
  }

private:
  std::deque<std::string> under_way_;
};

link_options small() {
  link_options result;
  result.queue_bytes_max = 30'000;
  result.window_bytes = 5'000;
  result.message_bytes_max = 3'000;
  result.batch_events_max = 8;
  result.batch_bytes_max = 1'000;
  return result;
}

/// Two nodes with a link over two bad ways.
struct bad_pair {
  bad_pair(const link_options& options, std::uint32_t seed, std::uint64_t epoch)
    : chance(seed),
      a(options, hello_of("a", epoch), now),
      b(options, hello_of("b", epoch), now) {
    // nop
  }

  void step(const faults& what) {
    now += std::chrono::milliseconds{chance.below(60)};
    for (auto* end : {&a, &b})
      if (chance.in_a_hundred(60))
        for (auto count = chance.below(6); count > 0; --count)
          end->post(chance.below(600));
    talk(what);
  }

  void talk(const faults& what) {
    for (auto& x : a.frames(now))
      to_b.send(std::move(x), what, chance);
    for (auto& x : b.frames(now))
      to_a.send(std::move(x), what, chance);
    to_a.deliver(a, now, chance);
    to_b.deliver(b, now, chance);
    a.it.check(now);
    b.it.check(now);
  }

  bool holds() const {
    return a.came == up_to(a.came.size()) && b.came == up_to(b.came.size())
           && a.it.queued_bytes() <= 30'000 && b.it.queued_bytes() <= 30'000;
  }

  bool open() const {
    return a.it.standing() == link::state::open && b.it.standing() == link::state::open;
  }

  dice chance;
  link_time now{};
  link_end a;
  link_end b;
  way to_a;
  way to_b;
};

} // namespace

TEST_CASE("link: whatever the way does, nothing comes twice, out of order or behind a gap",
          "[actors][link]") {
  std::size_t broken = 0;
  std::size_t delivered = 0;

  for (std::uint32_t seed = 1; seed <= 600; ++seed) {
    INFO("seed " << seed);
    const faults what{seed % 2 ? 1u : 0u, seed % 3 ? 1u : 0u, seed % 5 ? 1u : 0u};
    bad_pair pair{small(), seed, seed};
    for (auto step = 0; step < 150; ++step) {
      pair.step(what);
      REQUIRE(pair.holds());
    }
    broken += pair.open() ? 0 : 1;
    delivered += pair.a.came.size() + pair.b.came.size();
  }

  // Else the way was too good, or too bad, for this to say anything.
  CHECK(broken > 100);
  CHECK(delivered > 10'000);
}

TEST_CASE("link: a way that only delays loses nothing", "[actors][link]") {
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    INFO("seed " << seed);
    bad_pair pair{small(), seed, seed};
    for (auto step = 0; step < 100; ++step) {
      pair.step({});
      // Queues that cannot empty as fast as this test fills them are for another one.
      for (auto i = 0; i < 10; ++i)
        pair.talk({});
    }
    for (auto i = 0; i < 100; ++i) {
      pair.now += 50ms;
      pair.talk({});
    }

    REQUIRE(pair.open());
    REQUIRE(pair.a.came == up_to(pair.b.posted));
    REQUIRE(pair.b.came == up_to(pair.a.posted));
    REQUIRE(pair.a.it.queued_bytes() == 0);
  }
}

TEST_CASE("link: what half-open reconnects deliver between its frames does not reach a link",
          "[actors][link]") {
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    INFO("seed " << seed);
    bad_pair earlier{small(), seed, 9 + seed % 2 * 2};
    for (std::size_t step = 0; step < 1 + seed % 8; ++step)
      earlier.step({});
    bad_pair pair{small(), seed + 1'000, 10};
    // A hello, then the rest.
    pair.to_a.mix_in(earlier.to_a, pair.chance);
    pair.talk({});
    pair.to_a.mix_in(earlier.to_a, pair.chance);
    for (auto step = 0; step < 50; ++step) {
      pair.step({});
      for (auto i = 0; i < 10; ++i)
        pair.talk({});
    }
    for (auto i = 0; i < 100; ++i) {
      pair.now += 50ms;
      pair.talk({});
    }

    REQUIRE(pair.open());
    REQUIRE(pair.a.came == up_to(pair.b.posted));
    REQUIRE(pair.b.came == up_to(pair.a.posted));
  }
}

TEST_CASE("link: a slow peer never lets the queue grow beyond its bound", "[actors][link]") {
  for (std::uint32_t seed = 1; seed <= 50; ++seed) {
    INFO("seed " << seed);
    bad_pair pair{small(), seed, seed};
    for (auto step = 0; step < 20; ++step)
      pair.talk({});
    REQUIRE(pair.open());
    auto most = std::size_t{0};
    for (auto i = 0; i < 1'000 && pair.a.it.standing() == link::state::open; ++i) {
      pair.a.post(pair.chance.below(600));
      most = std::max(most, pair.a.it.queued_bytes());
      // One frame comes across for many that are posted.
      if (i % 20 == 0)
        pair.talk({});
      REQUIRE(pair.a.it.queued_bytes() <= 30'000);
    }

    REQUIRE(pair.a.it.standing() == link::state::broken);
    REQUIRE(most > 25'000);
    REQUIRE(pair.b.came == up_to(pair.b.came.size()));
  }
}

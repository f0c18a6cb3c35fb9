#include "base/clock.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <vector>

using namespace salon;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t birth_ms = 1'000'000;

/// A wheel that starts at a time which is no multiple of anything.
struct still_wheel : timer_wheel {
  still_wheel() : timer_wheel(time_point{12'345'678ns}, birth_ms) {
    // nop
  }

  void pass(duration by) {
    advance(now() + by);
  }
};

using moments = std::vector<timer_wheel::duration>;

} // namespace

TEST_CASE("timer wheel: a timer fires once, on the first tick at or after its time",
          "[base][clock]") {
  still_wheel wheel;
  auto start = wheel.now();
  moments fired;
  timer it{[&] { fired.push_back(wheel.now() - start); }};

  wheel.arm(it, 120ms);
  CHECK(it.armed());
  wheel.pass(100ms);
  CHECK(fired.empty());
  wheel.pass(10s);

  CHECK(fired == moments{150ms});
  CHECK_FALSE(it.armed());
}

TEST_CASE("timer wheel: timers fire in the order of their ticks", "[base][clock]") {
  still_wheel wheel;
  std::vector<int> fired;
  timer late{[&] { fired.push_back(3); }};
  timer early{[&] { fired.push_back(1); }};
  timer middle{[&] { fired.push_back(2); }};

  wheel.arm(late, 3s);
  wheel.arm(early, 1s);
  wheel.arm(middle, 2s);
  wheel.pass(1min);

  CHECK(fired == std::vector{1, 2, 3});
}

TEST_CASE("timer wheel: a delay of nothing, or less, means the next tick", "[base][clock]") {
  still_wheel wheel;
  auto fired = 0;
  timer now{[&] { ++fired; }};
  timer past{[&] { ++fired; }};

  wheel.arm(now, 0s);
  wheel.arm(past, -5s);
  CHECK(fired == 0);
  wheel.pass(timer_wheel::tick);

  CHECK(fired == 2);
}

TEST_CASE("timer wheel: arming again moves a timer", "[base][clock]") {
  still_wheel wheel;
  auto start = wheel.now();
  moments fired;
  timer it{[&] { fired.push_back(wheel.now() - start); }};

  wheel.arm(it, 1s);
  wheel.pass(500ms);
  wheel.arm(it, 1s);
  wheel.pass(10s);

  CHECK(fired == moments{1500ms});
}

TEST_CASE("timer wheel: a timer may arm itself from its own call", "[base][clock]") {
  still_wheel wheel;
  auto fired = 0;
  timer it;
  it.action([&] {
    if (++fired < 5)
      wheel.arm(it, 0s);
  });

  wheel.arm(it, 50ms);
  wheel.pass(4 * timer_wheel::tick);
  CHECK(fired == 4);
  wheel.pass(10s);

  CHECK(fired == 5);
  CHECK_FALSE(it.armed());
}

TEST_CASE("timer wheel: a whole revolution and more passes before a long timer fires",
          "[base][clock]") {
  for (timer_wheel::duration delay : {51'200ms, 51'250ms, 102'400ms, 3'600'000ms}) {
    still_wheel wheel;
    auto start = wheel.now();
    moments fired;
    timer it{[&] { fired.push_back(wheel.now() - start); }};

    wheel.arm(it, delay);
    wheel.pass(2h);

    CHECK(fired == moments{delay});
  }
}

TEST_CASE("timer wheel: a timer armed for exactly one revolution from a call waits for it",
          "[base][clock]") {
  still_wheel wheel;
  auto start = wheel.now();
  moments fired;
  timer it;
  it.action([&] {
    fired.push_back(wheel.now() - start);
    if (fired.size() == 1)
      wheel.arm(it, 51'200ms);
  });

  wheel.arm(it, 50ms);
  wheel.pass(2min);

  CHECK(fired == moments{50ms, 51'250ms});
}

TEST_CASE("timer wheel: what fires may disarm others of the same tick", "[base][clock]") {
  still_wheel wheel;
  auto fired = 0;
  timer second{[&] { ++fired; }};
  timer first{[&] { second.disarm(); }};

  wheel.arm(first, 1s);
  wheel.arm(second, 1s);
  wheel.pass(2s);

  CHECK(fired == 0);
  CHECK_FALSE(second.armed());
}

TEST_CASE("timer wheel: what fires may destroy others, near and far", "[base][clock]") {
  still_wheel wheel;
  auto fired = 0;
  auto same = std::make_unique<timer>([&] { ++fired; });
  auto far = std::make_unique<timer>([&] { ++fired; });
  timer killer{[&] {
    same = nullptr;
    far = nullptr;
  }};

  // The far one shares the slot, a revolution later, and is looked at before the killer.
  wheel.arm(*far, 1s + 51'200ms);
  wheel.arm(killer, 1s);
  wheel.arm(*same, 1s);
  wheel.pass(10min);

  CHECK(fired == 0);
}

TEST_CASE("timer wheel: a timer may destroy itself from its own call", "[base][clock]") {
  still_wheel wheel;
  auto fired = 0;
  auto it = std::make_unique<timer>();
  // Big enough for the function to keep it elsewhere than in the timer.
  std::vector<int> luggage(100, 1);
  it->action([&wheel, &fired, &it, luggage] {
    it = nullptr;
    fired += luggage.back();
  });

  wheel.arm(*it, 1s);
  wheel.pass(2s);

  CHECK(fired == 1);
  CHECK_FALSE(it);
}

TEST_CASE("timer wheel: a timer that throws takes no others along", "[base][clock]") {
  still_wheel wheel;
  auto fired = 0;
  timer before{[&] { ++fired; }};
  timer broken{[] { throw std::runtime_error{"a bug"}; }};
  timer behind{[&] { ++fired; }};
  timer far{[&] { ++fired; }};

  wheel.arm(before, 1s);
  wheel.arm(far, 1s + 51'200ms);
  wheel.arm(broken, 1s);
  wheel.arm(behind, 1s);
  CHECK_THROWS_AS(wheel.pass(1s), std::runtime_error);
  CHECK(fired == 1);
  wheel.pass(0s);
  CHECK(fired == 2);
  wheel.pass(1min);

  CHECK(fired == 3);
}

TEST_CASE("timer wheel: one that goes out of scope does not fire", "[base][clock]") {
  still_wheel wheel;
  auto fired = 0;
  {
    timer it{[&] { ++fired; }};
    wheel.arm(it, 1s);
  }

  wheel.pass(2s);

  CHECK(fired == 0);
}

TEST_CASE("timer wheel: wall time follows the wheel", "[base][clock]") {
  still_wheel wheel;

  wheel.pass(1min + 20ms);

  CHECK(wheel.wall_ms() == birth_ms + 60'000);
}

TEST_CASE("timer wheel: any history fires what a sorted list would", "[base][clock]") {
  struct entry {
    timer it;
    std::optional<timer_wheel::time_point> due;
  };

  for (auto seed = 0u; seed < 50; ++seed) {
    std::mt19937 random{seed};
    auto below = [&](std::uint64_t limit) { return random() % limit; };
    still_wheel wheel;
    auto start = wheel.now();
    std::vector<std::pair<timer_wheel::time_point, std::size_t>> fired;
    std::vector<std::pair<timer_wheel::time_point, std::size_t>> expected;
    std::vector<entry> all(40);
    for (std::size_t i = 0; i < all.size(); ++i)
      all[i].it.action([&, i] { fired.emplace_back(wheel.now(), i); });

    for (auto round = 0; round < 200; ++round) {
      auto i = static_cast<std::size_t>(below(all.size()));
      if (below(4) == 0) {
        all[i].it.disarm();
        all[i].due.reset();
      } else {
        std::chrono::milliseconds delay{below(3) == 0 ? below(200'000) : below(2'000)};
        wheel.arm(all[i].it, delay);
        auto ticks = std::max<timer_wheel::duration::rep>((delay + 49ms) / timer_wheel::tick, 1);
        all[i].due = wheel.now() + ticks * timer_wheel::tick;
      }
      wheel.pass(std::chrono::milliseconds{below(1'000)});
      for (std::size_t j = 0; j < all.size(); ++j) {
        if (all[j].due && *all[j].due <= wheel.now()) {
          expected.emplace_back(*all[j].due, j);
          all[j].due.reset();
        }
      }
    }

    // Within one tick the order is nobody's promise.
    CHECK(std::is_sorted(fired.begin(), fired.end(),
                         [](auto& a, auto& b) { return a.first < b.first; }));
    std::sort(fired.begin(), fired.end());
    std::sort(expected.begin(), expected.end());
    CHECK(fired == expected);
    CHECK(wheel.now() > start);
  }
}

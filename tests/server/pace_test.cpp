#include "server/pace.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace salon;
using namespace std::chrono_literals;

TEST_CASE("pace: no more happens in a second than is allowed, however often it is asked",
          "[server][pace]") {
  for (std::size_t per_second : {1, 7, 10, 200, 1'000'000}) {
    pace::time_point start{};
    pace paced{per_second, start};
    std::size_t all = 0;

    for (auto now = start; now <= start + 10s; now += 100ms) {
      auto more = paced.take(now);
      CHECK(more <= per_second / 10 + 1);
      all += more;
    }

    CHECK(all == 10 * per_second);
  }
}

TEST_CASE("pace: nothing happens before its time", "[server][pace]") {
  pace::time_point start{};
  pace paced{2, start};

  CHECK(paced.take(start) == 0);
  CHECK(paced.take(start + 499ms) == 0);
  CHECK(paced.take(start + 500ms) == 1);
  CHECK(paced.take(start + 501ms) == 0);
}

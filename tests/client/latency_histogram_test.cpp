#include "client/latency_histogram.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

using namespace salon;
using std::chrono::nanoseconds;

TEST_CASE("latency histogram: an empty one says zero", "[client][latency_histogram]") {
  latency_histogram none;

  CHECK(none.count() == 0);
  CHECK(none.at(0.5) == nanoseconds{0});
  CHECK(none.max() == nanoseconds{0});
}

TEST_CASE("latency histogram: quantiles are within 1/64 of the exact ones, and never below",
          "[client][latency_histogram]") {
  std::mt19937_64 random{7};
  std::lognormal_distribution<double> times{12, 3};
  latency_histogram all;
  std::vector<std::int64_t> exact;
  for (auto i = 0; i < 20'000; ++i) {
    exact.push_back(static_cast<std::int64_t>(times(random)));
    all.add(nanoseconds{exact.back()});
  }
  std::sort(exact.begin(), exact.end());

  for (auto quantile : {0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    auto rank = static_cast<std::size_t>(std::ceil(quantile * 20'000)) - 1;
    auto truth = exact[rank];
    INFO("quantile " << quantile << ", exactly " << truth);
    CHECK(all.at(quantile).count() >= truth);
    CHECK(all.at(quantile).count() <= truth + truth / 64);
  }
  CHECK(all.max().count() == exact.back());
  CHECK(all.count() == 20'000);
}

TEST_CASE("latency histogram: takes the smallest and the greatest", "[client][latency_histogram]") {
  latency_histogram all;
  all.add(nanoseconds{-5});
  all.add(nanoseconds::max());

  CHECK(all.at(0.5) == nanoseconds{0});
  CHECK(all.at(1) == nanoseconds::max());
}

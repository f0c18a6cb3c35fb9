#pragma once

#include <cstddef>
#include <cstdint>
#include <random>

namespace salon::simulation {

/// Everything that is left to chance in a run: the same seed draws the same.
class lot {
public:
  explicit lot(std::uint64_t seed) : random_(seed) {
    // nop
  }

  /// One of `count` possibilities, which must be at least 1.
  std::size_t one_of(std::size_t count) {
    return static_cast<std::size_t>(random_() % count);
  }

  /// From `low` to `high`, both included.
  std::size_t between(std::size_t low, std::size_t high) {
    return low + one_of(high - low + 1);
  }

  /// Once in `times`, on average.
  bool once_in(std::size_t times) {
    return one_of(times) == 0;
  }

private:
  std::mt19937_64 random_;
};

} // namespace salon::simulation

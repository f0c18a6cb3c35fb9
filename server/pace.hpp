#pragma once

#include <chrono>
#include <cstddef>

namespace salon {

/// Lets things happen at most so many times a second, and not in a rush either: what was not used
/// in time is lost.
class pace {
public:
  using time_point = std::chrono::steady_clock::time_point;

  pace(std::size_t per_second, time_point start) noexcept : per_second_(per_second), start_(start) {
    // nop
  }

  /// How many more may happen since it was asked last.
  std::size_t take(time_point now) noexcept;

private:
  std::size_t per_second_;
  time_point start_;
  std::size_t taken_ = 0;
};

} // namespace salon

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace salon {

/// Counts durations in buckets whose width grows with their value, so that each is known to within
/// 1/64 of itself from a nanosecond to centuries, in 30 KB. The layout is that of HdrHistogram:
/// every power of two is cut into 64 equal parts.
class latency_histogram {
public:
  using duration = std::chrono::nanoseconds;

  latency_histogram();

  /// Counts `value`; what is below zero counts as zero.
  void add(duration value);

  /// The value that a share `quantile` (0 to 1) of all values does not exceed: the upper end of its
  /// bucket, and never more than the greatest value. Zero when nothing was counted.
  duration at(double quantile) const;

  duration max() const noexcept {
    return duration{max_};
  }

  std::uint64_t count() const noexcept {
    return count_;
  }

private:
  std::vector<std::uint64_t> buckets_;
  std::uint64_t count_ = 0;
  std::int64_t max_ = 0;
};

} // namespace salon

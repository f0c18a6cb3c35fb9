#include "client/latency_histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace salon {

namespace {

constexpr std::uint64_t parts = 64;
constexpr int parts_bits = 6;
constexpr std::size_t bucket_count = parts * (64 - parts_bits);

// How often a value is halved until it is below 2 * parts.
int halvings_of(std::uint64_t value) noexcept {
  return std::max(0, static_cast<int>(std::bit_width(value)) - parts_bits - 1);
}

std::size_t bucket_of(std::uint64_t value) noexcept {
  auto halvings = halvings_of(value);
  return parts * static_cast<std::size_t>(halvings) + static_cast<std::size_t>(value >> halvings);
}

std::uint64_t last_of(std::size_t bucket) noexcept {
  auto halvings = bucket < 2 * parts ? std::size_t{0} : bucket / parts - 1;
  return ((bucket - parts * halvings + 1) << halvings) - 1;
}

} // namespace

latency_histogram::latency_histogram() : buckets_(bucket_count) {
  // nop
}

void latency_histogram::add(duration value) {
  auto nanoseconds = std::max<std::int64_t>(0, value.count());
  ++buckets_[bucket_of(static_cast<std::uint64_t>(nanoseconds))];
  ++count_;
  max_ = std::max(max_, nanoseconds);
}

latency_histogram::duration latency_histogram::at(double quantile) const {
  auto wanted = std::max(1.0, std::ceil(quantile * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen > 0 && static_cast<double>(seen) >= wanted)
      return std::min(duration{static_cast<std::int64_t>(last_of(i))}, max());
  }
  return max();
}

} // namespace salon

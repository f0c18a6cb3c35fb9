#include "server/pace.hpp"

#include <utility>

namespace salon {

std::size_t pace::take(time_point now) noexcept {
  auto since = std::chrono::duration_cast<std::chrono::milliseconds>(now - start_);
  auto all = per_second_ * static_cast<std::size_t>(since.count()) / 1000;
  return all - std::exchange(taken_, all);
}

} // namespace salon

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace salon::simulation {

/// What came of one run.
struct outcome {
  std::optional<std::string> complaint; ///< The promise that was broken, if one was.
  std::uint64_t trace = 0;              ///< Of all that happened: equal for equal runs.
  std::size_t steps = 0;
};

/// A cluster of three nodes in one thread, for some seconds of its time in which everything breaks
/// that can, and some more in which it mends. The seed decides what happens, and in which order.
/// @param tell  Hears each thing that happens, in a line; may be empty.
outcome simulate(std::uint64_t seed, const std::function<void(const std::string&)>& tell);

/// Makes message types known; before the first run.
void prepare();

} // namespace salon::simulation

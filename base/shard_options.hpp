#pragma once

#include <chrono>
#include <cstddef>

namespace salon {

/// How a shard shares its thread.
struct shard_options {
  /// Actor work in one turn, and then bulk flushing in one turn; reads and accepts wait no longer.
  std::chrono::microseconds turn{1000};

  /// What large rooms put out is flushed no more often where that makes a write carry more of it,
  /// and waits up to as long for what is known to be coming.
  std::chrono::microseconds bulk_interval{4000};

  /// Messages an actor handles before the next one's turn.
  std::size_t messages_per_resume = 64;

  /// Others that get mail are woken at once, not when there is a pause: for a thread that waits for
  /// disks.
  bool wakes_at_once = false;

  /// Nothing runs the shard but `step`, `flush` and `advance`, and its time starts at a fixed
  /// point.
  bool stepped = false;
};

} // namespace salon

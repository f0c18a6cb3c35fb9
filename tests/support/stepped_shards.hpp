#pragma once

#include <caf/fwd.hpp>

#include <chrono>
#include <cstddef>
#include <memory>

namespace salon {

class shard;

namespace testing {

/// Who moves shards: a test, or threads that the test starts.
enum class stepping { by_hand, threads };

/// An actor system whose hosted actors run when a test says so: shards without threads, and one
/// clock for all that stands still between calls of `advance`.
class stepped_shards {
public:
  explicit stepped_shards(std::size_t count = 1, stepping how = stepping::by_hand);

  stepped_shards(const stepped_shards&) = delete;
  stepped_shards& operator=(const stepped_shards&) = delete;

  /// Fails the test when an actor is left: everything must have ended, and all mail been handled.
  ~stepped_shards();

  caf::actor_system& system() noexcept;

  shard& operator[](std::size_t index) noexcept;

  std::size_t size() const noexcept;

  /// Lets the actors of a shard do nothing, or go on. Its time passes all the same.
  void freeze(std::size_t index, bool frozen = true);

  bool is_frozen(std::size_t index) const;

  /// How many actors have mail, on shards that are not frozen.
  std::size_t ready();

  /// Lets one of them handle one message, counted over the shards in their order; whether there
  /// was one.
  bool step(std::size_t which = 0);

  /// Steps until nobody has mail, and flushes what was marked; then again, until all is quiet.
  void run();

  /// Runs, then moves time on all shards tick by tick, and runs after each.
  void advance(std::chrono::steady_clock::duration by);

  /// How many actors there are, not counting CAF's own.
  std::size_t actors() const;

private:
  struct parts;

  std::unique_ptr<parts> parts_;
};

} // namespace testing
} // namespace salon

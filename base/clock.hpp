#pragma once

#include <boost/intrusive/list.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace salon {

class timer_wheel;

/// Calls a function once, some time after it was armed. Belongs to one shard's thread. Destroying
/// or disarming it takes it off the wheel; arming it again moves it.
class timer : public boost::intrusive::list_base_hook<
                boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
public:
  timer() = default;

  explicit timer(std::function<void()> action) : action_(std::move(action)) {
    // nop
  }

  timer(const timer&) = delete;
  timer& operator=(const timer&) = delete;

  void action(std::function<void()> what) {
    action_ = std::move(what);
  }

  bool armed() const noexcept {
    return is_linked();
  }

  void disarm() noexcept {
    unlink();
  }

private:
  friend class timer_wheel;

  std::chrono::steady_clock::time_point due_;
  std::function<void()> action_;
};

/// The time of one shard, and what waits for it. Time moves only in `advance`: the shard calls it
/// on each tick, a test calls it by hand. A timer fires on the first tick at or after its due time.
class timer_wheel {
public:
  using time_point = std::chrono::steady_clock::time_point;
  using duration = std::chrono::steady_clock::duration;

  /// How fine time is: no timer is more exact.
  static constexpr auto tick = std::chrono::milliseconds{50};

  /// @param wall  Milliseconds since 1970-01-01 UTC at `start`.
  timer_wheel(time_point start, std::int64_t wall);

  /// The time of the last `advance`.
  time_point now() const noexcept {
    return now_;
  }

  /// The same in milliseconds since 1970-01-01 UTC.
  std::int64_t wall_ms() const noexcept;

  /// Lets `what` fire after `delay`, instead of whenever it was armed for.
  void arm(timer& what, duration delay);

  /// Moves time forward and fires what is due, tick by tick. Timers may be armed, disarmed and
  /// destroyed by what fires. What a timer throws comes out here; the rest of its tick fires at the
  /// next call.
  void advance(time_point to);

private:
  using slot = boost::intrusive::list<timer, boost::intrusive::constant_time_size<false>>;

  static constexpr std::size_t slots = 1024;

  std::size_t slot_of(time_point when) const noexcept;

  void fire(slot& due, time_point until);

  time_point start_;
  time_point now_;
  std::int64_t wall_;
  bool broken_off_ = false; ///< The last tick has not fired all that was due.
  std::vector<slot> slots_;
};

} // namespace salon

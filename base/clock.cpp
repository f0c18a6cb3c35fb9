#include "base/clock.hpp"

namespace salon {

timer_wheel::timer_wheel(time_point start, std::int64_t wall)
  : start_(start),
    now_(start),
    wall_(wall),
    slots_(slots) {
  // nop
}

std::int64_t timer_wheel::wall_ms() const noexcept {
  return wall_ + std::chrono::duration_cast<std::chrono::milliseconds>(now_ - start_).count();
}

std::size_t timer_wheel::slot_of(time_point when) const noexcept {
  return static_cast<std::size_t>((when - start_) / tick) % slots;
}

void timer_wheel::arm(timer& what, duration delay) {
  what.unlink();
  // Rounded up to a whole tick, and to one at least: a timer armed by a timer that fires must not
  // land in the slot that is being emptied.
  auto ticks = delay > duration::zero() ? (delay + tick - duration{1}) / tick : 1;
  auto current = (now_ - start_) / tick;
  what.due_ = start_ + (current + ticks) * tick;
  slots_[slot_of(what.due_)].push_back(what);
}

void timer_wheel::advance(time_point to) {
  if (broken_off_)
    fire(slots_[slot_of(now_)], now_);
  while (now_ + tick <= to) {
    now_ = start_ + ((now_ - start_) / tick + 1) * tick;
    fire(slots_[slot_of(now_)], now_);
  }
}

void timer_wheel::fire(slot& due, time_point until) {
  struct put_aside {
    slot& from;
    slot timers;

    ~put_aside() {
      from.splice(from.begin(), timers);
    }
  };

  put_aside later{due, {}};
  broken_off_ = true;
  // One at a time from the front: what fires may unlink or destroy any other timer.
  while (!due.empty()) {
    auto& next = due.front();
    next.unlink();
    if (next.due_ > until) {
      later.timers.push_back(next);
      continue;
    }
    // A copy: the call may destroy the very timer it belongs to.
    auto action = next.action_;
    action();
  }
  broken_off_ = false;
}

} // namespace salon

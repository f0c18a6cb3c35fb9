#pragma once

#include "base/clock.hpp"

#include <caf/fwd.hpp>
#include <caf/resumable.hpp>
#if __has_include(<caf/async_mail.hpp>)
#include <caf/scheduler.hpp>
#else
#include <caf/execution_unit.hpp>
#endif

#include <cstddef>
#include <cstdint>

// CAF's generations, told apart by their headers: the version number cannot, since upstream's head
// still says 1.1.0.
#if __has_include(<caf/mailer.hpp>)
#define SALON_CAF_HEAD 1
#define SALON_CAF_MAIL 1
#elif __has_include(<caf/async_mail.hpp>)
#define SALON_CAF_HEAD 0
#define SALON_CAF_MAIL 1
#else
#define SALON_CAF_HEAD 0
#define SALON_CAF_MAIL 0
#endif

namespace salon {

#if SALON_CAF_MAIL
using host_base = caf::scheduler;
#else
using host_base = caf::execution_unit;
#endif

/// Where hosted actors run: their mailboxes are drained by whoever implements `enqueue`, and by
/// nobody else. Actors of other hosts that a hosted one wakes go to CAF's own scheduler.
class actor_host : public host_base {
public:
  explicit actor_host(caf::actor_system& system);

  actor_host(const actor_host&) = delete;
  actor_host& operator=(const actor_host&) = delete;

  /// The time of the actors hosted here.
  virtual timer_wheel& wheel() noexcept = 0;

  caf::actor_system& actors() const noexcept {
    return actors_;
  }

#if SALON_CAF_HEAD
  void schedule(caf::resumable_ptr what, std::uint64_t event) override;
  void delay(caf::resumable_ptr what, std::uint64_t event) override;
  bool is_system_scheduler() const noexcept override {
    return false;
  }
  void start() override {
  }
  void stop() override {
  }
#elif SALON_CAF_MAIL
  void schedule(caf::resumable* what) override;
  void delay(caf::resumable* what) override;
  void start() override {
  }
  void stop() override {
  }
#else
  void exec_later(caf::resumable* what) override;
#endif

protected:
  /// An actor with mail; owns one reference to it.
#if SALON_CAF_HEAD
  struct job {
    caf::resumable_ptr actor;
    std::uint64_t event;
  };
#else
  struct job {
    caf::resumable* actor;
  };
#endif

  /// Keeps `what` until the host runs it. Any thread calls it, also from inside CAF's locks.
  virtual void enqueue(job what) = 0;

  /// Lets the actor handle up to `messages` messages; whether it has more to do and is to be kept.
  bool resume(job& what, std::size_t messages);

  /// Gives up an actor that will not run any more.
  void drop(job& what);

private:
  caf::actor_system& actors_;
};

} // namespace salon

#pragma once

#include "base/clock.hpp"
#include "base/host.hpp"
#include "base/shard_options.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace salon {

/// Something with output to write when its shard's turn ends. Unlinks itself when destroyed.
class flushable : public boost::intrusive::list_base_hook<
                    boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
public:
  /// What a `flush` touches should be in this many bytes from here: they are fetched ahead of it.
  static constexpr std::size_t hot_bytes = 256;

  virtual void flush() = 0;

protected:
  ~flushable() = default;
};

/// One I/O thread with the actors, sockets and timers that live on it. Actors hosted here run
/// nowhere else, so they may touch each other's non-actor parts without a lock.
///
/// A turn runs the actors that have mail, then flushes every `flushable` marked since. In tests no
/// thread runs the shard: `step` and `advance` move it by hand.
class shard final : public actor_host {
public:
  /// @param index  The shard's number, from 0.
  shard(caf::actor_system& system, std::size_t index, shard_options options = {});

  ~shard() override;

  std::size_t index() const noexcept {
    return index_;
  }

  boost::asio::io_context& io() noexcept {
    return io_;
  }

  timer_wheel& wheel() noexcept override {
    return wheel_;
  }

  /// Whether the caller is on this shard's thread; always when the shard is stepped.
  bool here() const noexcept;

  /// Runs until `stop`, with the wheel following the steady clock. Call it on the shard's thread.
  /// @param name  What the system calls that thread, at most 15 bytes; empty: as before.
  void run(const std::string& name = {});

  /// Makes `run` return once no hosted actor has mail. Any thread may call it.
  void stop();

  /// Runs `what` on the shard's thread, soon. Any thread may call it.
  void post(std::function<void()> what);

  /// Does `work`, for the shard's own thread outside of a turn, and what it wakes right behind it
  /// instead of after another look at the sockets.
  template <class Work>
  void in_turn(Work work) {
    if (options_.stepped)
      return work();
    at_work guard{*this};
    work();
    turn_now();
  }

  /// Flushes `what` when this turn ends.
  void flush_soon(flushable& what);

  /// Flushes `what` after all that was marked by `flush_soon`, in turns: what large rooms put out
  /// must not delay the rest. Call it for each thing there is to flush. After all of them have been
  /// flushed the next ones are at once, unless what came meanwhile gathered: then they are when
  /// `bulk_interval` is over, so that more does.
  void flush_in_bulk(flushable& what);

  /// Something that is about to be marked by `flush_in_bulk`, as long as this is there: for the
  /// shard's own thread. What is marked meanwhile waits for it a little.
  class upcoming {
  public:
    upcoming() = default;

    explicit upcoming(shard& on) : on_(&on) {
      ++on.upcoming_;
    }

    upcoming(upcoming&& other) noexcept : on_(std::exchange(other.on_, nullptr)) {
      // nop
    }

    upcoming& operator=(upcoming other) noexcept {
      std::swap(on_, other.on_);
      return *this;
    }

    ~upcoming() {
      if (on_)
        --on_->upcoming_;
    }

  private:
    shard* on_ = nullptr;
  };

  /// How many actors have mail. For tests.
  std::size_t ready();

  /// Runs one message of the actor that is `which`-th in the line of those that have mail; whether
  /// there was one. For tests.
  bool step(std::size_t which = 0);

  /// Flushes everything marked. For tests.
  void flush();

  /// Moves the shard's time by whole ticks. For tests.
  void advance(timer_wheel::duration by);

private:
  using flush_list = boost::intrusive::list<flushable, boost::intrusive::constant_time_size<false>>;

  void enqueue(job what) override;

  // While one of these is there no turn is posted; behind it one is if there is something left,
  // also when something was thrown, unless one was posted before.
  class at_work {
  public:
    explicit at_work(shard& which) : self_(which), was_armed_(std::exchange(which.armed_, true)) {
      // nop
    }

    at_work(const at_work&) = delete;
    at_work& operator=(const at_work&) = delete;

    ~at_work();

  private:
    shard& self_;
    bool was_armed_;
  };

  void turn();
  void turn_now();
  void run_jobs(std::chrono::steady_clock::time_point begin);
  void take_remote();
  void run_one(std::size_t messages);
  void flush_marked(std::chrono::steady_clock::time_point now);
  void flush_front(flush_list& list);
  void begin_bulk(std::chrono::steady_clock::time_point now);
  void arm();
  void wake_up();
  void wake_others();
  void tick();

  std::size_t index_;
  shard_options options_;
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  boost::asio::steady_timer ticker_;
  timer_wheel wheel_;

  std::deque<job> local_;
  std::vector<shard*> to_wake_; ///< They have got mail in this turn.
  flush_list soon_;
  flush_list bulk_;  ///< They wait until those before them are through.
  flush_list going_; ///< Those before them.
  std::size_t upcoming_ = 0;
  std::size_t marked_in_bulk_ = 0; ///< Since the last ones were begun,
  std::size_t marked_again_ = 0;   ///< and how often one that was marked already.
  bool gathers_ = false;           ///< Whether the last ones had more than one thing to flush.
  // Long ago, also where the clock began with the machine a moment ago.
  std::chrono::steady_clock::time_point bulk_begun_{std::chrono::steady_clock::duration::min() / 2};
  boost::asio::steady_timer bulk_timer_;
  bool bulk_waits_ = false; ///< For its timer.
  bool armed_ = false;

  std::mutex mutex_;
  std::vector<job> remote_; // guarded by mutex_
  bool woken_ = false;      // guarded by mutex_
  std::vector<job> taken_;
};

} // namespace salon

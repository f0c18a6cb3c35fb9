#pragma once

#include "client/delivery_audit.hpp"
#include "client/latency_histogram.hpp"
#include "client/load_connection.hpp"
#include "client/load_options.hpp"
#include "client/load_wire.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace salon {

/// All members of all rooms of a load: opens their connections, publishes for some of them, and
/// checks what each gets. Members are numbered room by room, the publishers of a room first.
class load_crowd final : public load_user, public load_hearing {
public:
  using clock = std::chrono::steady_clock;

  explicit load_crowd(const load_options& options);

  std::size_t size() const noexcept {
    return members_.size();
  }

  /// What went wrong so far; empty: nothing.
  const std::string& failure() const noexcept {
    return failure_;
  }

  /// Opens all that are over, some at a time, until each is in its room. False if that fails, or
  /// takes longer than the load's patience.
  bool gather();

  /// Publishes in each room until all its members hear it, and counts them in. False as above.
  bool settle();

  /// Publishes for that long, as the options say.
  void publish_for(clock::duration span);

  /// Waits until everything published has arrived, for as long as the load's patience.
  void drain();

  /// Lets nothing happen until no byte has come for a while.
  void rest();

  /// Members leave and come back, for that long; in the end all leave. False if somebody is still
  /// there after the load's patience.
  bool churn_for(clock::duration span);

  /// Waits until the slow members have caught up or are gone, as long.
  void await_slow();

  /// From now on deliveries are counted and timed.
  void start_measuring();

  /// Those after the readers of each room stop to read, and start again.
  void let_slow_read(bool reads);

  /// All but the steady members of the first room lose their connections at once.
  void cut_connections();

  /// As `publish_for`, until all are in their rooms again.
  bool publish_until_gathered();

  struct tally {
    std::uint64_t publications = 0; ///< While measuring,
    std::uint64_t deliveries = 0;   ///< as these.
    std::uint64_t disconnected = 0;
    std::uint64_t refused = 0;
    std::uint64_t recovered = 0;
    std::uint64_t cycles = 0; ///< Leaves, of those who meant to.
    std::uint64_t slow_sent_away = 0;
    std::chrono::nanoseconds idle{}; ///< CPU time of polls that found nothing.
  };

  const tally& counted() const noexcept {
    return tally_;
  }

  const delivery_audit& audit() const noexcept {
    return audit_;
  }

  const latency_histogram& latency() const noexcept {
    return latency_;
  }

  const latency_histogram& recovery() const noexcept {
    return recovery_;
  }

  /// Publications that members who are here never got.
  std::uint64_t lost() const;

  /// Members who saw another order than the rest of their room.
  std::uint64_t disagreeing() const;

  /// Of the members who did not read, those who are here and have had everything.
  std::uint64_t slow_caught_up() const;

private:
  // One of the servers that members go round over.
  struct destination {
    sockaddr_in address{};
    std::string authority;
  };

  struct member {
    load_connection connection;
    load_position at;
    bool has_joined = false;

    member(load_loop& loop, load_user& user, std::size_t index) : connection(loop, user, index) {
      // nop
    }
  };

  // Sent and not heard by all yet.
  struct publication {
    clock::time_point due;
    std::size_t left = 0;
  };

  struct publisher {
    std::uint32_t next = 0;
    std::deque<publication> unfinished; // the last ones of all up to `next`
  };

  void on_open(load_connection& which) override;
  void on_message(load_connection& which, std::string_view message) override;
  void on_end(load_connection& which, const std::string& why) override;

  void on_joined(bool recovered) override;
  void on_publication(const load_mark& mark) override;
  void on_answer(std::string_view message) override;
  void on_refused(std::string_view why) override;

  std::size_t room_of(std::size_t index) const noexcept {
    return index / options_.members;
  }

  bool is_slow(std::size_t index) const noexcept {
    return index % options_.members >= options_.members - options_.slow;
  }

  void note_server(const load_server& which);
  void open(member& who);
  void open_some();
  void note_joined(member& who);
  void publish(std::size_t which, clock::time_point due);
  void publish_due();
  void fill_windows();
  void turn();
  bool run_until(clock::time_point end, const std::function<bool()>& done);
  bool has_missed(std::size_t index) const;

  load_options options_;
  std::unique_ptr<load_wire> wire_;
  bool joins_at_once_; ///< The protocol has no greeting.
  std::vector<destination> servers_;
  load_loop loop_;
  std::vector<std::string> rooms_;
  std::vector<std::unique_ptr<member>> members_;
  std::vector<publisher> publishers_;
  delivery_audit audit_;
  latency_histogram latency_;
  latency_histogram recovery_;
  tally tally_;
  std::string failure_;

  std::deque<std::size_t> to_open_;
  std::size_t opening_ = 0;
  std::size_t joined_ = 0;
  member* speaking_ = nullptr; ///< Whose message is read.
  std::vector<bool> settled_;  ///< Members who have heard their room.
  std::size_t unsettled_ = 0;
  std::size_t unfinished_ = 0; ///< Publications.
  bool closed_loop_ = false;   ///< Goes on by itself now,
  bool on_schedule_ = false;   ///< or at `next_due_`.
  bool measuring_ = false;
  bool churning_ = false;  ///< Who joins leaves,
  bool reopening_ = false; ///< and comes back.
  clock::time_point now_ = clock::now();
  clock::time_point next_due_{};
  clock::time_point cut_at_{};
  clock::time_point last_byte_{};
  std::size_t next_publisher_ = 0;
};

} // namespace salon

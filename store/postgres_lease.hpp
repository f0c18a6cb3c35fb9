#pragma once

#include "store/lease_contest.hpp"
#include "store/postgres_connection.hpp"
#include "store/store_error.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

namespace salon {

/// What lets a node act for its rooms: a row of the table `salon.nodes` that says until when. While
/// it lasts nobody else can take them; when it is over, by the database's clock, everybody can.
///
/// One that is over never comes back. The node can get a new one, with another number, and what it
/// did under the old one is over: its rooms have to be opened again.
class postgres_lease {
public:
  explicit postgres_lease(postgres_options options);

  /// Makes it last from now on for its full time again; when it is over, gets a new one. To be
  /// called several times within that time, by one thread, on which nothing else waits for long:
  /// it has a connection of its own. After a failure what there was lasts until its end. When other
  /// nodes have the say (see lease_contest), ends it instead, and fails for as long as that is so.
  store_error renew();

  /// Says whom the node works with, from the next renewal on. Any thread may.
  void work_with(lease_company those);

  /// Whether the node may act, as far as it knows without asking; it takes its own clock, and is
  /// the first to think that the lease is over. Any thread may ask.
  bool is_valid() const noexcept {
    return valid_number() != 0;
  }

  /// The number of the lease when it is valid, otherwise 0. Any thread may ask.
  std::uint64_t valid_number() const noexcept;

  /// The number that statements are made with, valid or not: the database decides. 0: there has
  /// been none.
  std::uint64_t number() const noexcept {
    return number_.load();
  }

  /// Ends it at once: others may take the rooms. `renew` gets a new one.
  store_error end();

private:
  // Goes on while the machine is suspended, as the database's clock does.
  static std::chrono::nanoseconds now() noexcept;

  void connect();
  bool has_lost(const lease_company& ours);
  bool extend(const lease_company& ours);
  void take(const lease_company& ours);
  void give_up();

  postgres_options options_;
  std::string place_;
  std::mutex mutex_; // of the connection: `end` may come from another thread
  std::unique_ptr<postgres_connection> connection_;
  lease_contest contest_;
  std::mutex company_mutex_;
  lease_company company_;
  std::atomic<std::uint64_t> number_{0};
  std::atomic<std::int64_t> valid_until_{0};
};

} // namespace salon

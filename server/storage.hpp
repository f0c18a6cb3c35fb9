#pragma once

#include "actors/cluster_view.hpp"
#include "actors/metrics.hpp"
#include "actors/room.hpp"
#include "base/shard.hpp"
#include "server/config.hpp"
#include "store/history_store.hpp"
#include "store/postgres_store.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace salon {

/// Where the logs of a node's rooms are, with the threads that write them, read them and move them
/// into place.
class storage {
public:
  /// Opens the store that `options` names.
  storage(caf::actor_system& system, const config& options, metrics& counts);

  storage(const storage&) = delete;
  storage& operator=(const storage&) = delete;

  /// Closes the store in good order.
  ~storage();

  /// Why the store cannot be used, for the operator.
  const std::optional<std::string>& objection() const noexcept {
    return objection_;
  }

  /// How rooms reach their logs; nothing when no room is to have one.
  room_storage handles() const;

  /// Whether other nodes can use the same store.
  bool is_shared() const noexcept {
    return shared_ != nullptr;
  }

  /// Says with whom this node shares a cluster: where they and others cannot hear each other, not
  /// all of them may speak for rooms. Any thread may.
  void work_with(const cluster_view& those);

  /// Starts the threads.
  void start();

  /// Asks the actors to end, and holds on to them no more.
  void end_actors();

  /// Waits for the threads.
  void stop();

private:
  void open(const config& options);
  void open_shared(const config& options);
  void checkpoint();
  void renew_lease();

  caf::actor_system& system_;
  metrics& counts_;
  history_options options_;
  std::optional<std::string> objection_;
  std::unique_ptr<history_store> store_;
  postgres_store* shared_ = nullptr;               ///< The same, when nodes share it.
  std::vector<std::unique_ptr<shard>> threads_of_; ///< Writing, reading, moving into place.
  std::vector<std::thread> threads_;
  history_actor log_;
  log_reader_actor reader_;
  timer checkpoint_timer_;
  timer lease_timer_;
  std::chrono::milliseconds lease_interval_{0};
  std::uint64_t lease_ = 0; ///< As it was when it was last renewed.
  bool lease_failing_ = false;
};

/// The file that a server on `port` keeps its rooms in, when none is configured: `PORT.db` in the
/// state_folder. Empty when there is none.
std::string default_store_path(std::uint16_t port);

} // namespace salon

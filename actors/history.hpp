#pragma once

#include "actors/metrics.hpp"
#include "actors/node_options.hpp"
#include "base/shard.hpp"
#include "messages/contracts.hpp"
#include "store/history_store.hpp"

#include <deque>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace salon {

/// Writes the logs of rooms, on a thread of its own: what came in while it wrote goes into one
/// transaction, so that a busy log commits few large groups and an idle one commits at once. In
/// between it removes what rooms need to keep no longer. While the store fails it answers at once,
/// and tries again by the clock.
class history_state {
public:
  static inline const char* name = "salon.history";

  /// @param home  Whose thread is blocked while the store writes.
  history_state(history_actor::pointer self, shard& home, history_store& store, metrics& counts,
                history_options options);

  history_actor::behavior_type make_behavior();

private:
  struct waiting {
    append_order what;
    caf::typed_response_promise<appended> caller;
  };

  caf::result<opened_room> on_open(const open_order& x);
  caf::result<appended> on_append(const append_order& x);
  void on_work();

  void commit();
  void trim_one();
  void trim_later(const room_id& room);
  void on_closed(const room_id& room);
  void release_all();
  void sweep();
  void work_soon();
  void failed(const store_error& why);
  void try_again();

  history_actor::pointer self_;
  shard& home_;
  history_store& store_;
  metrics& counts_;
  history_options options_;

  std::vector<waiting> queue_;
  bool reminded_ = false;
  bool failing_ = false;
  timer retry_;
  timer sweep_;

  std::deque<room_id> trims_;
  std::unordered_set<room_id> trimming_;            ///< Those in `trims_`.
  std::unordered_set<room_id> to_release_;          ///< Nobody here uses them any more.
  std::unordered_map<room_id, std::size_t> in_use_; ///< With what was appended since a trim.
};

/// Starts the node's history on `home`.
history_actor spawn_history(shard& home, history_store& store, metrics& counts,
                            history_options options);

} // namespace salon

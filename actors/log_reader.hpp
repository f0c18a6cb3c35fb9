#pragma once

#include "actors/metrics.hpp"
#include "actors/node_options.hpp"
#include "base/shard.hpp"
#include "messages/contracts.hpp"
#include "store/history_store.hpp"

#include <cstddef>
#include <deque>
#include <memory>
#include <unordered_map>

namespace salon {

/// Reads the logs of rooms, on a thread of its own, beside whoever writes them. A long answer is
/// read page by page, and rooms take turns after each page: one that asks a lot waits for itself.
class log_reader_state {
public:
  static inline const char* name = "salon.log_reader";

  log_reader_state(log_reader_actor::pointer self, std::unique_ptr<history_reader> store,
                   metrics& counts, history_options options);

  ~log_reader_state();

  log_reader_actor::behavior_type make_behavior();

private:
  struct reading {
    read_order what;
    caf::typed_response_promise<log_part> caller;
    log_part got;
    std::size_t bytes = 0;
  };

  caf::result<log_part> on_read(const read_order& x);
  void on_work();
  void work_soon();

  /// Reads one more page; whether the answer is complete, or has failed, and given.
  bool read_page(reading& of);

  log_reader_actor::pointer self_;
  std::unique_ptr<history_reader> store_;
  metrics& counts_;
  history_options options_;
  std::unordered_map<room_id, std::deque<reading>> waiting_;
  std::deque<room_id> turns_; ///< The keys of `waiting_`, whose turn it is first.
  std::size_t count_ = 0;
  bool reminded_ = false;
};

/// Starts a reader of `store` on `home`.
log_reader_actor spawn_log_reader(shard& home, std::unique_ptr<history_reader> store,
                                  metrics& counts, history_options options);

} // namespace salon

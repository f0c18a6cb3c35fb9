#pragma once

#include "messages/history_messages.hpp"
#include "store/store_error.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace salon {

/// Reads the logs of rooms. Each call is a short transaction of its own. For one thread at a time.
class history_reader {
public:
  history_reader() = default;
  history_reader(const history_reader&) = delete;
  history_reader& operator=(const history_reader&) = delete;
  virtual ~history_reader() = default;

  /// Publications after `offset`, oldest first. Empty when there are none, or no such room; starts
  /// later than `offset` + 1 when those in between are no longer kept.
  virtual store_result<std::vector<publication_ptr>> since(const room_id& room,
                                                           std::uint64_t offset, page_limits most)
    = 0;

  /// Publications before `offset`, newest first.
  virtual store_result<std::vector<publication_ptr>> before(const room_id& room,
                                                            std::uint64_t offset, page_limits most)
    = 0;

  /// The rooms whose names come after `after`, in the order of their bytes.
  virtual store_result<std::vector<room_record>> rooms(const std::string& after, std::size_t limit)
    = 0;

  virtual store_result<std::optional<room_record>> find(const room_id& room) = 0;

  /// All keys that are kept for a room, oldest first, also those past their window.
  virtual store_result<std::vector<stored_key>> keys(const room_id& room) = 0;
};

/// What became of each append of a group, in its order.
struct append_result {
  std::vector<store_errc> each;
  std::string sentence; ///< About the first that was not `none`.
};

/// The publications of a room, oldest first; nothing after the last.
using entry_source = std::function<store_result<std::optional<log_entry>>()>;

/// What a store takes on disk.
struct store_usage {
  std::uint64_t bytes = 0;     ///< Without the write-ahead log.
  std::uint64_t wal_bytes = 0; ///< Of the write-ahead log.
};

/// Keeps the logs of rooms. Writes come from one thread; `checkpoint` may come from another, and
/// each reader of `make_reader` has a thread of its own. What it returns is there for readers at
/// once.
class history_store : public history_reader {
public:
  /// Makes the room when it is not there, adopts what the order says about it when it is. In a
  /// store that nodes share it becomes this node's, with the next term, unless it is so already;
  /// `elsewhere` while another node has it.
  virtual store_result<opened_room> open_room(const open_order& what) = 0;

  /// Brings in a room as a whole, with what `entries` gives, or nothing of it; synced. `conflict`
  /// when there is a room of this name, or when the offsets are not those from `first` to `top`.
  /// A failure of `entries` is returned.
  virtual store_error add_room(const room_record& record, const entry_source& entries) = 0;

  /// Appends all orders as one transaction: it ends synced when one of them has durability::disk.
  /// An order is refused by itself, with `conflict`, unless its first offset is top + 1, its epoch
  /// the room's and its term not lower than the room's. Nodes that share a store are held to more:
  /// the room must be this node's still, and the term the room's. When the transaction fails all
  /// orders that were not refused have failed.
  virtual append_result append(const std::vector<append_order>& orders) = 0;

  /// Removes up to `rows_max` publications and keys that the room's retention no longer covers at
  /// `now`; whether more are left. A room whose `meta_ttl` is over goes as a whole, unless it is
  /// in use.
  virtual store_result<bool> trim(const room_id& room, std::int64_t now, std::size_t rows_max,
                                  bool in_use = false)
    = 0;

  /// Rooms that have something to trim because time has passed, up to `limit`.
  virtual store_result<std::vector<room_id>> overdue(std::int64_t now, std::size_t limit) = 0;

  /// Gives up a room that is this node's, for any other to open.
  virtual store_error release_room(const room_id&) {
    return {};
  }

  /// A reader for another thread.
  virtual std::unique_ptr<history_reader> make_reader() = 0;

  /// Moves what was written into its final place, so that the write-ahead log can start over.
  /// Returns how many bytes of that log are in use afterwards.
  virtual store_result<std::uint64_t> checkpoint() = 0;

  /// Tries to get over a failure, by opening anew; what is wrong if it is still there.
  virtual store_error recover() = 0;

  /// What it takes on disk now. Any thread may ask.
  virtual store_usage usage() const {
    return {};
  }
};

} // namespace salon

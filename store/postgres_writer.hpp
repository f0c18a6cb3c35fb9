#pragma once

#include "store/history_store.hpp"
#include "store/postgres_connection.hpp"
#include "store/postgres_lease.hpp"
#include "store/postgres_room.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace salon {

/// The connection that writes. What it may do is up to the lease: each statement that changes a
/// room says under which one. Remembers nothing of rooms. Throws postgres_failure and stored_wrong.
class postgres_writer {
public:
  /// Connects, and ends connections of this node that wrote before: nothing of theirs happens any
  /// more. Throws when one of them cannot be ended.
  postgres_writer(const postgres_options& options, const postgres_lease& lease);

  postgres_connection& connection() noexcept {
    return on_;
  }

  /// See history_store; all of them.
  store_result<opened_room> open(const open_order& what);
  store_error add_room(const room_record& record, const entry_source& entries);
  append_result append(const std::vector<append_order>& orders);
  bool trim(const room_id& room, std::int64_t now, std::size_t rows_max, bool in_use);
  std::vector<room_id> overdue(std::int64_t now, std::size_t limit);
  void release(const room_id& room);

  /// Commits something that is of no other use.
  void try_out();

private:
  struct claim {
    std::optional<opened_room> room;
    std::string holder; ///< The node that has it, otherwise.
    bool is_there = false;
  };

  claim claim_room(const open_order& what);
  void free_from_the_dead(const room_id& room);
  std::string refusal(const append_order& order);

  postgres_connection on_;
  const postgres_lease& lease_;
};

} // namespace salon

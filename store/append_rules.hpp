#pragma once

#include "store/history_store.hpp"

#include <algorithm>
#include <string>

/// When an append is refused. Pure; every store follows it.
namespace salon {

/// Why `order` does not fit behind what a room has; empty when it does.
inline std::string conflict_of(const room_record& room, const append_order& order) {
  auto fail = [&](const std::string& what) { return "room " + room.room + ": " + what; };
  if (order.epoch != room.epoch)
    return fail("the epoch is " + room.epoch + ", not " + order.epoch);
  if (order.term < room.term)
    return fail("term " + std::to_string(order.term) + " is over, now is "
                + std::to_string(room.term));
  auto expected = room.top;
  for (const auto& entry : order.entries)
    if (entry.pub->offset != ++expected)
      return fail("offset " + std::to_string(entry.pub->offset) + " where "
                  + std::to_string(expected) + " comes next");
  return {};
}

/// Why a publication does not fit into a room that is brought in and ends at `top` so far; empty
/// when it does.
inline std::string misfit_of(const room_record& room, std::uint64_t top, const publication& pub) {
  if (pub.offset == top + 1 && pub.offset <= room.top)
    return {};
  return "room " + room.room + ": offset " + std::to_string(pub.offset) + " where "
         + (top == room.top ? "none" : std::to_string(top + 1)) + " comes next";
}

/// Why a room that is brought in is not whole with its last offset `top`; empty when it is.
inline std::string lack_of(const room_record& room, std::uint64_t top) {
  return top == room.top ? ""
                         : "room " + room.room + ": it ends at offset " + std::to_string(top)
                             + ", not at its top " + std::to_string(room.top);
}

inline std::string room_is_there(const room_record& room) {
  return "room " + room.room + ": it is there already";
}

inline std::string no_such_room(const append_order& order) {
  return "room " + order.room + ": it is not there";
}

} // namespace salon

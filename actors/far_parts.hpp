#pragma once

#include "messages/room_messages.hpp"

#include <cstddef>
#include <utility>
#include <vector>

/// Lists that are too long for one message of a link go in parts.
namespace salon {

/// Bytes of a list in one message, about: half of what a link takes.
inline constexpr std::size_t part_bytes_max = 524'288;

/// Bytes of publications that a relay may have missed and still go on without a seam: they cross at
/// once.
inline constexpr std::size_t missed_bytes_max = 1'048'576;

inline std::size_t size_of_info(const client_info& who) {
  return who.user.size() + who.conn_info.size() + who.chan_info.size() + 48;
}

inline std::size_t size_of_member(const seated& who) {
  return size_of_info(*who.who) + 8;
}

inline std::size_t size_of_person(const client_info_ptr& who) {
  return size_of_info(*who);
}

inline std::size_t size_of_publication(const publication_ptr& pub) {
  return pub->data.size() + (pub->info ? size_of_info(*pub->info) : 0) + 128;
}

/// Calls `say` with the parts of `list` in order, and whether it is the last; at least once.
template <class T, class Size, class Say>
void in_parts(const std::vector<T>& list, Size size_of, Say say) {
  std::vector<T> part;
  std::size_t bytes = 0;
  for (const auto& each : list) {
    auto size = size_of(each);
    if (!part.empty() && bytes + size > part_bytes_max) {
      say(std::exchange(part, {}), false);
      bytes = 0;
    }
    bytes += size;
    part.push_back(each);
  }
  say(std::move(part), true);
}

} // namespace salon

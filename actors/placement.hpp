#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace salon {

/// How well a node suits a room: spread(stable_hash(name) ^ spread(stable_hash(room))). Two
/// releases that run in one cluster must agree on it, so it stays as it is.
std::uint64_t suitability(std::string_view room, std::string_view name) noexcept;

/// Where a room's home should be: the node that suits it best (rendezvous hashing). So each gets
/// its share, and when one comes or goes only rooms move that are to be, or were, on that one. The
/// order of names does not matter.
/// @param names  Of nodes that take rooms, each once: see cluster_view::hosts. Not empty.
const std::string& home_of(std::string_view room, const std::vector<std::string>& names) noexcept;

} // namespace salon

#include "actors/placement.hpp"

#include "actors/stable_hash.hpp"

#include <algorithm>
#include <utility>

namespace salon {

std::uint64_t suitability(std::string_view room, std::string_view name) noexcept {
  return spread(stable_hash(name) ^ spread(stable_hash(room)));
}

const std::string& home_of(std::string_view room, const std::vector<std::string>& names) noexcept {
  auto rank = [room](const std::string& name) {
    // Names differ, so nobody is ever as suitable as somebody else.
    return std::pair<std::uint64_t, std::string_view>{suitability(room, name), name};
  };
  return *std::max_element(names.begin(), names.end(),
                           [&rank](const auto& a, const auto& b) { return rank(a) < rank(b); });
}

} // namespace salon

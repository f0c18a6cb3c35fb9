#include "store/lease_contest.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace salon {

namespace {

/// Who takes part in no cluster has nobody to speak for.
constexpr std::uint64_t no_company = 0;

/// Of nodes that hear each other.
struct group {
  std::size_t size = 0;
  std::string_view first; ///< The smallest name.

  void add(const lease_holder& node) {
    first = size == 0 ? std::string_view{node.name} : std::min(first, std::string_view{node.name});
    ++size;
  }

  bool beats(const group& other) const {
    return size != other.size ? size > other.size : first < other.first;
  }
};

} // namespace

bool lease_contest::is_lost(const lease_holder& self, const lease_company& ours,
                            const std::vector<lease_holder>& holders) {
  auto is_ours = [&](const lease_holder& x) {
    return std::find(ours.lives.begin(), ours.lives.end(), x.life) != ours.lives.end();
  };
  if (ours.lives.empty())
    return false;
  group mine;
  mine.add(self);
  std::map<std::uint64_t, group> others;
  std::map<std::string, std::int64_t> seen;
  for (const auto& each : holders) {
    if (each.life == self.life || each.company == no_company)
      continue;
    if (is_ours(each)) {
      mine.add(each);
      continue;
    }
    auto known = seen_.find(each.life);
    seen[each.life] = known == seen_.end() ? each.expires : known->second;
    if (lives_on(each))
      others[each.company].add(each);
  }
  seen_ = std::move(seen);
  return std::any_of(others.begin(), others.end(),
                     [&mine](const auto& x) { return x.second.beats(mine); });
}

bool lease_contest::lives_on(const lease_holder& stranger) const {
  auto known = seen_.find(stranger.life);
  return known != seen_.end() && known->second != stranger.expires;
}

} // namespace salon

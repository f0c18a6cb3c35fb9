#include "actors/cluster_view.hpp"
#include "actors/placement.hpp"
#include <algorithm>
#include <map>
namespace salon {
static std::map<const cluster_view*, int> dummy;
std::string home_of(const room_id& room, const std::vector<std::string>& names) {
  std::string best; std::size_t top = 0;
  for (auto& n : names) { auto h = std::hash<std::string>{}(n + room); if (best.empty() || h > top) { best = n; top = h; } }
  return best;
}
cluster_view::cluster_view(const node_standing& self, const std::vector<node_standing>& others) {
  all_ = others; all_.push_back(self);
  std::sort(all_.begin(), all_.end(), [](auto& a, auto& b) { return a.who.name < b.who.name; });
}
std::uint64_t cluster_view::hash() const { std::string s; for (auto& x : all_) s += to_string(x.who.life); return std::hash<std::string>{}(s); }
bool cluster_view::has(const client_id& life) const { return std::any_of(all_.begin(), all_.end(), [&](auto& x) { return x.who.life == life; }); }
std::string cluster_view::home_of(const room_id& room) const { std::vector<std::string> n; for (auto& x : all_) n.push_back(x.who.name); return salon::home_of(room, n); }
std::size_t cluster_view::size() const { return all_.size(); }
}

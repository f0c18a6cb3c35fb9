#include "actors/cluster_view.hpp"

#include "actors/stable_hash.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace salon {

namespace {

/// A node that is up.
struct candidate {
  const node_info* node;
  const node_report* said; ///< Null: it is known by what others say only.
};

using candidates = std::vector<candidate>;

bool has_life(const std::vector<client_id>& lives, const client_id& life) {
  return std::find(lives.begin(), lives.end(), life) != lives.end();
}

bool has_life(const candidates& those, const client_id& life) {
  return std::any_of(those.begin(), those.end(),
                     [&life](const candidate& x) { return x.node->life == life; });
}

/// Whether `x` says that it has a link to `y`. One that cannot be asked is taken to have it.
bool sees(const candidate& x, const candidate& y) {
  return !x.said || has_life(x.said->up, y.node->life);
}

// Attached processes have nothing to say to each other, and may be unable to.
bool go_together(const candidate& x, const candidate& y) {
  if (!x.node->hosts_rooms && !y.node->hosts_rooms)
    return x.node->name != y.node->name;
  return sees(x, y) && sees(y, x) && x.node->name != y.node->name;
}

// Those that host rooms come first: an attached process that reaches some of them only must not
// part them.
bool comes_first(const candidate& x, const candidate& y) {
  auto key = [](const candidate& c) {
    return std::tuple{!c.node->hosts_rooms, std::string_view{c.node->name}, c.node->life};
  };
  return key(x) < key(y);
}

/// All that are up, as far as `self` can know, in order.
candidates all_up(const client_id& self, const std::vector<reporting_node>& reports) {
  candidates result;
  std::vector<client_id> linked; // Those it need not hear of from others.
  for (const auto& x : reports) {
    result.push_back({&x.node, &x.said});
    if (x.node.life == self)
      linked = x.said.up;
  }
  for (const auto& x : reports)
    for (const auto& node : x.said.known)
      if (has_life(x.said.up, node.life) && !has_life(linked, node.life)
          && !has_life(result, node.life))
        result.push_back({&node, nullptr});
  std::sort(result.begin(), result.end(), comes_first);
  return result;
}

/// Takes the first of `left` out of it, and all that go together with those taken before them.
candidates take_group(candidates& left) {
  candidates group;
  candidates rest;
  for (const auto& x : left) {
    auto fits = std::all_of(group.begin(), group.end(),
                            [&x](const candidate& y) { return go_together(x, y); });
    (fits ? group : rest).push_back(x);
  }
  left = std::move(rest);
  return group;
}

std::uint64_t hash_of(const std::vector<cluster_view::member>& members) {
  std::string text;
  for (const auto& x : members) {
    text += x.node.name;
    text += '\0';
    text.append(x.node.life.bytes.begin(), x.node.life.bytes.end());
  }
  return spread(stable_hash(text));
}

} // namespace

cluster_view::cluster_view(std::vector<member> members) : members_(std::move(members)) {
  std::sort(members_.begin(), members_.end(),
            [](const member& x, const member& y) { return x.node.name < y.node.name; });
  hash_ = hash_of(members_);
}

const cluster_view::member* cluster_view::find(const std::string& name) const noexcept {
  auto found = std::find_if(members_.begin(), members_.end(),
                            [&name](const member& x) { return x.node.name == name; });
  return found == members_.end() ? nullptr : &*found;
}

bool cluster_view::has(const client_id& life) const noexcept {
  return std::any_of(members_.begin(), members_.end(),
                     [&life](const member& x) { return x.node.life == life; });
}

std::vector<std::string> cluster_view::hosts() const {
  std::vector<std::string> result;
  for (const auto& x : members_)
    if (x.node.hosts_rooms && !x.leaving)
      result.push_back(x.node.name);
  return result;
}

cluster_view view_of(const client_id& self, const std::vector<reporting_node>& reports) {
  for (auto left = all_up(self, reports); !left.empty();) {
    auto group = take_group(left);
    if (!has_life(group, self))
      continue;
    std::vector<cluster_view::member> members;
    for (const auto& x : group)
      members.push_back({*x.node, x.said && x.said->leaving});
    return cluster_view{std::move(members)};
  }
  return {};
}

} // namespace salon

#include "actors/gateway.hpp"
#include "base/log.hpp"

#include <algorithm>
#include <utility>

// Who is looked for, where, and who is not wanted.
namespace salon {

namespace {

// An address that leads to this node may lead to another one later: a name of several machines.
constexpr auto own_address_again = std::chrono::minutes{1};

// Who is turned away comes again each second: that is logged once in a while.
constexpr auto turned_away_again = std::chrono::minutes{1};

// Attached processes have no address.
std::string place_of(const std::string& address) {
  return address.empty() ? "without an address" : "at " + address;
}

} // namespace

// -- where to -----------------------------------------------------------------

void gateway_state::on_no_way(const std::string& address, const std::string& why) {
  attempts_[address] = {now(), false};
  note_unreached(address, why);
  // Who is suspect and cannot be reached has gone.
  for (auto& [life, each] : nodes_)
    if (each.is == standing::suspect && each.info.address == address)
      on_down(each, why);
}

// It need not be dialled as long as that way is there.
void gateway_state::on_known(const std::string& address, way_id way) {
  attempts_[address] = {now(), false};
  if (way == 0)
    own_addresses_[address] = now();
  else if (auto i = peers_.find(way); i != peers_.end())
    i->second.also_at.insert(address);
}

void gateway_state::note_unreached(const std::string& address, const std::string& why) {
  if (std::exchange(unreached_[address], why) != why)
    log::warn("node not reached", {{"address", address}, {"reason", why}});
}

void gateway_state::dial(const std::string& address) {
  const auto& options = around_.options;
  if (auto i = attempts_.find(address); i != attempts_.end()) {
    auto patience = i->second.under_way ? options.dial_timeout : options.dial_interval;
    if (now() - i->second.since < patience)
      return;
  }
  attempts_[address] = {now(), true};
  around_.carrier.dial(address);
}

// Of two nodes one dials at once, and the other when that has not helped: so they rarely dial each
// other at the same time.
bool gateway_state::is_first_to_dial(const std::string& address) const {
  return around_.self.address < address;
}

// Of all who have been heard of, those to whom there is no link.
std::set<std::string> gateway_state::unlinked_addresses() const {
  std::set<std::string> wanted{around_.join.begin(), around_.join.end()};
  for (const auto& [life, each] : nodes_) {
    if (each.is != standing::down)
      wanted.insert(each.info.address);
    for (const auto& other : each.report.known)
      wanted.insert(other.address);
  }
  for (const auto& [life, each] : nodes_)
    if (each.is == standing::up)
      wanted.erase(each.info.address);
  for (const auto& [way, each] : peers_) {
    wanted.erase(each.dialled);
    for (const auto& other : each.also_at)
      wanted.erase(other);
  }
  wanted.erase(around_.self.address);
  wanted.erase("");
  return wanted;
}

// Everybody is dialled until there is a link.
void gateway_state::dial_missing() {
  auto wanted = unlinked_addresses();
  auto is_unwanted = [&wanted](const auto& x) { return wanted.count(x.first) == 0; };
  std::erase_if(unlinked_, is_unwanted);
  std::erase_if(attempts_, is_unwanted);
  std::erase_if(own_addresses_,
                [this](const auto& x) { return now() - x.second >= own_address_again; });
  for (const auto& each : wanted) {
    if (own_addresses_.count(each) > 0)
      continue;
    auto since = unlinked_.try_emplace(each, now()).first->second;
    if (is_first_to_dial(each) || now() - since >= around_.options.dial_interval / 2)
      dial(each);
  }
}

// -- who is not wanted --------------------------------------------------------

// Two nodes with one name would be one place for rooms. Of two lives at one address the newer one
// is the node, when the other has had the time to be missed.
std::optional<std::string> gateway_state::objection_to(const node_info& who) {
  auto two_of = [&who](const std::string& here) {
    return "two nodes are called " + who.name + ", one " + place_of(here) + " and one "
           + place_of(who.address) + ": give each a cluster.name of its own";
  };
  if (who.life == around_.self.life)
    return std::nullopt;
  if (who.name == around_.self.name)
    return two_of(around_.self.address);
  auto* before = by_name(who.name);
  if (!before || before->info.life == who.life)
    return std::nullopt;
  if (before->info.address != who.address)
    return two_of(before->info.address);
  if (before->is == standing::up
      && now() - before->heard < 2 * around_.options.links.heartbeat_interval)
    return "another node that is called " + who.name + ", " + place_of(who.address) + ", is up";
  return std::nullopt;
}

// It may stay until it has heard why.
void gateway_state::turn_away(way_id way) {
  auto& whom = peers_[way];
  if (whom.over_at)
    return;
  whom.over_at = now() + around_.options.links.heartbeat_interval;
  const auto& line = *whom.line;
  if (!whom.dialled.empty()) {
    attempts_[whom.dialled] = {now(), false};
    note_unreached(whom.dialled, line.why());
  } else if (line.peer().epoch == 0) {
    log::debug("link refused", {{"reason", line.why()}});
  } else {
    const auto& who = line.peer().self;
    if (turned_away_.try_emplace({who.address, line.why()}, now()).second)
      log::warn("node refused",
                {{"node", who.name}, {"address", who.address}, {"reason", line.why()}});
  }
}

void gateway_state::see_off() {
  std::vector<way_id> over;
  for (const auto& [way, each] : peers_)
    if (each.over_at && now() >= *each.over_at)
      over.push_back(way);
  for (auto way : over)
    lose(way, {});
  std::erase_if(turned_away_,
                [this](const auto& x) { return now() - x.second >= turned_away_again; });
}

} // namespace salon

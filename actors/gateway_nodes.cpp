#include "actors/gateway.hpp"
#include "actors/placement.hpp"
#include "base/log.hpp"

#include <algorithm>
#include <utility>

// The other nodes: who is there, who is gone, and the view of the cluster that follows.
namespace salon {

gateway_state::neighbour* gateway_state::by_life(const client_id& life) {
  auto i = nodes_.find(life);
  return i == nodes_.end() ? nullptr : &i->second;
}

gateway_state::neighbour* gateway_state::by_name(const std::string& called) {
  auto i = std::find_if(nodes_.begin(), nodes_.end(), [&](const auto& x) {
    return x.second.info.name == called && x.second.is != standing::down;
  });
  return i == nodes_.end() ? nullptr : &i->second;
}

gateway_state::neighbour* gateway_state::by_way(way_id way) {
  auto i = std::find_if(nodes_.begin(), nodes_.end(), [&](const auto& x) {
    return x.second.is == standing::up && x.second.way == way;
  });
  return i == nodes_.end() ? nullptr : &i->second;
}

void gateway_state::on_report(neighbour& who, node_report report) {
  who.heard = now();
  auto is_news = who.report.up != report.up || who.report.leaving != report.leaving;
  who.report = std::move(report);
  if (is_news)
    look_at_view();
}

void gateway_state::on_down(neighbour& who, const std::string& why) {
  if (who.is == standing::down)
    return;
  auto way = who.is == standing::up ? who.way : 0;
  who.is = standing::down;
  who.way = 0;
  if (who.report.leaving)
    log::info("node left", {{"node", who.info.name}});
  else
    log::warn("node down", {{"node", who.info.name}, {"reason", why}});
  remember_lost(who);
  if (way != 0)
    drop_way(way);
  std::vector<place> over;
  for (const auto& [where, each] : incoming_)
    if (each.life == who.info.life)
      over.push_back(where);
  for (const auto& each : over)
    end_incoming(each);
  std::erase_if(hints_, [&](const auto& x) { return x.second == who.info.name; });
  for (auto& [number, each] : censuses_)
    each.missing.erase(who.info.life);
  look_at_view();
  report_to_all();
  settle_censuses();
}

// Who has said that it leaves is not missed.
void gateway_state::remember_lost(const neighbour& who) {
  if (!who.report.leaving)
    lost_[who.info.name] = {who.info.address, who.heard};
  if (lost_.size() > around_.options.lost_nodes_max)
    lost_.erase(std::min_element(lost_.begin(), lost_.end(), [](const auto& x, const auto& y) {
      return x.second.heard < y.second.heard;
    }));
  around_.counts.nodes_lost.value(static_cast<std::int64_t>(lost_.size()));
}

void gateway_state::report_to_all() {
  next_report_ = now() + around_.options.links.heartbeat_interval;
  auto mine = own_report();
  for (const auto& [way, each] : peers_)
    if (each.is_open)
      post(way, {0, 0, true, link_event::between_nodes{mine}});
}

node_report gateway_state::own_report() const {
  node_report mine;
  mine.known.push_back(around_.self);
  for (const auto& [life, each] : nodes_) {
    mine.known.push_back(each.info);
    // A suspect counts until it is down: its rooms do not move for a link that comes back.
    if (each.is != standing::down)
      mine.up.push_back(life);
  }
  mine.leaving = leaving_;
  mine.rooms = static_cast<std::uint32_t>(around_.counts.rooms.value());
  mine.connections = static_cast<std::uint32_t>(own_connections());
  return mine;
}

// Those who sit on this node: clients, or an attached process's own actors.
std::int64_t gateway_state::own_connections() const {
  const auto& counts = around_.counts;
  return around_.self.hosts_rooms ? counts.connections.value() : counts.member_actors.value();
}

void gateway_state::look_at_view() {
  std::vector<reporting_node> reports{{around_.self, own_report()}};
  for (const auto& [life, each] : nodes_)
    if (each.is != standing::down)
      reports.push_back({each.info, each.report});
  auto view = view_of(around_.self.life, reports);
  if (view == view_)
    return;
  auto before = std::exchange(view_, std::move(view));
  note_newcomers(before);
  log::info("cluster view", {{"nodes", view_.members().size()}});
  around_.counts.nodes.value(static_cast<std::int64_t>(view_.members().size()));
  if (around_.on_view)
    around_.on_view(view_);
}

// The node that should be the home of a room; empty: there is none.
std::string gateway_state::candidate_for(const room_id& room) const {
  auto hosts = view_.hosts();
  return hosts.empty() ? std::string{} : home_of(room, hosts);
}

} // namespace salon

#include "actors/caf_carrier_state.hpp"
#include "base/shard.hpp"
#include "messages/ids.hpp"

#include <caf/io/basp_broker.hpp>
#include <caf/io/middleman.hpp>
#include <caf/openssl/middleman_actor.hpp>

#include <functional>
#include <set>
#include <utility>

namespace salon {

namespace {

constexpr auto loopback = "127.0.0.1";

} // namespace

void caf_carrier_state::dial(const std::string& address) {
  auto [at, is_new] = searches_.try_emplace(address);
  if (!is_new)
    return;
  auto& made = at->second;
  made.deadline.action([this, address] { give_up(address, searches_.at(address).last_failure); });
  home_.wheel().arm(made.deadline, options_.dial_timeout);
  gate_.dial(address);
}

void caf_carrier_state::on_reached(const std::string& address, cluster_gate::port at) {
  auto found = searches_.find(address);
  if (found == searches_.end())
    return gate_.cut(at);
  found->second.at = at;
  // CAF would lose a descriptor over it.
  if (auto why = network_.objection())
    return give_up(address, *why);
  connect(address, found->second);
}

void caf_carrier_state::on_unreachable(const std::string& address, const std::string& why) {
  if (searches_.contains(address))
    give_up(address, why);
}

void caf_carrier_state::connect(const std::string& address, search& what) {
  auto& middleman = home_.actors().middleman();
  // One for each try: it remembers whom it has connected, and does not survive every failure.
  auto helper = caf::openssl::make_middleman_actor(
    home_.actors(), middleman.named_broker<caf::io::basp_broker>("BASP"));
  what.helper = caf::actor_cast<caf::actor>(helper);
  ask(
    self_, what.helper, options_.dial_timeout,
    caf::make_message(caf::connect_atom_v, std::string{loopback}, what.at),
    [this, address, at = what.at](const caf::node_id&, const caf::strong_actor_ptr& peer,
                                  const std::set<std::string>&) {
      on_connected(address, at, peer);
    },
    [this, address, at = what.at](const caf::error&) { on_not_connected(address, at); });
}

void caf_carrier_state::on_connected(const std::string& address, cluster_gate::port at,
                                     caf::strong_actor_ptr peer) {
  auto* found = search_at(address, at);
  if (!found)
    return;
  kill(std::exchange(found->helper, nullptr));
  if (!peer)
    return give_up(address, "it is no node of a Salon cluster");
  if (peer.get() == self_->ctrl())
    return found_again(address, 0);
  if (auto known = way_of(peer.get()); known != 0) {
    // Perhaps it has knocked where we dialled it: what it came by is not to be cut.
    found->at = 0;
    return found_again(address, known);
  }
  found->leads_to = add(caf::actor_cast<carrier_actor>(peer), address);
  locate(found->leads_to,
         [this, address, which = found->leads_to](way&) { knock(address, which); });
}

// Why, the gate can see, and says so when the connection ends: now, unless it has.
void caf_carrier_state::on_not_connected(const std::string& address, cluster_gate::port at) {
  auto* found = search_at(address, at);
  if (!found)
    return;
  kill(std::exchange(found->helper, nullptr));
  if (!gate_.knows(at))
    try_again(address, found->last_failure);
}

void caf_carrier_state::knock(const std::string& address, way_id which) {
  auto& waits = searches_.at(address);
  tell(self_, ways_.at(which).peer,
       link_frame{caf::to_string(home_.actors().node()), link_frame::purpose::knock});
  waits.next_step.action([this, address] { try_again(address, "it does not answer"); });
  home_.wheel().arm(waits.next_step, options_.knock_timeout);
}

// By value: what they come with may be part of what goes away.
void caf_carrier_state::try_again(std::string address, std::string why) {
  auto& what = searches_.at(address);
  leave(what);
  what.last_failure = std::move(why);
  what.next_step.action([this, address = std::move(address)] { gate_.dial(address); });
  // By lot: two that dialled each other should not do so again at the same time.
  auto lot = static_cast<int>(std::hash<client_id>{}(client_id::random()) % 4);
  home_.wheel().arm(what.next_step, options_.retry_interval * (1 + lot));
}

void caf_carrier_state::give_up(const std::string& address, const std::string& why) {
  leave(searches_.at(address));
  // Both arguments may be part of it: it goes when all is said.
  auto gone = searches_.extract(address);
  if (user_)
    user_->on_no_way(address, why);
}

void caf_carrier_state::found_again(const std::string& address, way_id which) {
  leave(searches_.at(address));
  auto gone = searches_.extract(address);
  if (user_)
    user_->on_known(gone.key(), which);
}

// Leaves nothing of a try behind.
void caf_carrier_state::leave(search& what) {
  what.next_step.disarm();
  if (what.helper)
    kill(std::exchange(what.helper, nullptr));
  if (auto which = std::exchange(what.leads_to, 0); which != 0)
    close(which);
  if (auto at = std::exchange(what.at, 0); at != 0)
    gate_.cut(at);
}

caf_carrier_state::search* caf_carrier_state::search_at(const std::string& address,
                                                        cluster_gate::port at) {
  auto found = searches_.find(address);
  return found != searches_.end() && found->second.at == at ? &found->second : nullptr;
}

} // namespace salon

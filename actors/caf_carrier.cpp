#include "actors/caf_carrier_state.hpp"
#include "base/shard.hpp"

#include <caf/io/middleman.hpp>
#include <caf/openssl/publish.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace salon {

namespace {

using purpose = link_frame::purpose;

constexpr auto loopback = "127.0.0.1";

// How long CAF has to say which of its connections leads to a node: it knows.
constexpr std::chrono::seconds lookup_timeout{2};

} // namespace

caf_carrier_state::caf_carrier_state(carrier_actor::pointer self, shard& home, caf_network& network,
                                     cluster_gate& gate, const carrier_options& options)
  : self_(self),
    home_(home),
    network_(network),
    gate_(gate),
    options_(options),
    watch_([this] { watch_connections(); }),
    here_(std::make_shared<caf_carrier_state*>(this)) {
  gate_.serve(this);
  home_.wheel().arm(watch_, options_.watch_interval);
}

caf_carrier_state::~caf_carrier_state() {
  *here_ = nullptr;
  gate_.serve(nullptr);
  while (!searches_.empty()) {
    leave(searches_.begin()->second);
    searches_.erase(searches_.begin());
  }
  while (!ways_.empty())
    close(ways_.begin()->first);
}

carrier_actor::behavior_type caf_carrier_state::make_behavior() {
  return {
    [this](link_frame& what) { on_link_frame(what); },
  };
}

// -- for the gateway ----------------------------------------------------------

void caf_carrier_state::serve(link_carrier::user* whom) {
  user_ = whom;
}

void caf_carrier_state::send(way_id which, std::string frame) {
  auto found = ways_.find(which);
  // The link never makes a larger one: it would break at the gap.
  if (found != ways_.end() && frame.size() <= options_.frame_bytes_max)
    tell(self_, found->second.peer, link_frame{std::move(frame), purpose::data});
}

void caf_carrier_state::admit(way_id which) {
  if (auto found = ways_.find(which); found != ways_.end())
    gate_.admit(found->second.at);
}

void caf_carrier_state::close(way_id which) {
  if (ways_.contains(which))
    gate_.cut(forget(which).at);
}

// -- what others say ----------------------------------------------------------

void caf_carrier_state::on_link_frame(link_frame& what) {
  auto from = self_->current_sender();
  // CAF knows no sender behind a second connection of a node.
  if (!from) {
    if (what.what == purpose::knock)
      on_lost_knock(what.bytes);
    return;
  }
  auto which = way_of(from.get());
  if (what.what == purpose::knock)
    return on_knock(caf::actor_cast<carrier_actor>(from));
  if (which == 0)
    return;
  if (what.what == purpose::welcome)
    return on_welcome(which);
  if (user_ && ways_.at(which).is_open)
    user_->on_frame(which, std::move(what.bytes));
}

void caf_carrier_state::on_knock(const carrier_actor& from) {
  auto which = way_of(id_of(from));
  if (which == 0) {
    which = add(from, {});
    locate(which, [this, which](way& found) {
      tell(self_, found.peer, link_frame{{}, purpose::welcome});
      open(which);
    });
    return;
  }
  const auto& found = ways_.at(which);
  if (found.is_open)
    return lose(which, "the other side has dialled anew");
  // Both dialled and found the same connection. A way that is not located yet opens when it is.
  if (found.at != 0) {
    tell(self_, found.peer, link_frame{{}, purpose::welcome});
    open(which);
  }
}

// A node knocks by a connection that CAF takes for a repetition of another one: it would hear it on
// this one, but answer on the other. Either the node has lost that one and we have not noticed, or
// it and we have dialled each other at the same time, and each holds on to its own. With both gone
// the next try succeeds, if only one of us tries.
void caf_carrier_state::on_lost_knock(const std::string& node) {
  gate_.cut_strangers();
  auto found = std::find_if(ways_.begin(), ways_.end(), [&](const auto& each) {
    return caf::to_string(id_of(each.second.peer)->node()) == node;
  });
  if (found == ways_.end())
    return;
  auto dialled = found->second.dialled;
  lose(found->first, "the other side has dialled anew");
  auto waits = searches_.find(dialled);
  if (waits != searches_.end() && caf::to_string(home_.actors().node()) > node)
    home_.wheel().arm(waits->second.next_step, options_.retry_interval * 16);
}

void caf_carrier_state::on_welcome(way_id which) {
  const auto& found = ways_.at(which);
  if (!found.is_open && !found.dialled.empty() && found.at != 0)
    open(which);
}

// -- ways ---------------------------------------------------------------------

way_id caf_carrier_state::add(const carrier_actor& peer, std::string dialled) {
  auto which = ++last_way_;
  auto watch = salon::watch(
    self_, peer, [this, which](const caf::error&) { lose(which, "the connection is lost"); });
  by_peer_.emplace(id_of(peer), which);
  ways_.emplace(which, way{peer, std::move(watch), 0, false, std::move(dialled)});
  return which;
}

// Finds out which of CAF's connections a way is, so that it can be admitted and cut.
void caf_carrier_state::locate(way_id which, const std::function<void(way&)>& then) {
  auto node = id_of(ways_.at(which).peer)->node();
  ask(
    self_, caf::actor_cast<caf::actor>(home_.actors().middleman().actor_handle()), lookup_timeout,
    caf::make_message(caf::get_atom_v, std::move(node)),
    [this, which, then](const caf::node_id&, const std::string&, cluster_gate::port at) {
      auto found = ways_.find(which);
      if (found == ways_.end())
        return;
      if (!gate_.knows(at))
        return lose(which, "the connection is lost");
      found->second.at = at;
      then(found->second);
    },
    [this, which](const caf::error&) {
      if (ways_.contains(which))
        lose(which, "the connection is lost");
    });
}

void caf_carrier_state::open(way_id which) {
  auto& found = ways_.at(which);
  found.is_open = true;
  auto dialled = found.dialled;
  searches_.erase(dialled);
  if (user_)
    user_->on_way(which, dialled);
}

void caf_carrier_state::lose(way_id which, const std::string& why) {
  auto gone = forget(which);
  gate_.cut(gone.at);
  if (gone.is_open) {
    if (user_)
      user_->on_closed(which, why);
  } else if (auto found = searches_.find(gone.dialled); found != searches_.end()) {
    found->second.leads_to = 0;
    try_again(gone.dialled, why);
  }
}

caf_carrier_state::way caf_carrier_state::forget(way_id which) {
  auto gone = ways_.extract(which);
  auto& found = gone.mapped();
  found.watch.end();
  by_peer_.erase(id_of(found.peer));
  return std::move(found);
}

way_id caf_carrier_state::way_of(peer_id whom) const {
  auto found = by_peer_.find(whom);
  return found == by_peer_.end() ? 0 : found->second;
}

void caf_carrier_state::on_ended(cluster_gate::port at, cluster_gate::ending how,
                                 const std::string& why) {
  auto leads = std::find_if(ways_.begin(), ways_.end(),
                            [at](const auto& each) { return each.second.at == at; });
  if (leads != ways_.end())
    return lose(leads->first, why);
  auto found = std::find_if(searches_.begin(), searches_.end(),
                            [at](const auto& each) { return each.second.at == at; });
  if (found == searches_.end())
    return;
  if (how == cluster_gate::ending::not_tls || how == cluster_gate::ending::not_of_cluster)
    return give_up(found->first, why);
  found->second.last_failure = why;
  // CAF may have found another connection to the same node meanwhile: it says so, if it has not.
  if (!found->second.helper && found->second.leads_to == 0)
    try_again(found->first, why);
}

// Without its files CAF would lose memory over each.
std::optional<std::string> caf_carrier_state::objection() const {
  return network_.objection();
}

// -- CAF's own port -----------------------------------------------------------

void caf_carrier_state::watch_connections() {
  network_.list([here = here_, &home = home_](std::vector<caf_network::connection> all) {
    home.post([here, all = std::move(all)] {
      if (*here)
        (*here)->on_connections(all);
    });
  });
}

// Whoever is not known by now did not come by the gate: it knows its own before CAF does.
void caf_carrier_state::on_connections(const std::vector<caf_network::connection>& all) {
  std::vector<caf_network::connection> strangers;
  std::copy_if(all.begin(), all.end(), std::back_inserter(strangers),
               [this](const auto& each) { return !gate_.knows(each.peer); });
  if (!strangers.empty())
    network_.cut(std::move(strangers));
  home_.wheel().arm(watch_, options_.watch_interval);
}

started_carrier start_caf_carrier(shard& home, caf_network& network, cluster_gate& gate,
                                  const carrier_options& options) {
  auto made = spawn_on<caf_carrier_state, carrier_actor>(home, home, network, gate, options);
  auto port = caf::openssl::publish(made.handle, 0, loopback);
  if (!port) {
    dismiss(made.handle);
    return {{},
            nullptr,
            0,
            "CAF cannot listen on 127.0.0.1 for this node's cluster port: "
              + caf::to_string(port.error())};
  }
  gate.open(*port);
  return {made.handle, made.state, *port, std::nullopt};
}

} // namespace salon

#include "actors/caf_carrier.hpp"

#include "actors/caf_carrier_network.hpp"
#include "actors/cluster_gate.hpp"
#include "base/shard.hpp"
#include "messages/ids.hpp"

#include <caf/deep_to_string.hpp>
#include <caf/io/basp_broker.hpp>
#include <caf/io/middleman.hpp>
#include <caf/openssl/middleman_actor.hpp>
#include <caf/openssl/publish.hpp>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

namespace salon {

namespace {

using purpose = link_frame::purpose;

constexpr auto loopback = "127.0.0.1";

/// How long CAF has to say which of its connections leads to a node: it knows.
constexpr std::chrono::seconds lookup_timeout{2};

class caf_carrier_state : public link_carrier, public cluster_gate::user {
public:
  static inline const char* name = "salon.carrier";

  caf_carrier_state(carrier_actor::pointer self, shard& home, caf_network& network,
                    cluster_gate& gate, const carrier_options& options);

  caf_carrier_state(const caf_carrier_state&) = delete;
  caf_carrier_state& operator=(const caf_carrier_state&) = delete;

  virtual ~caf_carrier_state();

  carrier_actor::behavior_type make_behavior();

  // -- for the gateway --------------------------------------------------------

  void serve(link_carrier::user* whom) override;
  void dial(const std::string& address) override;
  void send(way_id which, std::string frame) override;
  void admit(way_id which) override;
  void close(way_id which) override;

  // -- for the gate -----------------------------------------------------------

  void on_reached(const std::string& address, cluster_gate::port at) override;
  void on_unreachable(const std::string& address, const std::string& why) override;
  void on_ended(cluster_gate::port at, cluster_gate::ending how, const std::string& why) override;

private:
  /// Another node's carrier. CAF makes a new one for each connection, so the same node is another
  /// peer when it comes back.
  using peer_id = const caf::actor_control_block*;

  static peer_id id_of(const carrier_actor& peer) {
    return caf::actor_cast<caf::strong_actor_ptr>(peer).get();
  }

  struct way {
    carrier_actor peer;
    watching watch;
    cluster_gate::port at = 0; ///< 0 until CAF has said it.
    bool is_open = false;
    std::string dialled; ///< Where it was dialled; empty if the peer came.
  };

  /// A node that is being dialled, from one try to the next.
  struct search {
    timer deadline;
    timer next_step;           ///< The next try, or the end of waiting for an answer.
    cluster_gate::port at = 0; ///< 0 until it is reached.
    way_id leads_to = 0;       ///< 0 until CAF is connected.
    caf::actor helper;
    std::string last_failure = "it does not answer";
  };

  void on_link_frame(link_frame& what);
  void on_knock(const carrier_actor& from);
  void on_lost_knock(const std::string& node);
  void on_welcome(way_id which);

  void connect(const std::string& address, search& what);
  void on_connected(const std::string& address, cluster_gate::port at, caf::strong_actor_ptr peer);
  void on_not_connected(const std::string& address, cluster_gate::port at);
  void knock(const std::string& address, way_id which);
  void try_again(std::string address, std::string why);
  void give_up(std::string address, std::string why);
  void leave(search& what);

  way_id add(const carrier_actor& peer, std::string dialled);
  void locate(way_id which, const std::function<void(way&)>& then);
  void open(way_id which);
  void lose(way_id which, const std::string& why);
  way forget(way_id which);

  search* search_at(const std::string& address, cluster_gate::port at);
  way_id way_of(peer_id whom) const;

  void watch_connections();
  void on_connections(const std::vector<caf_network::connection>& all);

  carrier_actor::pointer self_;
  shard& home_;
  caf_network& network_;
  cluster_gate& gate_;
  carrier_options options_;
  link_carrier::user* user_ = nullptr;
  std::map<way_id, way> ways_;
  std::map<peer_id, way_id> by_peer_;
  way_id last_way_ = 0;
  std::map<std::string, search> searches_; ///< By what was dialled.
  timer watch_;
  std::shared_ptr<caf_carrier_state*> here_; ///< What CAF's thread finds it by; null once gone.
};

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

void caf_carrier_state::dial(const std::string& address) {
  auto [at, is_new] = searches_.try_emplace(address);
  if (!is_new)
    return;
  auto& made = at->second;
  made.deadline.action([this, address] { give_up(address, searches_.at(address).last_failure); });
  home_.wheel().arm(made.deadline, options_.dial_timeout);
  gate_.dial(address);
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

// -- dialling -----------------------------------------------------------------

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
    return give_up(address, "this is the node itself");
  if (way_of(peer.get()) != 0) {
    // Perhaps it has knocked where we dialled it: what it came by is not to be cut.
    found->at = 0;
    return give_up(address, "there is a way to it already");
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
       link_frame{caf::to_string(home_.actors().node()), purpose::knock});
  waits.next_step.action([this, address] { try_again(address, "it does not answer"); });
  home_.wheel().arm(waits.next_step, options_.knock_timeout);
}

// By value, here and below: what they come with may be part of what goes away.
void caf_carrier_state::try_again(std::string address, std::string why) {
  auto& what = searches_.at(address);
  leave(what);
  what.last_failure = std::move(why);
  what.next_step.action([this, address = std::move(address)] { gate_.dial(address); });
  // By lot: two that dialled each other should not do so again at the same time.
  auto lot = static_cast<int>(std::hash<client_id>{}(client_id::random()) % 4);
  home_.wheel().arm(what.next_step, options_.retry_interval * (1 + lot));
}

void caf_carrier_state::give_up(std::string address, std::string why) {
  auto found = searches_.find(address);
  leave(found->second);
  searches_.erase(found);
  if (user_)
    user_->on_no_way(address, why);
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

} // namespace

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

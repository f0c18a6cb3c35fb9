#pragma once

#include "actors/caf_carrier.hpp"
#include "actors/caf_carrier_network.hpp"
#include "actors/cluster_gate.hpp"
#include "base/clock.hpp"

#include <caf/actor.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace salon {

/// The carrier behind start_caf_carrier: ways are in actors/caf_carrier.cpp, how they are found in
/// actors/caf_carrier_dialling.cpp.
class caf_carrier_state : public link_carrier, public cluster_gate::user {
public:
  static inline const char* name = "salon.carrier";

  caf_carrier_state(carrier_actor::pointer self, shard& home, caf_network& network,
                    cluster_gate& gate, const carrier_options& options);

  caf_carrier_state(const caf_carrier_state&) = delete;
  caf_carrier_state& operator=(const caf_carrier_state&) = delete;

  ~caf_carrier_state() override;

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
  std::optional<std::string> objection() const override;

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
  void give_up(const std::string& address, const std::string& why);
  void found_again(const std::string& address, way_id which);
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

} // namespace salon

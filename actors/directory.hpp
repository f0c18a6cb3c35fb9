#pragma once

#include "actors/metrics.hpp"
#include "actors/node_options.hpp"
#include "actors/relay.hpp"
#include "actors/room.hpp"
#include "actors/room_options.hpp"
#include "base/shard.hpp"
#include "messages/contracts.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace salon {

/// How a node takes part in a cluster.
struct cluster_place {
  gateway_actor gateway; ///< Null: there is no cluster.
  client_id node;        ///< The life of this node.
  relay_options relays;
  std::chrono::milliseconds gather_timeout = std::chrono::seconds{5};
};

/// What the directory starts rooms with.
struct directory_surroundings {
  std::vector<shard*> shards; ///< A room lives on the one its name hashes to.
  std::shared_ptr<const namespaces> rooms;
  metrics& counts;
  connection_options limits;
  directory_options options;
  room_storage storage = {};
  cluster_place cluster = {};
};

/// Finds rooms by name and starts them when they are first asked for: in a cluster their relays,
/// and the rooms themselves where they are at home. What would end asks first: it is handed out no
/// more until it has ended or chosen to stay, so nobody is sent to a room that is going.
class directory_state {
public:
  static inline const char* name = "salon.directory";

  directory_state(homes_actor::pointer self, directory_surroundings around);

  /// Ends all rooms.
  ~directory_state();

  homes_actor::behavior_type make_behavior();

private:
  template <class Handle>
  struct entry {
    Handle actor;
    bool closing = false;
    std::vector<std::function<void(const Handle&)>> held; ///< Who asked while it was closing.
  };

  template <class Handle>
  using table = std::map<room_id, entry<Handle>>;

  template <class Found, class Handle>
  caf::result<Found> find_in(table<Handle>& where, const room_id& id, const open_home& how = {});
  template <class Handle>
  errc start(table<Handle>& where, const room_id& id, const open_home& how = {});
  home_actor spawn(const table<home_actor>& where, const room_id& id, const room_options& options,
                   const open_home& how);
  relay_actor spawn(const table<relay_actor>& where, const room_id& id, const room_options& options,
                    const open_home& how);
  template <class Handle>
  void on_down(table<Handle>& where, const room_id& id, const caf::actor_addr& gone);
  template <class Handle>
  void on_idle(table<Handle>& where, const room_id& id);
  template <class Handle>
  void on_stays(table<Handle>& where, const room_id& id);

  caf::result<room_page> on_list(const list_rooms& x) const;
  shard& home_of(const room_id& id) const;

  homes_actor::pointer self_;
  directory_surroundings around_;
  table<home_actor> rooms_;
  table<relay_actor> relays_;
};

/// Starts the node's directory on `home`.
homes_actor spawn_directory(shard& home, directory_surroundings around);

} // namespace salon

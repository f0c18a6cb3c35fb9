#pragma once

#include "actors/metrics.hpp"
#include "actors/node_options.hpp"
#include "actors/room.hpp"
#include "actors/room_options.hpp"
#include "base/shard.hpp"
#include "messages/contracts.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace salon {

/// What the directory starts rooms with.
struct directory_surroundings {
  std::vector<shard*> shards; ///< A room lives on the one its name hashes to.
  std::shared_ptr<const namespaces> rooms;
  metrics& counts;
  connection_options limits;
  directory_options options;
  room_storage storage = {};
};

/// Finds rooms by name and starts them when they are first asked for. A room that would end asks
/// first: it is handed out no more until it has ended or chosen to stay, so nobody is sent to a
/// room that is going.
class directory_state {
public:
  static inline const char* name = "salon.directory";

  directory_state(directory_actor::pointer self, directory_surroundings around);

  /// Ends all rooms.
  ~directory_state();

  directory_actor::behavior_type make_behavior();

private:
  using promise = caf::typed_response_promise<room_found>;

  struct entry {
    room_actor room;
    bool closing = false;
    std::vector<promise> held; ///< Who asked while the room was closing.
  };

  caf::result<room_found> on_find(const find_room& x);
  caf::result<room_page> on_list(const list_rooms& x) const;
  void on_idle(const room_idle& x);
  void on_stays(const room_stays& x);
  void on_down(const room_id& id, const caf::actor_addr& gone);

  caf::result<room_found> start(const room_id& id, entry& where);

  directory_actor::pointer self_;
  directory_surroundings around_;
  std::map<room_id, entry> rooms_;
};

/// Starts the node's directory on `home`.
directory_actor spawn_directory(shard& home, directory_surroundings around);

} // namespace salon

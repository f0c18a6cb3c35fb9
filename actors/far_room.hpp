#pragma once

#include "actors/link_carrier.hpp"
#include "base/shard.hpp"
#include "messages/contracts.hpp"
#include "messages/link_messages.hpp"

#include <cstddef>
#include <cstdint>

namespace salon {

/// What a stand-in puts its words on a link by: the gateway, which lives on the same shard.
class link_post {
public:
  virtual void post(way_id way, link_event what) = 0;

  /// What waits on it, or is not acknowledged; 0 when it is gone.
  virtual std::size_t queued_bytes(way_id way) const = 0;

  /// The room has seated those of a relay: earlier places of its node are over.
  virtual void on_seated(way_id way, std::uint64_t attachment) = 0;

protected:
  ~link_post() = default;
};

/// Stands for a room whose home is another node: says there what the relay of this node says, and
/// to the relay, when the gateway has it, what comes back. Ends when the home or the way to it is
/// gone.
class far_room_state {
public:
  static inline const char* name = "salon.far_room";

  far_room_state(home_actor::pointer self, link_post& gateway, way_id way,
                 std::uint64_t attachment);

  home_actor::behavior_type make_behavior();

  /// What the home says, on its way to the relay, as if the home were here and said it.
  template <class Fact>
  void pass_on(const relay_audience_actor& relay, Fact fact) {
    tell(self_, relay, std::move(fact));
  }

private:
  template <class What>
  void say(What what);
  void say_resume(const resume_order& order);

  home_actor::pointer self_;
  link_post& gateway_;
  way_id way_;
  std::uint64_t attachment_;
};

/// Starts one on the gateway's shard.
spawned<far_room_state, home_actor> spawn_far_room(shard& home, link_post& gateway, way_id way,
                                                   std::uint64_t attachment);

} // namespace salon

#pragma once

#include "actors/far_room.hpp"

#include <cstddef>

namespace salon {

/// Stands, at the home of a room, for the relay of another node: says there what the room says. The
/// room never waits for it: what is on its way is bounded by the link, and a relay that falls
/// behind further than `behind_max` loses its place, comes again and reads on by offset.
class far_relay_state {
public:
  static inline const char* name = "salon.far_relay";

  far_relay_state(relay_audience_actor::pointer self, link_post& gateway, home_actor room,
                  way_id way, std::uint64_t attachment);

  relay_audience_actor::behavior_type make_behavior();

  /// The relay has passed on that many more.
  void passed_on(std::size_t count);

  /// The way is gone: nothing is said any more, until the node comes by another or is down.
  void go_silent() {
    is_silent_ = true;
  }

private:
  template <class What>
  void say(What what, bool is_last = true);
  void say_answer(const answered& x);
  template <class Event>
  void say_event(const Event& x);

  relay_audience_actor::pointer self_;
  link_post& gateway_;
  home_actor room_;
  way_id way_;
  std::uint64_t attachment_;
  std::size_t behind_ = 0;
  std::size_t unreceipted_ = 0;
  bool is_silent_ = false;
};

/// Starts one on the gateway's shard.
spawned<far_relay_state, relay_audience_actor> spawn_far_relay(shard& home, link_post& gateway,
                                                               const home_actor& room, way_id way,
                                                               std::uint64_t attachment);

} // namespace salon

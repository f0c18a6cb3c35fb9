#include "actors/far_room.hpp"

#include "actors/far_parts.hpp"

#include <utility>

namespace salon {

far_room_state::far_room_state(home_actor::pointer self, link_post& gateway, way_id way,
                               std::uint64_t attachment)
  : self_(self),
    gateway_(gateway),
    way_(way),
    attachment_(attachment) {
  // nop
}

home_actor::behavior_type far_room_state::make_behavior() {
  return {
    [this](const publish& x) {
      gateway_.post(way_, {attachment_, x.number, true, link_event::to_home{x.order}});
    },
    [this](const subscribe& x) { say(x.order); },
    [this](const unsubscribe& x) { say(x); },
    [this](const presence_request& x) { say(x.order); },
    [this](const history_request& x) { say(x.order); },
    [this](const stretch_request& x) { say(x.order); },
    [this](const delivery_receipt& x) { say(x.order); },
    // Said to homes only, each on its own node.
    [](describe_room) { return room_summary{}; },
    [](room_may_close) {},
    [](give_room) { return room_given{}; },
    [](keep_room) {},
    [this](const resume& x) { say_resume(x.order); },
  };
}

template <class What>
void far_room_state::say(What what) {
  gateway_.post(way_, {attachment_, 0, true, link_event::to_home{std::move(what)}});
}

void far_room_state::say_resume(const resume_order& order) {
  in_parts(order.members, size_of_member, [&](std::vector<seated> members, bool is_last) {
    gateway_.post(
      way_, {attachment_, 0, is_last,
             link_event::to_home{resume_order{order.number, order.since, std::move(members)}}});
  });
}

spawned<far_room_state, home_actor> spawn_far_room(shard& home, link_post& gateway, way_id way,
                                                   std::uint64_t attachment) {
  return spawn_on<far_room_state, home_actor>(home, gateway, way, attachment);
}

} // namespace salon

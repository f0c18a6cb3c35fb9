#pragma once

#include "messages/contracts.hpp"

#include <chrono>
#include <string>
#include <utility>

/// How actors that are members get into a room and speak there.
namespace salon {

/// Puts an actor into a room, where others see it by `name`. The answer comes once it is in.
struct enter_room {
  member_actor who;
  room_id room;
  std::string name;
};

/// Publishes as an actor that is in the room. The answer says where it landed.
struct speak {
  member_actor who;
  room_id room;
  std::string data;             ///< UTF-8: a line, or JSON text.
  content type = content::text; ///< A line is `{"text": ...}` to SDK clients.
};

/// Takes an actor out of a room. One that ends leaves all its rooms by itself.
struct leave_room {
  member_actor who;
  room_id room;
};

/// The way into rooms for actors: the members' desk of a node.
using desk_actor = contract<caf::result<void>(enter_room), caf::result<stream_position>(speak),
                            caf::result<void>(leave_room)>;

/// Publishes a line as the member actor `self`. Nobody learns whether the room took it: to know,
/// ask the desk to speak.
template <class Self>
void say(Self* self, const desk_actor& desk, const room_id& room, std::string line) {
  ask(
    self, desk, std::chrono::seconds{5}, speak{self, room, std::move(line)},
    [](const stream_position&) {}, [](const caf::error&) {});
}

} // namespace salon

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::enter_room)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::speak)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::leave_room)

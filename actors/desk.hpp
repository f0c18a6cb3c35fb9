#pragma once

#include "actors/shard_locals.hpp"
#include "messages/desk_messages.hpp"

#include <cstdint>
#include <map>
#include <unordered_map>
#include <utility>

namespace salon {

/// Seats actors in rooms, as connections seat people: one for each actor, with the fanout of the
/// desk's shard. Those it has seated end with it.
class desk_state : public subscriber {
public:
  static inline const char* name = "salon.desk";

  desk_state(desk_actor::pointer self, shard_locals& here);

  ~desk_state() override;

  desk_actor::behavior_type make_behavior();

  void on_subscribed(subscription& to, const subscribed& answer) override;
  void on_answered(std::uint64_t command, const answered& answer) override;
  void on_unsubscribed(subscription& from, unsubscribe_code why) override;

private:
  using entered = caf::typed_response_promise<void>;
  using spoken = caf::typed_response_promise<stream_position>;

  caf::result<void> on_enter(const enter_room& x);
  caf::result<stream_position> on_speak(const speak& x);
  void on_leave(const leave_room& x);

  member_ptr seat_of(const enter_room& x);
  subscription* find(const member_actor& who, const room_id& room) const;

  desk_actor::pointer self_;
  shard_locals& here_;
  std::map<caf::actor_addr, member_ptr> seats_;
  std::map<std::pair<const member*, room_id>, entered> entering_;
  std::unordered_map<std::uint64_t, spoken> speaking_;
  std::uint64_t numbers_ = 0;
};

/// Starts the members' desk on the shard of `here`.
desk_actor spawn_desk(shard_locals& here);

} // namespace salon

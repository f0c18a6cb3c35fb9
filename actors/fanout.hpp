#pragma once

#include "actors/member.hpp"
#include "actors/metrics.hpp"
#include "actors/node_options.hpp"
#include "actors/room_link.hpp"
#include "base/shard.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

namespace salon {

struct fanout_surroundings {
  shard& home;
  directory_actor directory;
  metrics& counts;
  fanout_options options;
  timer_wheel::duration answer_timeout = std::chrono::seconds{5};
  std::size_t outbox_bytes_max = 1'048'576; ///< Those who lag fill half of it.
};

/// How a publish goes on its way.
enum class sending : std::uint8_t {
  sent,
  waits,   ///< Behind others: whoever sent it sends no more until it is answered.
  refused, ///< Too many are unanswered: error 111. Nothing will be answered.
};

/// The agent of all rooms on one shard. Everything between a member and a room goes through it, in
/// order: it is the room's audience here, delivers to the members' outboxes, and reports those
/// whose connection has ended. The public functions are for the shard's own thread.
class fanout_state {
public:
  static inline const char* name = "salon.fanout";

  fanout_state(audience_actor::pointer self, fanout_surroundings around);

  ~fanout_state();

  audience_actor::behavior_type make_behavior();

  /// Watches `actor` on behalf of `who`: when it ends, every room `who` is in hears of it.
  template <class Handle>
  void attend(const Handle& actor, const member_ptr& who) {
    watch(self_, actor, [this, who](const caf::error&) { depart(*who); });
  }

  /// Takes `who` out of all deliveries at once; its rooms hear of it when its actor has ended.
  void detach(member& who);

  /// What a member asks for when it enters a room.
  struct entry_request {
    bool join_leave = false;
    bool positioned = false; ///< It may lag behind and read on from the log.
    bool recover = false;
    stream_position since;
    bool recovered_or_not = false;
  };

  /// Enters `who` into `room`. The answer comes by subscriber::on_subscribed.
  subscription& subscribe_to(const room_id& room, member& who, entry_request request);

  /// Leaves the room, at once and for good; `which` is destroyed.
  void unsubscribe_from(subscription& which);

  /// Publishes in `room`. The answer comes by subscriber::on_answered, except when refused.
  sending publish_in(const room_id& room, const member_ptr& from, std::uint64_t command,
                     publish_order_ptr order) {
    return publish_in(link_to(room), from, command, std::move(order));
  }

  /// The same for who has a place in the room, without looking it up.
  sending publish_in(const subscription& place, const member_ptr& from, std::uint64_t command,
                     publish_order_ptr order) {
    return publish_in(place.room, from, command, std::move(order));
  }

  void read_presence_of(const room_id& room, const member_ptr& from, std::uint64_t command,
                        bool counts_only);

  void read_history_of(const room_id& room, const member_ptr& from, std::uint64_t command,
                       read_history what);

  /// Makes room in the member's outbox: positioned subscriptions give back what is not on its way
  /// yet, and read on from the log when there is room again.
  void demote(member& who);

  /// There is room in the member's outbox: those of its subscriptions that lag behind read on.
  void read_on(member& who);

  const room_id& room_of(const subscription& which) const {
    return which.room.id;
  }

private:
  // from rooms
  template <class Event>
  void take(const Event& what);
  void deliver_scheduled();

  // one event of a room, and how much of the budget it leaves
  void deliver(room_link& link, std::size_t& budget);
  void schedule(room_link& link);
  void settle_deliveries(room_link& link);
  void deliver_rest(room_link& link);
  bool deliver_front(room_link& link, std::size_t& budget);
  template <class Event>
  bool deliver_event(room_link& link, const Event& what, std::size_t& budget);
  bool is_bulk(const room_link& link) const;
  void count_unreceipted(room_link& link);
  template <class Each>
  bool for_each_member(room_link& link, std::size_t& budget, Each each);
  template <class Fact>
  bool deliver_fact(room_link& link, std::size_t& budget, const Fact& fact);
  bool deliver_to(subscription& to, const broadcast& what, bool bulk);
  bool tell_actor(subscription& to, const broadcast& what);
  void settle(const subscribed& answer);
  void go_live(subscription& to, const subscribed& answer);
  void settle(const answered& what);
  void receipt(room_link& link);

  // those who lag behind (fanout_lagging.cpp)
  void settle(const stretch& what);
  void settle(const room_top& what);
  void read_on(subscription& to);
  bool feed(subscription& to);
  const broadcast* next_of_stretch(const subscription& to) const;
  void serve_lagging(room_link& link);
  void ask_stretch(room_link& link);
  void begin_lag(subscription& who, std::uint64_t from);
  void end_lag(subscription& who);
  void try_lagging_again();

  // to rooms
  room_link& link_to(const room_id& room);
  void when_found(room_link& link, std::function<void(errc)> go_on);
  void look_up(room_link& link);
  void found(const room_id& room, errc error, room_actor handle);
  void room_down(const room_id& room);
  void send_again(room_link& link);
  void seat_again(room_link& link);
  void ask_again(room_link& link);
  void request_entry(subscription& who);
  sending publish_in(room_link& link, const member_ptr& from, std::uint64_t command,
                     publish_order_ptr order);
  void send_publish(room_link& link, room_link::publishing what);
  void put_off(room_link& link, room_link::publishing what, bool in_front);
  room_link::publishing take_waiting(room_link& link);
  void pump(room_link& link);
  bool is_full(const room_link& link) const;
  template <class Order>
  void ask_room(const room_id& room, const member_ptr& from, std::uint64_t command, Order order);
  void send_question(room_link& link, std::uint64_t number);
  void answer(const member_ptr& from, std::uint64_t command, const room_id& room, errc error);

  void depart(member& who);
  void drop(subscription& which, unsubscribe_code why);
  void destroy(subscription& which);
  void forget_if_idle(room_link& link);

  audience_actor handle() const {
    return audience_actor{self_};
  }

  audience_actor::pointer self_;
  fanout_surroundings around_;
  std::unordered_map<room_id, std::unique_ptr<room_link>> links_;
  std::unordered_map<std::uint64_t, subscription*> entering_;
  std::deque<room_link*> scheduled_;
  bool reminded_ = false;
  metrics::counter& delivered_here_;
  std::int64_t delivered_now_ = 0;
  std::uint64_t numbers_ = 0;
  std::uint32_t streams_ = 0;
  timer lag_timer_;
};

} // namespace salon

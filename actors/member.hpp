#pragma once

#include "actors/transport.hpp"
#include "messages/contracts.hpp"

#include <boost/container/small_vector.hpp>
#include <boost/intrusive/list.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace salon {

class subscription;
struct room_link;

/// What a fanout tells those it keeps the subscriptions for. Called on the shard's thread, from
/// inside the fanout: what is called must not call the fanout in turn.
class subscriber {
public:
  /// The subscribe is answered; `to` is live from here on, or destroyed after this call when
  /// `answer.error` says that there is no subscription.
  virtual void on_subscribed(subscription& to, const subscribed& answer) = 0;

  /// The answer to a publish, read_presence or read_history.
  /// @param command  What the subscriber called it.
  virtual void on_answered(std::uint64_t command, const answered& answer) = 0;

  /// `from` is destroyed after this call: its room has gone on without it.
  virtual void on_unsubscribed(subscription& from, unsubscribe_code why) = 0;

protected:
  virtual ~subscriber() = default;
};

/// Somebody on this shard who sits in rooms, publishes and asks: a connection, or an actor.
class member : public std::enable_shared_from_this<member> {
public:
  client_info_ptr who;
  transport* out = nullptr;     ///< Where deliveries go; null once the socket is gone, or an actor.
  subscriber* owner = nullptr;  ///< Who hears answers; null once it is gone.
  member_actor actor;           ///< The member itself, when it is an actor.
  std::uint32_t unanswered = 0; ///< Publications the actor has not dealt with yet.
  std::uint16_t turn = 0;       ///< Which of its subscriptions reads on first.
  wire_format format = wire_format::json;
  /// Most have one.
  boost::container::small_vector<std::unique_ptr<subscription>, 1> subscriptions;
};

using member_ptr = std::shared_ptr<member>;

/// A place in the order of a room's members: a subscription, or the spot where a delivery that
/// takes several turns goes on. Takes itself out when destroyed.
class roster_node : public boost::intrusive::list_base_hook<
                      boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
public:
  explicit roster_node(bool is_subscription) : is_subscription_(is_subscription) {
    // nop
  }

  bool is_subscription() const noexcept {
    return is_subscription_;
  }

private:
  bool is_subscription_;
};

using roster = boost::intrusive::list<roster_node, boost::intrusive::constant_time_size<false>>;

/// Links a subscription into the line of those that wait for a stretch of their room.
using lag_hook
  = boost::intrusive::list_base_hook<boost::intrusive::tag<struct lag_tag>,
                                     boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

/// One member's place in one room, on the member's shard.
class subscription final : public roster_node, public lag_hook {
public:
  subscription(member& its_owner, room_link& its_room, std::uint32_t its_stream)
    : roster_node(true),
      owner(its_owner),
      out(its_owner.out),
      format(its_owner.format),
      stream(its_stream),
      room(its_room) {
    // nop
  }

  using roster_node::is_linked;
  using roster_node::unlink;

  /// What a subscription that waits for its answer keeps.
  struct waiting_room {
    std::uint64_t number = 0; ///< Of the request that is under way.
    bool recover = false;
    stream_position since;
    bool recovered_or_not = false;
    std::vector<broadcast> held; ///< Came in meanwhile.
    std::uint64_t lost = 0;      ///< The newest that came in beyond what may be held.
    bool moving = false;         ///< From a room that ended into the next.
  };

  member& owner;
  transport* out;          ///< The owner's, and its format: a delivery
  wire_format format;      ///< touches nothing else of it.
  bool join_leave = false; ///< Whether joins and leaves are delivered.
  bool positioned = false; ///< Whether it can read on from where it was.
  bool lagging = false;    ///< It reads on from the log, at `next`; what is live passes it by.
  std::uint32_t stream;    ///< What its publications are called in the outbox.
  std::uint64_t next = 0;  ///< The only offset that is delivered.
  std::unique_ptr<waiting_room> waits; ///< Null once live.
  room_link& room;
};

using lag_line = boost::intrusive::list<subscription, boost::intrusive::base_hook<lag_hook>,
                                        boost::intrusive::constant_time_size<false>>;

} // namespace salon

#pragma once

#include "actors/member.hpp"
#include "base/shard.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <variant>

namespace salon {

/// What a fanout keeps of one room: the way to it, who sits in it here, what came from it and is
/// not delivered, and what went to it and is not answered.
struct room_link {
  /// What came from the room, in its order.
  using event = std::variant<subscribed, broadcast, member_joined, member_left, answered,
                             salon::stretch, room_top>;

  /// A publish on its way; kept until it is answered, so that a room that ends meanwhile loses
  /// none.
  struct publishing {
    member_ptr from;
    std::uint64_t command = 0;
    publish_order_ptr order;
    bool sent_before = false;
    std::uint64_t number = 0;          ///< What the room knows it by; 0: not sent.
    shard::upcoming broadcast_of_it{}; ///< Where its room is a large one.
  };

  /// A question on its way, kept like a publish.
  struct asking {
    member_ptr from;
    std::uint64_t command = 0;
    std::variant<read_presence, read_history> order;
    bool sent_before = false;
  };

  explicit room_link(room_id its_id) : id(std::move(its_id)) {
    // nop
  }

  /// Takes the publish with that number out of those that are not answered.
  std::optional<publishing> take_unanswered(std::uint64_t number);

  bool idle() const noexcept {
    return seats == 0 && events.empty() && unanswered.empty() && waiting.empty()
           && questions.empty();
  }

  room_id id;
  room_actor room; ///< Null while it is looked up.
  bool looking = false;
  std::vector<std::function<void(errc)>> when_found;

  std::size_t seats = 0; ///< Subscriptions that point here, also of members whose socket is gone.
  roster members;
  std::size_t member_count = 0; ///< Of those in `members`.

  std::deque<event> events;
  roster_node here{false}; ///< Linked while the first event is delivered in part.
  bool is_scheduled = false;
  std::size_t unreceipted = 0;
  std::uint64_t seen = 0; ///< The newest offset that was delivered to all who are live.

  std::size_t lagging_count = 0;
  lag_line waiting_for_stretch;     ///< Of those who lag, those who could take more.
  std::uint64_t stretch_number = 0; ///< Of the one asked for; 0: none is.
  std::uint64_t stretch_from = 0;   ///< Where it begins.
  std::vector<broadcast> stretch;   ///< The last one that came, for all who come by.

  std::deque<publishing> unanswered; ///< In the order sent, which is that of their numbers.
  std::size_t unanswered_bytes = 0;
  std::deque<publishing> waiting; ///< For earlier ones to be answered.
  std::size_t waiting_bytes = 0;
  std::map<std::uint64_t, asking> questions;
};

} // namespace salon

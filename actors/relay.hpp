#pragma once

#include "actors/format_counts.hpp"
#include "actors/metrics.hpp"
#include "actors/node_options.hpp"
#include "actors/room_options.hpp"
#include "base/shard.hpp"
#include "messages/contracts.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

namespace salon {

/// Where a relay lives and what it needs there.
struct relay_surroundings {
  shard& home;
  directory_actor directory;
  gateway_actor gateway;
  metrics& counts;
  client_id node; ///< The life of this node.
  relay_options options;
  std::size_t unreceipted_max = 1024; ///< Broadcasts an audience may be behind.
};

/// What a relay answers to: fanouts take it for the room, the room for an audience.
using relay_actor = contract<
  caf::result<void>(subscribe), caf::result<void>(unsubscribe), caf::result<void>(publish),
  caf::result<void>(presence_request), caf::result<void>(history_request),
  caf::result<void>(stretch_request), caf::result<void>(delivery_receipt),
  caf::result<room_summary>(describe_room), caf::result<void>(room_may_close),
  caf::result<void>(subscribed), caf::result<void>(broadcast), caf::result<void>(member_joined),
  caf::result<void>(member_left), caf::result<void>(answered), caf::result<void>(stretch),
  caf::result<void>(room_top), caf::result<void>(deliver_more), caf::result<void>(resumed),
  caf::result<void>(member_table)>;

/// Stands in for a room on one node of a cluster, wherever the room's home is: what fanouts ask
/// goes there, what comes from there goes to them, once for the node. When the home goes it finds
/// the next one, takes its members along and asks again for what was not answered, so that nobody
/// here notices. It remembers how far the stream has come and who is in the room: each publication,
/// join and leave is passed on once. When the stream of the next home is another one it ends, and
/// fanouts begin anew.
class relay_state {
public:
  static inline const char* name = "salon.relay";

  relay_state(relay_actor::pointer self, room_id id, room_options options,
              relay_surroundings around);

  ~relay_state();

  relay_actor::behavior_type make_behavior();

private:
  /// A fanout of this node.
  struct audience {
    audience_actor handle;
    std::size_t members = 0;
    std::size_t join_listeners = 0;
    std::size_t unreceipted = 0;
    bool gone = false;
    watching watch;
  };

  struct member {
    seated who;
    std::size_t audience = 0;
  };

  /// What a fanout asked and the home has not answered.
  struct request {
    audience_actor via;
    std::uint64_t number = 0; ///< The fanout's.
    bool sent_before = false; ///< To a home that may have done it, and did not say so.
    std::variant<subscribe_order, publish_order_ptr, read_presence, read_history, read_stretch>
      what;
  };

  enum class phase : std::uint8_t {
    resting,  ///< Without a home, and nobody needs it.
    looking,  ///< Asks for the home.
    resuming, ///< Has told a home who sits here.
    live,
  };

  // from fanouts (relay_requests.cpp)
  template <class Order>
  void on_request(const from_audience<Order>& x);
  void on_publish(const publish& x);
  void on_presence(const presence_request& x);
  void on_unsubscribe(const unsubscribe& x);
  void on_receipt(const delivery_receipt& x);
  void ask_home(request what);
  void send(std::uint64_t number, request& what);
  void send_again();
  std::optional<request> take_request(std::uint64_t number);
  void answer_presence();
  void refuse(const request& what, errc why);
  void refuse_all();

  // the way home (relay.cpp)
  void look();
  void on_home(const home_actor& home);
  void on_home_down(bool in_good_order);
  void look_again_later();
  void on_patience_over();
  void on_resumed(const resumed& x);
  std::optional<request> take_recognised(const publication& pub);
  void refuse_unknown();
  bool somebody_enters() const;
  void start_over();

  relay_actor handle() const {
    return relay_actor{self_};
  }

  // from the home (relay.cpp)
  void on_subscribed(const subscribed& x);
  void on_broadcast(const broadcast& x);
  void on_answered(const answered& x);
  void on_stretch(const stretch& x);
  void on_top(const room_top& x);
  void pass_on(const broadcast& x, const request* asked);
  void count_received();
  void settle_receipts();
  bool is_current() const;

  // who is in the room (relay_members.cpp)
  void on_joined(const client_info_ptr& who, const frame& json);
  void on_left(const client_info_ptr& who, const frame& json);
  void on_table(const member_table& x);
  template <class Fact>
  void tell_listeners(const client_info_ptr& who, frame json,
                      std::string (*push_of)(std::string_view, const client_info&));
  std::size_t audience_of(const audience_actor& via);
  void on_audience_down(std::size_t place);
  void seat(const subscribe_order& who, const audience_actor& via);
  void unseat(client_id who);
  void count_member(const member& who, int step);

  // ending (relay.cpp)
  bool may_end() const;
  void watch_idleness();
  void on_may_close();

  relay_actor::pointer self_;
  room_id id_;
  room_options options_;
  relay_surroundings around_;

  const std::string inner_keys_; ///< What the keys that it gives begin with.
  phase phase_ = phase::resting;
  home_actor home_;
  watching home_watch_;
  std::uint64_t numbers_ = 0;
  std::uint64_t resume_number_ = 0;
  timer retry_timer_;
  timer patience_timer_;
  timer idle_timer_;

  stream_position top_; ///< What has been passed on.
  std::size_t received_ = 0;

  std::vector<audience> audiences_;
  std::unordered_map<client_id, member> members_;
  std::vector<client_id> left_meanwhile_; ///< Of those that the home is being told of.
  format_counts formats_;
  std::unordered_map<client_id, client_info_ptr> table_; ///< Who is in the room, on any node.
  bool has_table_ = false;                               ///< A home has told it, all of it.
  std::map<std::uint64_t, request> requests_;            ///< By our own numbers, in their order.
};

/// Starts the relay of the room `id` on the shard in `around`.
relay_actor spawn_relay(room_id id, room_options options, relay_surroundings around);

} // namespace salon

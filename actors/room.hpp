#pragma once

#include "actors/metrics.hpp"
#include "actors/node_options.hpp"
#include "actors/publish_keys.hpp"
#include "actors/room_options.hpp"
#include "actors/room_window.hpp"
#include "base/shard.hpp"
#include "messages/contracts.hpp"

#include <cstddef>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

namespace salon {

/// Where a room lives and what it needs there.
struct room_surroundings {
  shard& home;
  directory_actor directory;
  metrics& counts;
  connection_options limits;          ///< Of answers: publications and bytes.
  std::size_t unreceipted_max = 1024; ///< Broadcasts an audience may be behind.
};

/// A room: numbers its publications, keeps the newest, knows its members. It lives in memory and
/// ends when it is empty and has nothing to keep.
class room_state {
public:
  static inline const char* name = "salon.room";

  room_state(room_actor::pointer self, room_id id, room_options options, room_surroundings around);

  ~room_state();

  room_actor::behavior_type make_behavior();

private:
  struct member {
    client_info_ptr who;
    std::size_t audience;
    wire_format format;
    bool join_leave;
  };

  struct audience {
    audience_actor handle;
    std::size_t members = 0;
    std::size_t join_listeners = 0;
    std::size_t unreceipted = 0;
    bool gone = false;
    watching watch;
  };

  void on_subscribe(const subscribe& x);
  void on_unsubscribe(const unsubscribe& x);
  void on_publish(const publish& x);
  void on_presence(const presence_request& x);
  void on_history(const history_request& x);
  void on_receipt(const delivery_receipt& x);
  void on_may_close();
  void on_audience_down(std::size_t place);

  std::size_t audience_of(const audience_actor& via);
  audience* find_audience(const audience_actor& via);
  bool all_receipted() const;

  subscribed answer_to(const subscribe_order& order) const;
  bool enter(const subscribe& x);
  void count_member(const member& who, int step);
  void leave(client_id who);

  void sequence(const publish& x);
  void sequence_pending();
  std::variant<errc, stream_position> accept(const publish_order& order);
  void send_out(const publish_order& order, std::uint64_t offset);

  template <class Fact>
  void tell_listeners(const client_info_ptr& who,
                      std::string (*encode)(std::string_view, const client_info&));

  stream_position top() const;
  bool may_end() const;
  void watch_idleness();
  void on_idle_timer();
  void on_ttl_timer();

  room_actor::pointer self_;
  room_id id_;
  room_options options_;
  room_surroundings around_;

  std::string epoch_;
  std::uint64_t top_ = 0;
  room_window window_;
  publish_keys keys_;
  timer_wheel::time_point last_publish_;
  timer ttl_timer_;
  timer idle_timer_;

  std::unordered_map<client_id, member> members_;
  std::unordered_map<std::string, std::uint32_t> users_;
  std::size_t formats_[3] = {};
  std::vector<audience> audiences_;
  std::deque<publish> pending_;
};

/// Starts the room `id` on the shard in `around`.
room_actor spawn_room(room_id id, room_options options, room_surroundings around);

} // namespace salon

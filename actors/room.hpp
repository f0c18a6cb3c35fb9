#pragma once

#include "actors/format_counts.hpp"
#include "actors/metrics.hpp"
#include "actors/node_options.hpp"
#include "actors/publish_keys.hpp"
#include "actors/room_options.hpp"
#include "actors/room_window.hpp"
#include "base/shard.hpp"
#include "messages/contracts.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

namespace salon {

/// Where rooms keep their logs. Without it all rooms live in memory.
struct room_storage {
  history_actor log;
  log_reader_actor reader;
  history_options options;
  /// The number of the lease under which this node may speak for rooms now, where others could
  /// take them over; 0: it may not. Empty: it always may.
  std::function<std::uint64_t()> lease = {};
};

/// Where a room lives and what it needs there.
struct room_surroundings {
  shard& home;
  directory_actor directory;
  metrics& counts;
  connection_options limits;          ///< Of answers: publications and bytes.
  std::size_t unreceipted_max = 1024; ///< Broadcasts an audience may be behind.
  room_storage storage = {};
  /// Lives of nodes that had a place at an earlier home and will take one here. Members of others
  /// are gone when all have come, or `gather_timeout` is over.
  std::vector<client_id> awaited = {};
  timer_wheel::duration gather_timeout = std::chrono::seconds{5};
  /// Where an earlier home that handed the room over has left off.
  std::shared_ptr<const room_given> state = {};
};

/// A room: numbers its publications, keeps the newest, knows its members. A durable one delivers
/// what its log has stored, nothing else, and ends when it is empty; one that lives in memory ends
/// when it has nothing to keep, either.
class room_state {
public:
  static inline const char* name = "salon.room";

  room_state(home_actor::pointer self, room_id id, room_options options, room_surroundings around);

  ~room_state();

  home_actor::behavior_type make_behavior();

private:
  struct member {
    client_info_ptr who;
    std::uint32_t audience; ///< Its place in `audiences_`.
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
    relay_audience_actor relay; ///< The same, where it stands for a node.
    client_id node;             ///< Which one.
  };

  /// How a durable room stands with its log.
  enum class log_state : std::uint8_t {
    none,      ///< There is none: the room lives in memory.
    closed,    ///< Not asked for yet, or it could not be opened.
    opening,   ///< Asked for; everything waits.
    open,      ///< Nothing is under way.
    appending, ///< A group is; further publishes wait.
    lost,      ///< A group may be stored or not: until that is known nothing is published.
  };

  /// A publish that was given an offset, or repeats one of its group that was.
  struct staged {
    publish what;
    std::uint64_t offset = 0;
    std::shared_ptr<publication> pub; ///< Null for a repetition.
  };

  /// All after a position; nothing when that is not known any more.
  using missed = std::optional<std::vector<publication_ptr>>;

  /// Somebody, a member or a relay, who enters once the log has told what they missed.
  struct recovery {
    audience_actor via;
    std::uint64_t number = 0;
    std::uint64_t since = 0;
    page_limits most;
    std::function<void(errc, missed)> enter;
    std::vector<publication_ptr> found;
    std::size_t bytes = 0;
  };

  using early_request = std::variant<subscribe, unsubscribe, presence_request, history_request,
                                     stretch_request, resume>;

  /// What waits its turn behind publishes.
  using pending = std::variant<publish, history_request, resume>;

  // -- members (room_members.cpp)
  void on_subscribe(const subscribe& x);
  void on_unsubscribe(const unsubscribe& x);
  void on_presence(const presence_request& x);
  bool is_full(const subscribe_order& order) const;
  void admit(const subscribe& x, missed what);
  void refuse(const subscribe& x, errc why);
  bool enter(const subscribe& x);
  bool seat(const seated& who, std::size_t place);
  void count_member(const member& who, int step);
  void leave(client_id who);
  template <class Fact>
  void tell_listeners(const client_info_ptr& who,
                      std::string (*push_of)(std::string_view, const client_info&));
  std::size_t audience_of(const audience_actor& via);
  audience* find_audience(const audience_actor& via);
  void on_audience_down(std::size_t place);
  void on_receipt(const delivery_receipt& x);
  bool all_receipted() const;

  // -- relays (room_relays.cpp)
  void on_resume(const resume& x);
  void resume_now(const resume& x);
  void take_seats(const resume& x, errc error, missed what);
  void publish_table();
  void tell_table(const audience& whom);
  void stop_awaiting(const client_id& node);
  caf::result<room_given> on_give();
  void give_when_still();
  void adopt_state(const room_given& state);

  // -- being in charge, and ending (room.cpp)
  stream_position top() const;
  bool in_charge();
  bool is_in_charge() const;
  void watch_charge();
  template <class X>
  auto when_in_charge(void (room_state::*handle)(const X&));
  bool may_end() const;
  void watch_idleness();
  void on_idle_timer();
  void on_may_close();
  void on_ttl_timer();
  void on_position_timer();

  // -- what is kept (room_reading.cpp)
  void on_history(const history_request& x);
  void read_history_now(const history_request& x);
  void on_stretch(const stretch_request& x);
  bool can_recover(const stream_position& since, std::size_t publications_max) const;
  void recover(client_id who, recovery what);
  void recover_further(client_id who);
  void finish_recovery(client_id who, errc error, missed what);
  void recovered_part(client_id who, const log_part& part);
  void answer_history(const history_request& x, std::vector<publication_ptr> found);
  void answer_stretch(const stretch_request& x, const std::vector<publication_ptr>& found);
  bool window_reaches(std::uint64_t offset) const;
  void forget_aged();
  bool is_aged(const publication& pub) const;
  void read_log(read_order what, std::function<void(const log_part*)> then);

  // -- publishing (room_publishing.cpp)
  void on_publish(const publish& x);
  void publish_pending();
  bool may_publish() const;
  void append_pending();
  void publish_now(const publish& x);
  std::optional<std::variant<errc, stream_position>> known_already(const publish_order& order);
  std::shared_ptr<publication> make_publication(const publish_order& order, std::uint64_t offset);
  void pass_on(const publish& x);
  void answer_now(const pending& x);
  void take_in(const publication_ptr& pub, std::uint64_t offset, const publish* asked);
  void send_out(const publication_ptr& pub, std::uint64_t offset, const publish* asked);
  void answer(const publish& x, std::variant<errc, stream_position> what);
  void on_appended(const appended& x);
  void commit_staged();
  void fail_staged(errc why);
  void fail_pending(errc why);
  void release_staged_bytes();

  // -- the log (room_log.cpp)
  void open_log();
  void on_opened(const opened_room& x);
  void adopt(const opened_room& x);
  void on_open_failed();
  void on_elsewhere(const std::string& node);
  void find_out();
  void on_found_out(const opened_room& x);
  void deliver_found(const log_part& part, std::uint64_t stored_top);
  void skip_to(std::uint64_t offset);
  void lose_track();
  bool waits_for_log(early_request x);

  home_actor::pointer self_;
  room_id id_;
  room_options options_;
  room_surroundings around_;

  std::string epoch_;
  std::uint64_t top_ = 0;   ///< The newest offset that was delivered.
  std::uint64_t first_ = 1; ///< The oldest that is still kept.
  std::uint64_t term_ = 0;
  std::uint64_t lease_ = 0;             ///< Under which the log was opened.
  timer_wheel::time_point released_by_; ///< Until then an earlier home may still have the log.
  timer claim_timer_;
  bool has_claimed_ = false; ///< It has asked for its log: others may have to wait for it.
  room_window window_;
  publish_keys keys_;
  timer_wheel::time_point last_publish_;
  timer ttl_timer_;
  timer idle_timer_;
  timer position_timer_;

  std::unordered_map<client_id, member> members_;
  std::unordered_map<std::string, std::uint32_t> users_;
  format_counts formats_;
  std::vector<audience> audiences_;

  std::vector<client_id> awaited_; ///< Nodes that have not taken their place here yet.
  timer gather_timer_;
  timer charge_timer_;
  bool is_given_ = false; ///< It stands still, to go on elsewhere.
  caf::typed_response_promise<room_given> giving_;

  log_state log_;
  std::deque<pending> pending_; ///< In the order of their coming.
  std::vector<staged> staged_;
  std::size_t staged_bytes_ = 0;
  std::vector<early_request> early_; ///< What came before the log was open.
  std::unordered_map<client_id, recovery> recovering_;
  std::size_t reads_ = 0; ///< Under way.
  bool astray_ = false;   ///< What became of a group is not known for so long that nobody waits.
  timer retry_timer_;
};

/// Starts the room `id` on the shard in `around`.
home_actor spawn_room(room_id id, room_options options, room_surroundings around);

} // namespace salon

#pragma once

#include "actors/cluster_view.hpp"
#include "actors/far_relay.hpp"
#include "actors/far_room.hpp"
#include "actors/far_services.hpp"
#include "actors/link.hpp"
#include "actors/link_carrier.hpp"
#include "actors/metrics.hpp"
#include "base/shard.hpp"
#include "messages/contracts.hpp"
#include "messages/control_protocol.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace salon {

/// What a gateway needs of its node.
struct gateway_surroundings {
  shard& home;
  metrics& counts;
  link_carrier& carrier;
  node_info self;
  std::vector<std::string> join; ///< Addresses of other nodes, `host:port`.
  gateway_options options;
  /// Lets the whole node go, for an operator: its rooms, then its clients.
  std::function<void(std::function<void(control_answer)>)> drain = {};
  /// Told of the nodes that this one shares a cluster with, at the start and when they change.
  std::function<void(const cluster_view&)> on_view = {};
};

/// The one actor of a node that speaks to other nodes: finds them, has a link with each, knows who
/// is up, and finds the homes of rooms. Nothing but link events crosses to another node: here
/// stand-ins speak for relays and rooms there.
///
/// A node is up while its link is. One whose link broke is suspect, and looked for again, until it
/// comes back, nobody listens at its address any more, or it has been silent for the failure
/// timeout: then it is down, and whoever stood in for it ends.
class gateway_state : public link_carrier::user, public link_post {
public:
  static inline const char* name = "salon.gateway";

  gateway_state(gateway_actor::pointer self, gateway_surroundings around);

  virtual ~gateway_state();

  gateway_actor::behavior_type make_behavior();

  /// Begins: looks for others, and lets relays find homes. Before the gateway's thread runs.
  void start(homes_actor directory);

  /// Offers a service of this node to the others, as long as it lives. The first of a prefix stays.
  void offer(const std::string& prefix, const service_actor& service);

  /// Says farewell to all, and hears nobody any more.
  void stop();

  /// Hands all rooms over to others, and takes none any more. Calls `done` when there is none left
  /// here that somebody would take.
  void leave(std::function<void(std::size_t rooms)> done);

  /// Answers the operator: at once, or when it has been done.
  void answer(const control_request& what, std::function<void(control_answer)> reply);

  void post(way_id way, link_event what) override;
  std::size_t queued_bytes(way_id way) const override;
  void on_seated(way_id way, std::uint64_t attachment) override;

private:
  enum class standing : std::uint8_t { up, suspect, down };

  /// A node that has been up.
  struct neighbour {
    node_info info;
    standing is = standing::up;
    way_id way = 0; ///< While up.
    link::time_point heard;
    node_report report;
  };

  /// To a room's home or its relay, by the number of an attachment.
  using lane = std::pair<bool, std::uint64_t>;

  /// What a room was asked that may have a long answer.
  struct read {
    client_id whose; ///< Of a subscribe.
    link::time_point since;
  };

  /// A way to somebody, who may not have said yet who it is.
  struct peer {
    std::unique_ptr<link> line;
    std::string dialled;           ///< The address; empty for one who came.
    std::set<std::string> also_at; ///< Other addresses that have been found to lead there.
    bool is_open = false;
    std::optional<link::time_point> over_at; ///< One that is not wanted has been told so by then.
    std::size_t unseated = 0; ///< Relays of its that the rooms here have not seated yet.
    std::size_t resuming = 0; ///< Of these, those whom the rooms have been told of.
    std::deque<std::pair<std::uint64_t, resume>> resumes; ///< That they have not been told of.
    std::deque<link_event> lists;                         ///< That the link has no room for now.
    std::map<lane, std::size_t> listed;                   ///< How many of them go where.
    std::deque<link_event> reads; ///< Of its relays, while there is no room for the answers.
    std::map<std::uint64_t, std::size_t> held;                     ///< How many of them, by place.
    std::map<std::pair<std::uint64_t, std::uint64_t>, read> asked; ///< By place and number.
  };

  /// An attachment of a relay here to a room elsewhere.
  struct outgoing {
    way_id way = 0;
    room_id room;
    relay_audience_actor relay;
    home_actor stand_in; ///< Null until it is answered.
    far_room_state* state = nullptr;
    caf::typed_response_promise<home_found> asked;
    std::size_t hops = 0;
    watching relay_watch;
    link::time_point since;
    std::vector<publication_ptr> publications; ///< Parts of a `resumed` so far,
    std::vector<client_info_ptr> members;      ///< or of a table or presence.
  };

  /// One of a relay elsewhere to a room here.
  struct incoming {
    client_id life; ///< Of its node.
    room_id room;
    home_actor home;
    relay_audience_actor stand_in;
    far_relay_state* state = nullptr;
    watching home_watch;
    bool is_seated = false;
    bool is_resuming = false;
    /// When its relay has not come by another way until then, it will not: it had no reason to.
    std::optional<link::time_point> over_at;
    std::vector<seated> members; ///< Parts of a resume_order so far.
  };

  /// A room at home here.
  struct resident {
    home_actor home;
    watching watch;
    std::uint64_t checked = 0; ///< The view in which it was the only home; 0: none yet.
    bool is_asked = false;
    link::time_point again_at; ///< After a check that settled nothing.
  };

  using place = std::pair<way_id, std::uint64_t>;

  // What each kind of event does.
  struct hearing;
  struct home_telling;
  struct relay_telling;

  /// Who wants this node to be the home of a room, from here or from elsewhere.
  struct applicant {
    caf::typed_response_promise<home_found> here;
    relay_audience_actor relay;
    std::size_t hops = 0;
    place there;
    bool is_here = false;
  };

  /// A question to all others before this node makes itself a home.
  struct census {
    room_id room;
    std::set<client_id> missing;
    std::vector<client_id> relays;
    std::string home;      ///< Who says it is; empty: nobody. Of several the one that stays it.
    bool is_check = false; ///< Whether there is another home besides the one here.
    bool is_settled = true;
    std::uint64_t view = 0; ///< The one it was asked under.
    link::time_point since;
    std::vector<applicant> applicants;
  };

  // the carrier (gateway.cpp)
  void on_way(way_id way, const std::string& address) override;
  void on_no_way(const std::string& address, const std::string& why) override;
  void on_known(const std::string& address, way_id way) override;
  void on_frame(way_id way, std::string frame) override;
  void on_closed(way_id way, const std::string& why) override;

  // ways (gateway.cpp)
  void pump(way_id way);
  void lose(way_id way, std::string why);
  void drop_way(way_id way);
  void on_open(way_id way);
  void on_event(way_id way, link_event& what);
  void on_tick();
  link::time_point now() const;

  // nodes (gateway_nodes.cpp)
  void on_report(neighbour& who, node_report report);
  void on_down(neighbour& who, const std::string& why);
  void remember_lost(const neighbour& who);
  void report_to_all();
  void look_at_view();
  node_report own_report() const;
  std::int64_t own_connections() const;
  std::string candidate_for(const room_id& room) const;
  neighbour* by_life(const client_id& life);
  neighbour* by_name(const std::string& called);
  neighbour* by_way(way_id way);

  // who is looked for, and who is not wanted (gateway_dialling.cpp)
  void dial(const std::string& address);
  bool is_first_to_dial(const std::string& address) const;
  void dial_missing();
  std::set<std::string> unlinked_addresses() const;
  void note_unreached(const std::string& address, const std::string& why);
  std::optional<std::string> objection_to(const node_info& who);
  void turn_away(way_id way);
  void see_off();

  // homes of rooms (gateway_homes.cpp)
  caf::result<home_found> on_find(const find_home& x);
  void find(const room_id& room, applicant who);
  void attach_to(neighbour& node, const room_id& room, const applicant& who);
  void open_here(const room_id& room, const applicant& who);
  void ask_whether_here(const room_id& room, const applicant& who);
  void ask_all(const room_id& room, applicant who, bool has_relay);
  void on_census_ask(way_id way, const census_ask& x);
  void on_census_answer(way_id way, const census_answer& x);
  void settle_censuses();
  void finish(const census& what);
  void become_home(const room_id& room, const std::vector<client_id>& awaited,
                   std::vector<applicant> whom);
  void note_resident(const room_id& room, const home_actor& home);
  void check_residents();
  bool yields(const room_id& room, const std::string& one, const std::string& other) const;
  void finish_check(const census& what);
  void grant(const applicant& who, const room_id& room, const home_actor& home);
  void point_to(const applicant& who, const room_id& room, const std::string& node);
  void put_off(const applicant& who);
  void refuse(const applicant& who, errc why);
  void on_attach(way_id way, std::uint64_t attachment, const attach& x);

  // what stand-ins hear (gateway_attachments.cpp)
  void to_home(way_id way, link_event& what);
  void to_relay(way_id way, link_event& what);
  void on_attach_answer(std::uint64_t attachment, const attach_answer& x);
  void end_outgoing(std::uint64_t attachment, bool lost = false);
  void give_up_outgoing(std::uint64_t attachment);
  void end_other_outgoing(const room_id& room, std::uint64_t but);
  void end_incoming(const place& where);
  void forget_attachments(way_id way);
  bool is_busy(way_id way) const;
  void sweep();

  // what is too much for a link at one time (gateway_bulk.cpp)
  static lane lane_of(const link_event& what);
  bool has_to_wait(const peer& whom, const link_event& what) const;
  void post_lists(peer& whom) const;
  void forget_lists(way_id way, const lane& where);
  void queue_resume(const place& where, resume what);
  void hand_resumes(way_id way);
  void end_resume(const place& where, incoming& whose);
  bool has_room_for_answer(const peer& whom) const;
  bool waits_for_room(const peer& whom, const link_event& what) const;
  void pass_to_home(way_id way, incoming& whose, link_event& what);
  void hand_reads(way_id way);
  void note_asked(peer& whom, const link_event& what) const;
  static void note_answered(peer& whom, const link_event& what);
  void forget_reads(const place& where);

  // rooms that go elsewhere (gateway_moves.cpp)
  struct move {
    room_id room;
    std::string to; ///< The name of the node.
    home_actor home;
    bool is_sent = false; ///< The other node may have it, and has not said so.
    link::time_point since;
    std::function<void(control_answer)> reply;
  };

  void note_newcomers(const cluster_view& before);
  void look_for_misplaced();
  void look_at_rooms();
  void stop_room(std::uint64_t number, const home_actor& home);
  void queue_move(room_id room, std::string to, std::function<void(control_answer)> reply = {});
  void tend_moves();
  void begin_move(move what);
  void send_state(std::uint64_t number, const room_given& state);
  void on_state_moved(way_id way, room_state_moved& x, bool is_last);
  void take_state(way_id way, const room_state_moved& x);
  void on_state_taken(way_id way, const room_state_taken& x);
  void end_move(std::uint64_t number, bool moved, const std::string& why);

  // the operator, and lists of rooms (gateway_questions.cpp)
  cluster_status status() const;
  void do_here(const control_request& what, std::function<void(control_answer)> reply);
  void ask_others(const control_request& what, std::function<void(control_answer)> reply);
  void on_control_ask(way_id way, const control_ask& x);
  void on_control_tell(way_id way, const control_tell& x);
  caf::result<rooms_listed> on_list(const list_cluster_rooms& x);
  void list_here(const std::string& after, std::size_t limit,
                 std::function<void(rooms_answer)> then);
  void on_rooms_ask(way_id way, const rooms_ask& x);
  void on_rooms_answer(way_id way, rooms_answer& x);
  void finish_late_questions();
  void forget_questions(way_id way);

  gateway_actor::pointer self_;
  gateway_surroundings around_;
  homes_actor directory_;
  timer tick_timer_;
  bool stopped_ = false;
  bool leaving_ = false;
  bool reminded_ = false;
  bool has_run_ = true;    ///< Since the last tick.
  std::set<way_id> dirty_; ///< With something to send.

  std::map<way_id, peer> peers_;
  std::map<client_id, neighbour> nodes_;
  /// A try to reach somebody.
  struct attempt {
    link::time_point since;
    bool under_way = true;
  };

  std::map<std::string, attempt> attempts_;          ///< By address.
  std::map<std::string, link::time_point> unlinked_; ///< Addresses, since when they have no link.
  std::map<std::string, link::time_point> own_addresses_; ///< Found to lead here, and when.
  std::map<std::string, std::string> unreached_;          ///< Addresses, and why, as logged.
  /// Who has been turned away, why, and when that was logged.
  std::map<std::pair<std::string, std::string>, link::time_point> turned_away_;

  /// A node that went without a word and has not come back.
  struct lost_node {
    std::string address;
    link::time_point heard;
  };

  std::map<std::string, lost_node> lost_; ///< By name, for the operator.
  cluster_view view_;
  std::uint64_t last_epoch_ = 0;
  link::time_point next_report_;

  std::uint64_t numbers_ = 0;
  std::map<std::uint64_t, outgoing> outgoing_;
  std::map<place, incoming> incoming_;
  std::map<std::uint64_t, census> censuses_;
  std::map<room_id, std::uint64_t> census_of_;
  std::map<room_id, resident> residents_;
  std::map<std::pair<client_id, room_id>, std::set<place>> places_of_; ///< Of a node's relays.
  std::map<room_id, std::set<std::uint64_t>> attachments_of_;          ///< Outgoing ones.

  std::deque<move> moves_waiting_;
  std::map<std::uint64_t, move> moves_;
  std::map<place, room_state_moved> arriving_; ///< Parts so far, by way and number.
  std::set<std::string> newcomers_;            ///< Hosts that rooms may have to go to.
  std::string looked_at_;                      ///< The last room looked at for them.
  bool looking_ = false;
  std::size_t moved_ = 0;
  std::function<void(std::size_t)> left_;

  struct listing;
  struct asking;
  std::map<std::uint64_t, std::shared_ptr<listing>> listings_;
  std::map<std::uint64_t, std::shared_ptr<asking>> askings_;
  far_services services_;
  std::map<room_id, std::string> hints_; ///< Names of homes that placement does not tell.
};

/// Starts the gateway on `around.home`.
spawned<gateway_state, gateway_actor> spawn_gateway(gateway_surroundings around);

} // namespace salon

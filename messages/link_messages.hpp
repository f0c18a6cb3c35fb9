#pragma once

#include "messages/room_messages.hpp"
#include "messages/service_messages.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

/// What nodes say to each other, as values; how it looks in bytes is in messages/link.proto and
/// messages/link_codec.hpp. Ids only: no handle of an actor crosses a link.
namespace salon {

/// The versions of the link protocol that this program speaks.
inline constexpr std::uint32_t link_version_min = 1;
inline constexpr std::uint32_t link_version_max = 1;

/// A node as the others know it.
struct node_info {
  std::string name;        ///< Stays the same when the node starts again: placement goes by it.
  client_id life;          ///< This start of it.
  std::string address;     ///< Where its cluster port is, `host:port`; empty: it cannot be dialled.
  bool hosts_rooms = true; ///< False for attached processes.

  friend bool operator==(const node_info&, const node_info&) = default;
};

/// The first thing that is said on a link, by both.
struct link_hello {
  std::uint32_t version_min = link_version_min;
  std::uint32_t version_max = link_version_max;
  node_info self;
  /// The sender's number for this link, which its frames carry: drawn at random, and not 0.
  std::uint64_t epoch = 0;
  /// Of frames that the sender takes before it acknowledges; the smaller one of the two counts.
  std::uint64_t window_bytes = 0;

  friend bool operator==(const link_hello&, const link_hello&) = default;
};

/// Said once a second, and when it changes: how the sender sees the cluster.
struct node_report {
  std::vector<node_info> known; ///< Whom it has ever heard of and not given up.
  std::vector<client_id> up;    ///< Lives with which it has a link.
  bool leaving = false;         ///< It hands its rooms over and takes none.
  std::uint32_t rooms = 0;      ///< Whose home it is.
  std::uint32_t connections = 0;
};

/// Asks what a node has to do with a room, before another makes itself its home.
struct census_ask {
  std::uint64_t number = 0;
  room_id room;
  std::uint64_t view = 0; ///< The asker's, see cluster_view: another view cannot answer.
};

struct census_answer {
  std::uint64_t number = 0;
  bool same_view = false;
  bool is_home = false;
  bool has_relay = false;
};

/// A relay asks for a place at the room's home. All that follows between the two carries the
/// attachment, a number of the relay's node.
struct attach {
  room_id room;
  std::uint64_t view = 0;
};

enum class attach_outcome : std::uint8_t {
  attached,
  elsewhere, ///< `node` is the room's home.
  later,     ///< Views differ, the room is on its way or its former home's lease is not over.
  refused,   ///< `error` says why; asking again does not help.
};

struct attach_answer {
  attach_outcome outcome = attach_outcome::attached;
  std::string node; ///< Its name.
  errc error = errc::none;
};

/// An attachment is over: said by the home when the room ended, moved or failed, by the relay when
/// it goes.
struct detached {
  bool failed = false; ///< The room did not end on purpose.
};

/// Asks for rooms whose home a node is, by name.
struct rooms_ask {
  std::uint64_t number = 0;
  std::string after;
  std::uint32_t limit = 0;
};

struct rooms_answer {
  std::uint64_t number = 0;
  std::vector<room_summary> rooms;
  bool more = false;
};

/// A client's call of a service that another node offers.
struct rpc_ask {
  std::uint64_t number = 0;
  rpc_call call;
};

struct rpc_reply {
  std::uint64_t number = 0;
  rpc_answer answer;
};

/// The method prefixes that a node offers to the others, all of them.
struct services_offered {
  std::vector<std::string> prefixes;
};

/// A room on its way to another home. One that lives in memory brings what it keeps along; a
/// durable one is in its log.
struct room_state_moved {
  std::uint64_t number = 0;
  room_id room;
  bool has_state = false;
  stream_position top;
  std::int64_t last_publish = 0; ///< Milliseconds since 1970-01-01 UTC.
  std::vector<publication_ptr> publications;
  std::vector<std::string> relays; ///< Names of the nodes that have relays of it.
};

struct room_state_taken {
  std::uint64_t number = 0;
  bool taken = false;
};

/// An operator's request, as messages/control_protocol.hpp has it, for the node that can do it.
struct control_ask {
  std::uint64_t number = 0;
  std::string line;
};

struct control_tell {
  std::uint64_t number = 0;
  std::string line;
};

/// One thing said on a link. `attachment` is 0 for what is between nodes.
struct link_event {
  using between_nodes = std::variant<node_report, census_ask, census_answer, rooms_ask,
                                     rooms_answer, rpc_ask, rpc_reply, services_offered,
                                     room_state_moved, room_state_taken, control_ask, control_tell>;
  using to_home
    = std::variant<attach, resume_order, subscribe_order, unsubscribe, publish_order_ptr,
                   read_presence, read_history, read_stretch, delivered, detached>;
  using to_relay = std::variant<attach_answer, resumed, subscribed, broadcast, member_joined,
                                member_left, answered, stretch, room_top, member_table, detached>;

  std::uint64_t attachment = 0;
  std::uint64_t number = 0; ///< Of a publish_order_ptr; the others have their own.
  bool is_last = true; ///< Of the parts of a resume_order, resumed, presence or member_table that
                       ///< is too large for one: members and publications of all are one list.
  std::variant<between_nodes, to_home, to_relay> what;
};

} // namespace salon

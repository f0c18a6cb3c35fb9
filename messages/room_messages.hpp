#pragma once

#include "messages/errors.hpp"
#include "messages/frame.hpp"
#include "messages/publication.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

/// What rooms are told and what they tell. Values only: who sends and who receives is in
/// messages/contracts.hpp. A room speaks to an *audience*, the fanout of one shard, which speaks
/// for the members there; `number` is the audience's, chosen for one request and echoed by its
/// answer.
namespace salon {

using client_info_ptr = std::shared_ptr<const client_info>;

/// How a member reads: each format in use is encoded once for all.
enum class wire_format : std::uint8_t {
  json,  ///< Pushes of the client protocol.
  text,  ///< Bare lines.
  actor, ///< CAF messages.
};

/// A publication that somebody wants.
struct publish_order {
  client_info_ptr from;
  content type = content::json;
  std::string data;
  tag_list tags;
  std::string key; ///< Makes a repetition recognisable; empty: none.
  /// The key is a relay's, for its own repetitions: any text, and no tag of the publication.
  bool key_is_inner = false;
  bool passing = false; ///< Delivered to those who are there, without an offset, kept nowhere.
};

using publish_order_ptr = std::shared_ptr<const publish_order>;

struct subscribe_order {
  std::uint64_t number = 0;
  client_info_ptr who;
  wire_format format = wire_format::json;
  bool join_leave = false; ///< Whether this member hears of joins and leaves.
  bool recover = false;
  stream_position since;         ///< What the member has, when it recovers; an empty epoch is any.
  bool recovered_or_not = false; ///< Enter only if all that is missing can be recovered.
};

/// The answer to a subscribe_order.
struct subscribed {
  room_id room;
  std::uint64_t number = 0;
  errc error = errc::none;
  stream_position top; ///< The stream as of this answer: live publications start after it.
  bool recovered = false;
  std::vector<publication_ptr> publications; ///< All after `since` up to `top`, when recovered.
};

/// A member left, on purpose or because its connection ended.
struct unsubscribe {
  client_id member;
};

/// One publication on its way to an audience, encoded for the formats its members read.
struct broadcast {
  room_id room;
  std::uint64_t offset = 0; ///< Also in rooms whose publications show none; 0: passing.
  publication_ptr pub;
  frame json;
  frame text;
  /// The audience's publish that this came of, in `epoch`: this answers it, too. 0: another's.
  std::uint64_t answers = 0;
  std::string epoch = {};
};

/// A membership fact on its way to those who asked for it.
struct member_joined {
  room_id room;
  client_info_ptr who;
  frame json;
};

struct member_left {
  room_id room;
  client_info_ptr who;
  frame json;
};

/// The audience has delivered that many more of the room's broadcasts, joins and leaves.
struct delivered {
  std::size_t count = 0;
};

struct read_presence {
  std::uint64_t number = 0;
  bool counts_only = false;
};

struct read_history {
  std::uint64_t number = 0;
  std::int64_t limit = 0; ///< 0: the top position only; -1: as many as allowed.
  std::optional<stream_position> since;
  bool reverse = false;
};

/// Asks for what comes at `from` and after it, for members who lag behind.
struct read_stretch {
  std::uint64_t number = 0;
  std::uint64_t from = 0;
  bool json = false; ///< The formats they read.
  bool text = false;
};

/// The answer to read_stretch: publications from `from` on, as many as fit. None, and `gone`, when
/// the one at `from` is kept no more; none when it has not been published yet, or cannot be read
/// now.
struct stretch {
  room_id room;
  std::uint64_t number = 0;
  bool gone = false;
  bool failed = false;
  std::vector<broadcast> publications;
};

/// Where the room is: whoever has been told of everything is there, too.
struct room_top {
  room_id room;
  std::uint64_t offset = 0;
};

struct presence_page {
  std::vector<client_info_ptr> members;
  std::uint32_t clients = 0;
  std::uint32_t users = 0;
};

struct history_page {
  std::vector<publication_ptr> publications;
  stream_position top;
};

/// The answer to a publish, read_presence or read_history.
struct answered {
  room_id room;
  std::uint64_t number = 0;
  std::variant<errc, stream_position, presence_page, history_page> what;
};

/// A member as the relay of its node knows it.
struct seated {
  client_info_ptr who;
  wire_format format = wire_format::json;
  bool join_leave = false;
};

/// A relay takes up its place at the room's home, with those who sit with it: they are members from
/// here on, and others of an earlier place of this node are none.
struct resume_order {
  std::uint64_t number = 0;
  stream_position since; ///< What the relay has passed on; an empty epoch: nothing yet.
  std::vector<seated> members;
};

/// The answer to a resume_order. Broadcasts that follow begin after `top`.
struct resumed {
  room_id room;
  std::uint64_t number = 0;
  errc error = errc::none; ///< Why the relay has no place.
  stream_position top;
  bool recovered = false; ///< Whether `publications` is all after `since` up to `top`.
  std::vector<publication_ptr> publications;
};

/// Who is in the room: what a relay knew before is replaced by this.
struct member_table {
  room_id room;
  std::vector<client_info_ptr> members;
};

/// What there is to say about a room from outside.
struct room_summary {
  room_id room;
  std::uint32_t members = 0;
};

} // namespace salon

#pragma once

#include "messages/client_protocol.hpp"
#include "messages/room_messages.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// What the directory and services are asked, and what a connection is told.
namespace salon {

/// Asks for a room, which starts if it is not there.
struct find_room {
  room_id room;
};

/// Asks a room to stand still, so that it can go on elsewhere.
struct give_room {};

/// The answer, when nothing is under way any more: where the stream is, and what is kept of one
/// that lives in memory. Publishes that come from here on wait.
struct room_given {
  bool in_memory = false;
  stream_position top;
  std::int64_t last_publish = 0; ///< Milliseconds since 1970-01-01 UTC.
  std::vector<publication_ptr> publications;
};

/// The room stays after all, and goes on.
struct keep_room {};

/// Asks for a page of the rooms of the whole cluster, by name.
struct list_cluster_rooms {
  std::string after;
  std::size_t limit = 0;
};

struct rooms_listed {
  std::vector<room_summary> rooms;
  std::string next;     ///< Where the next page starts; empty at the end.
  bool partial = false; ///< Not all nodes have answered.
};

/// Something that a program has an actor do on the actor's own thread.
struct errand {
  std::function<void()> what;
};

/// Asks for a room whose home this node is, or becomes by this.
struct open_home {
  room_id room;
  std::vector<client_id> awaited; ///< Lives of nodes that have relays, which will come.
  std::shared_ptr<const room_given> state = {}; ///< What an earlier home has handed over.
};

/// Asks whether a room is here, without starting it.
struct look_for_room {
  room_id room;
};

struct room_presence {
  bool is_home = false;
  bool has_relay = false;
};

/// Asks for a page of the rooms there are, by name.
struct list_rooms {
  std::string after;     ///< Only names behind this one; empty: from the first.
  std::size_t limit = 0; ///< At most so many.
};

/// Asks a room for its summary.
struct describe_room {};

/// A room has nobody and nothing to keep, and would end.
struct room_idle {
  room_id room;
  bool is_relay = false; ///< It is the room's relay here.
};

/// The directory hands the room out no more: it may end, if it still has nobody.
struct room_may_close {};

/// The room got company after all.
struct room_stays {
  room_id room;
  bool is_relay = false;
};

/// What stands before the first dot of a method: who answers it.
inline std::string_view prefix_of(std::string_view method) {
  return method.substr(0, method.find('.'));
}

/// A client calls a service.
struct rpc_call {
  std::string method; ///< As called, with the prefix.
  std::string data;   ///< JSON text, or empty.
  client_info_ptr who;
  std::vector<room_id> rooms; ///< Where the caller is a member.

  bool is_member_of(const room_id& room) const {
    return std::find(rooms.begin(), rooms.end(), room) != rooms.end();
  }
};

/// What a service answers: JSON text, or an error with a code of the protocol or its own
/// (400 to 1999).
struct rpc_answer {
  std::string data;
  protocol::error_result error; ///< Its code is 0 when all went well.
};

/// Ends a connection with a close frame.
struct disconnect {
  close_code code = close_code::force_disconnect;
};

/// The connection's socket is gone.
struct socket_closed {};

/// A connection reminds itself of the commands it has put off.
struct go_on {};

/// What a member that is an actor hears.
struct room_publication {
  room_id room;
  publication_ptr pub;
};

/// The member is in the room no more, because the room ended or it did not keep up.
struct room_closed {
  room_id room;
};

/// A fanout reminds itself that it has more to deliver.
struct deliver_more {};

} // namespace salon

#pragma once

#include "base/caf_adapter.hpp"
#include "messages/type_ids.hpp"

/// Who answers what. Handles are typed by these, so that the compiler lists what an actor must do.
namespace salon {

/// Those a room speaks to: the fanout of a shard.
using audience_actor = contract<caf::result<void>(subscribed), caf::result<void>(broadcast),
                                caf::result<void>(member_joined), caf::result<void>(member_left),
                                caf::result<void>(answered), caf::result<void>(stretch),
                                caf::result<void>(room_top), caf::result<void>(deliver_more)>;

/// The audience that stands for all of a node: its relay of the room.
using relay_audience_actor
  = contract<caf::result<void>(subscribed), caf::result<void>(broadcast),
             caf::result<void>(member_joined), caf::result<void>(member_left),
             caf::result<void>(answered), caf::result<void>(stretch), caf::result<void>(room_top),
             caf::result<void>(deliver_more), caf::result<void>(resumed),
             caf::result<void>(member_table)>;

/// A request together with the audience that the answer goes to.
template <class Order>
struct from_audience {
  audience_actor via;
  Order order;
};

struct publish {
  audience_actor via;
  std::uint64_t number = 0;
  publish_order_ptr order;
};

using subscribe = from_audience<subscribe_order>;
using presence_request = from_audience<read_presence>;
using history_request = from_audience<read_history>;
using stretch_request = from_audience<read_stretch>;
using delivery_receipt = from_audience<delivered>;

/// A relay's resume_order.
struct resume {
  relay_audience_actor via;
  client_id node; ///< The life of its node: it has one place in the room.
  resume_order order;
};

/// A room as fanouts know it: the room itself, or its relay.
using room_actor
  = contract<caf::result<void>(subscribe), caf::result<void>(unsubscribe),
             caf::result<void>(publish), caf::result<void>(presence_request),
             caf::result<void>(history_request), caf::result<void>(stretch_request),
             caf::result<void>(delivery_receipt), caf::result<room_summary>(describe_room),
             caf::result<void>(room_may_close)>;

/// A room where it is at home, the only one that numbers its publications; or what stands for it
/// on another node.
using home_actor
  = contract<caf::result<void>(subscribe), caf::result<void>(unsubscribe),
             caf::result<void>(publish), caf::result<void>(presence_request),
             caf::result<void>(history_request), caf::result<void>(stretch_request),
             caf::result<void>(delivery_receipt), caf::result<room_summary>(describe_room),
             caf::result<void>(room_may_close), caf::result<void>(resume),
             caf::result<room_given>(give_room), caf::result<void>(keep_room)>;

/// The answer to find_room.
struct room_found {
  room_actor room;
};

/// The answer to find_home and open_home.
struct home_found {
  home_actor home;
};

struct room_page {
  std::vector<home_actor> rooms; ///< In the order of their names.
  std::vector<room_id> names;    ///< Of these.
  std::string next;              ///< Where the next page starts; empty at the end.
};

/// Finds rooms, and starts them.
using directory_actor
  = contract<caf::result<room_found>(find_room), caf::result<room_page>(list_rooms),
             caf::result<void>(room_idle), caf::result<void>(room_stays)>;

/// The same for the gateway, which also makes this node a room's home.
using homes_actor
  = contract<caf::result<room_found>(find_room), caf::result<room_page>(list_rooms),
             caf::result<void>(room_idle), caf::result<void>(room_stays),
             caf::result<home_found>(open_home), caf::result<room_presence>(look_for_room)>;

/// A relay's way to the home of its room.
struct find_home {
  room_id room;
  relay_audience_actor relay;
};

/// The one actor of a node that speaks to other nodes.
using gateway_actor
  = contract<caf::result<home_found>(find_home), caf::result<void>(work_on),
             caf::result<void>(errand), caf::result<rooms_listed>(list_cluster_rooms),
             caf::result<rpc_answer>(rpc_call)>;

/// Writes the logs of rooms, everything that waits in one go.
using history_actor
  = contract<caf::result<opened_room>(open_order), caf::result<appended>(append_order),
             caf::result<void>(log_closed), caf::result<void>(work_on)>;

/// Reads them, meanwhile.
using log_reader_actor = contract<caf::result<log_part>(read_order), caf::result<void>(work_on)>;

/// One client's connection.
using connection_actor = contract<caf::result<void>(disconnect), caf::result<void>(socket_closed),
                                  caf::result<void>(go_on)>;

/// Answers the `rpc` calls under a method prefix: `poll.create` goes to the service `poll`.
using service_actor = contract<caf::result<rpc_answer>(rpc_call)>;

/// A member that is a program. Each publication is answered when it has been dealt with: a member
/// with too many unanswered ones loses its place in the room.
using member_actor = contract<caf::result<void>(room_publication), caf::result<void>(member_joined),
                              caf::result<void>(member_left), caf::result<void>(room_closed)>;

} // namespace salon

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::subscribe)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::publish)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::presence_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::history_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::stretch_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::delivery_receipt)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::room_found)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::resume)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::home_found)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::find_home)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::room_page)

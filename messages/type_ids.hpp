#pragma once

#include "messages/history_messages.hpp"
#include "messages/link_frame.hpp"
#include "messages/service_messages.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/type_id.hpp>

namespace salon {

template <class Order>
struct from_audience;
struct publish;
struct room_found;
struct room_page;
struct resume;
struct home_found;
struct find_home;
struct enter_room;
struct speak;
struct leave_room;

} // namespace salon

// What actors say to each other. The list only grows at its end. Only link_frame crosses to another
// process, with its number; of the others none can be serialised.
CAF_BEGIN_TYPE_ID_BLOCK(salon, caf::first_custom_type_id)
CAF_ADD_TYPE_ID(salon, (salon::subscribed))
CAF_ADD_TYPE_ID(salon, (salon::unsubscribe))
CAF_ADD_TYPE_ID(salon, (salon::broadcast))
CAF_ADD_TYPE_ID(salon, (salon::member_joined))
CAF_ADD_TYPE_ID(salon, (salon::member_left))
CAF_ADD_TYPE_ID(salon, (salon::answered))
CAF_ADD_TYPE_ID(salon, (salon::deliver_more))
CAF_ADD_TYPE_ID(salon, (salon::publish))
CAF_ADD_TYPE_ID(salon, (salon::from_audience<salon::subscribe_order>))
CAF_ADD_TYPE_ID(salon, (salon::from_audience<salon::read_presence>))
CAF_ADD_TYPE_ID(salon, (salon::from_audience<salon::read_history>))
CAF_ADD_TYPE_ID(salon, (salon::from_audience<salon::delivered>))
CAF_ADD_TYPE_ID(salon, (salon::find_room))
CAF_ADD_TYPE_ID(salon, (salon::list_rooms))
CAF_ADD_TYPE_ID(salon, (salon::describe_room))
CAF_ADD_TYPE_ID(salon, (salon::room_summary))
CAF_ADD_TYPE_ID(salon, (salon::room_found))
CAF_ADD_TYPE_ID(salon, (salon::room_page))
CAF_ADD_TYPE_ID(salon, (salon::room_idle))
CAF_ADD_TYPE_ID(salon, (salon::room_may_close))
CAF_ADD_TYPE_ID(salon, (salon::room_stays))
CAF_ADD_TYPE_ID(salon, (salon::rpc_call))
CAF_ADD_TYPE_ID(salon, (salon::rpc_answer))
CAF_ADD_TYPE_ID(salon, (salon::disconnect))
CAF_ADD_TYPE_ID(salon, (salon::socket_closed))
CAF_ADD_TYPE_ID(salon, (salon::go_on))
CAF_ADD_TYPE_ID(salon, (salon::room_publication))
CAF_ADD_TYPE_ID(salon, (salon::room_closed))
CAF_ADD_TYPE_ID(salon, (salon::enter_room))
CAF_ADD_TYPE_ID(salon, (salon::speak))
CAF_ADD_TYPE_ID(salon, (salon::leave_room))
CAF_ADD_TYPE_ID(salon, (salon::stream_position))
CAF_ADD_TYPE_ID(salon, (salon::opened_room))
CAF_ADD_TYPE_ID(salon, (salon::open_order))
CAF_ADD_TYPE_ID(salon, (salon::append_order))
CAF_ADD_TYPE_ID(salon, (salon::appended))
CAF_ADD_TYPE_ID(salon, (salon::read_order))
CAF_ADD_TYPE_ID(salon, (salon::log_part))
CAF_ADD_TYPE_ID(salon, (salon::work_on))
CAF_ADD_TYPE_ID(salon, (salon::stretch))
CAF_ADD_TYPE_ID(salon, (salon::room_top))
CAF_ADD_TYPE_ID(salon, (salon::from_audience<salon::read_stretch>))
CAF_ADD_TYPE_ID(salon, (salon::log_closed))
CAF_ADD_TYPE_ID(salon, (salon::link_frame))
CAF_ADD_TYPE_ID(salon, (salon::resume))
CAF_ADD_TYPE_ID(salon, (salon::resumed))
CAF_ADD_TYPE_ID(salon, (salon::member_table))
CAF_ADD_TYPE_ID(salon, (salon::open_home))
CAF_ADD_TYPE_ID(salon, (salon::home_found))
CAF_ADD_TYPE_ID(salon, (salon::find_home))
CAF_ADD_TYPE_ID(salon, (salon::look_for_room))
CAF_ADD_TYPE_ID(salon, (salon::room_presence))
CAF_ADD_TYPE_ID(salon, (salon::give_room))
CAF_ADD_TYPE_ID(salon, (salon::room_given))
CAF_ADD_TYPE_ID(salon, (salon::keep_room))
CAF_ADD_TYPE_ID(salon, (salon::errand))
CAF_ADD_TYPE_ID(salon, (salon::list_cluster_rooms))
CAF_ADD_TYPE_ID(salon, (salon::rooms_listed))
CAF_END_TYPE_ID_BLOCK(salon)

namespace salon {

/// The first type id for the messages of programs built on Salon.
inline constexpr caf::type_id_t first_user_type_id = caf::id_block::salon::end;

} // namespace salon

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::subscribed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::unsubscribe)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::broadcast)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::member_joined)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::member_left)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::answered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::deliver_more)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::find_room)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::list_rooms)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::describe_room)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::room_summary)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::room_idle)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::room_may_close)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::room_stays)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::rpc_call)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::rpc_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::disconnect)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::socket_closed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::go_on)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::room_publication)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::room_closed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::opened_room)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::open_order)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::append_order)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::appended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::read_order)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::log_part)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::work_on)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::stretch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::room_top)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::log_closed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::resumed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::member_table)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::open_home)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::look_for_room)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::room_presence)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::give_room)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::room_given)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::keep_room)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::errand)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::list_cluster_rooms)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(salon::rooms_listed)

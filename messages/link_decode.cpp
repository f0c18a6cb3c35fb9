#include "messages/link.pb.h"
#include "messages/link_codec.hpp"

#include <algorithm>
#include <limits>

namespace salon {

namespace {

namespace wire = link_protocol;

// Each `get` moves a value out of its message, and says whether it is one.

// ---- Parts.

bool get(std::string& from, std::string& to) {
  to = std::move(from);
  return true;
}

bool get(const std::string& from, client_id& to) {
  if (from.size() != to.bytes.size())
    return false;
  std::copy(from.begin(), from.end(), to.bytes.begin());
  return true;
}

bool get(std::uint32_t from, errc& to) {
  to = static_cast<errc>(from);
  return from == 0
         || (from >= static_cast<std::uint32_t>(errc::internal)
             && from <= static_cast<std::uint32_t>(errc::unrecoverable_position));
}

/// Values begin at 0 and have no gaps.
template <class Enum>
bool get(int from, Enum last, Enum& to) {
  to = static_cast<Enum>(from);
  return from >= 0 && from <= static_cast<int>(last);
}

bool get(int from, content& to) {
  return get(from, content::text, to);
}

bool get(int from, wire_format& to) {
  return get(from, wire_format::actor, to);
}

bool get(const wire::Position& from, stream_position& to) {
  to = {from.epoch(), from.offset()};
  return true;
}

bool get(wire::Client& from, client_info& to) {
  to.user = std::move(*from.mutable_user());
  to.conn_info = std::move(*from.mutable_conn_info());
  to.chan_info = std::move(*from.mutable_chan_info());
  return get(from.client(), to.client);
}

bool get(wire::Client& from, client_info_ptr& to) {
  auto who = std::make_shared<client_info>();
  if (!get(from, *who))
    return false;
  to = std::move(who);
  return true;
}

/// The member `who` of a message, which must be there.
template <class Wire>
bool get_who(Wire& from, client_info_ptr& to) {
  return from.has_who() && get(*from.mutable_who(), to);
}

bool get(wire::Tag& from, std::pair<std::string, std::string>& to) {
  to = {std::move(*from.mutable_name()), std::move(*from.mutable_value())};
  return true;
}

bool get(wire::Node& from, node_info& to) {
  to.name = std::move(*from.mutable_name());
  to.address = std::move(*from.mutable_address());
  to.hosts_rooms = from.hosts_rooms();
  return !to.name.empty() && get(from.life(), to.life);
}

bool get(wire::RoomSummary& from, room_summary& to) {
  to.room = std::move(*from.mutable_room());
  to.members = from.members();
  return true;
}

bool get(wire::Publication& from, publication_ptr& to);
bool get(wire::Seated& from, seated& to);
bool get(wire::Broadcast& from, broadcast& to);

template <class List, class Values>
bool get_all(List& from, Values& to) {
  to.reserve(static_cast<std::size_t>(from.size()));
  return std::all_of(from.begin(), from.end(), [&to](auto& x) {
    to.emplace_back();
    return get(x, to.back());
  });
}

bool get(wire::Publication& from, publication_ptr& to) {
  auto pub = std::make_shared<publication>();
  pub->offset = from.offset();
  pub->time = from.time();
  pub->data = std::move(*from.mutable_data());
  pub->flags = from.flags();
  pub->refers_to = from.refers_to();
  pub->key = std::move(*from.mutable_key());
  if (from.has_info() && !get(*from.mutable_info(), pub->info.emplace()))
    return false;
  if (!get(from.type(), pub->type) || !get(from.kind(), publication_kind::tombstone, pub->kind)
      || !get_all(*from.mutable_tags(), pub->tags))
    return false;
  to = std::move(pub);
  return true;
}

bool get(wire::Seated& from, seated& to) {
  to.join_leave = from.join_leave();
  return get_who(from, to.who) && get(from.format(), to.format);
}

// ---- Between a relay and a room's home.

bool get(wire::Broadcast& from, broadcast& to) {
  to.room = std::move(*from.mutable_room());
  to.offset = from.offset();
  to.answers = from.answers();
  to.epoch = std::move(*from.mutable_epoch());
  return from.has_publication() && get(*from.mutable_publication(), to.pub);
}

bool get(wire::PublishOrder& from, publish_order_ptr& to) {
  auto order = std::make_shared<publish_order>();
  order->data = std::move(*from.mutable_data());
  order->key = std::move(*from.mutable_key());
  order->key_is_inner = from.key_is_inner();
  order->passing = from.passing();
  if (from.has_from() && !get(*from.mutable_from(), order->from))
    return false;
  if (!get(from.type(), order->type) || !get_all(*from.mutable_tags(), order->tags))
    return false;
  to = std::move(order);
  return true;
}

bool get(wire::Delivered& from, delivered& to) {
  to.count = from.count();
  return true;
}

bool get(wire::PresencePage& from, presence_page& to) {
  to.clients = from.clients();
  to.users = from.users();
  return get_all(*from.mutable_members(), to.members);
}

bool get(wire::HistoryPage& from, history_page& to) {
  return get(from.top(), to.top) && get_all(*from.mutable_publications(), to.publications);
}

bool get(wire::Answered& from, answered& to) {
  to.room = std::move(*from.mutable_room());
  to.number = from.number();
  switch (from.what_case()) {
  case wire::Answered::kError:
    return get(from.error(), to.what.emplace<errc>());
  case wire::Answered::kPosition:
    return get(from.position(), to.what.emplace<stream_position>());
  case wire::Answered::kPresence:
    return get(*from.mutable_presence(), to.what.emplace<presence_page>());
  case wire::Answered::kHistory:
    return get(*from.mutable_history(), to.what.emplace<history_page>());
  case wire::Answered::WHAT_NOT_SET:
    break;
  }
  return false;
}

bool get(wire::MemberJoined& from, member_joined& to) {
  to.room = std::move(*from.mutable_room());
  return get_who(from, to.who);
}

bool get(wire::MemberLeft& from, member_left& to) {
  to.room = std::move(*from.mutable_room());
  return get_who(from, to.who);
}

bool get(wire::SubscribeOrder& from, subscribe_order& to) {
  to.number = from.number();
  to.join_leave = from.join_leave();
  to.recover = from.recover();
  to.recovered_or_not = from.recovered_or_not();
  return get_who(from, to.who) && get(from.format(), to.format) && get(from.since(), to.since);
}

/// `subscribed` and `resumed` say the same of different questions.
template <class Wire, class Answer>
bool get_entry(Wire& from, Answer& to) {
  to.room = std::move(*from.mutable_room());
  to.number = from.number();
  to.recovered = from.recovered();
  return get(from.error(), to.error) && get(from.top(), to.top)
         && get_all(*from.mutable_publications(), to.publications);
}

bool get(wire::Subscribed& from, subscribed& to) {
  return get_entry(from, to);
}

bool get(wire::Resumed& from, resumed& to) {
  return get_entry(from, to);
}

bool get(wire::Unsubscribe& from, unsubscribe& to) {
  return get(from.member(), to.member);
}

bool get(wire::Attach& from, attach& to) {
  to.room = std::move(*from.mutable_room());
  to.view = from.view();
  return !to.room.empty();
}

bool get(wire::AttachAnswer& from, attach_answer& to) {
  to.node = std::move(*from.mutable_node());
  return get(from.outcome(), attach_outcome::refused, to.outcome) && get(from.error(), to.error);
}

bool get(wire::Detached& from, detached& to) {
  to.failed = from.failed();
  return true;
}

bool get(wire::ResumeOrder& from, resume_order& to) {
  to.number = from.number();
  return get(from.since(), to.since) && get_all(*from.mutable_members(), to.members);
}

bool get(wire::ReadPresence& from, read_presence& to) {
  to.number = from.number();
  to.counts_only = from.counts_only();
  return true;
}

bool get(wire::ReadHistory& from, read_history& to) {
  to.number = from.number();
  to.limit = from.limit();
  to.reverse = from.reverse();
  return !from.has_since() || get(from.since(), to.since.emplace());
}

bool get(wire::ReadStretch& from, read_stretch& to) {
  to.number = from.number();
  to.from = from.from();
  to.json = from.json();
  to.text = from.text();
  return true;
}

bool get(wire::Stretch& from, stretch& to) {
  to.room = std::move(*from.mutable_room());
  to.number = from.number();
  to.gone = from.gone();
  to.failed = from.failed();
  return get_all(*from.mutable_publications(), to.publications);
}

bool get(wire::RoomTop& from, room_top& to) {
  to.room = std::move(*from.mutable_room());
  to.offset = from.offset();
  return true;
}

bool get(wire::MemberTable& from, member_table& to) {
  to.room = std::move(*from.mutable_room());
  return get_all(*from.mutable_members(), to.members);
}

// ---- Between nodes.

bool get(wire::NodeReport& from, node_report& to) {
  to.leaving = from.leaving();
  to.rooms = from.rooms();
  to.connections = from.connections();
  return get_all(*from.mutable_known(), to.known) && get_all(*from.mutable_up(), to.up);
}

bool get(wire::CensusAsk& from, census_ask& to) {
  to.number = from.number();
  to.room = std::move(*from.mutable_room());
  to.view = from.view();
  return !to.room.empty();
}

bool get(wire::CensusAnswer& from, census_answer& to) {
  to = {from.number(), from.same_view(), from.is_home(), from.has_relay()};
  return true;
}

bool get(wire::RoomsAsk& from, rooms_ask& to) {
  to = {from.number(), std::move(*from.mutable_after()), from.limit()};
  return true;
}

bool get(wire::RoomsAnswer& from, rooms_answer& to) {
  to.number = from.number();
  to.more = from.more();
  return get_all(*from.mutable_rooms(), to.rooms);
}

bool get(wire::RpcAsk& from, rpc_ask& to) {
  to.number = from.number();
  to.call.method = std::move(*from.mutable_method());
  to.call.data = std::move(*from.mutable_data());
  return (!from.has_who() || get(*from.mutable_who(), to.call.who))
         && get_all(*from.mutable_rooms(), to.call.rooms);
}

bool get(wire::RpcReply& from, rpc_reply& to) {
  to.number = from.number();
  to.answer.data = std::move(*from.mutable_data());
  to.answer.error
    = {from.error(), std::move(*from.mutable_error_message()), from.error_is_temporary()};
  return true;
}

bool get(wire::ServicesOffered& from, services_offered& to) {
  return get_all(*from.mutable_prefixes(), to.prefixes);
}

bool get(wire::RoomStateMoved& from, room_state_moved& to) {
  to.number = from.number();
  to.room = std::move(*from.mutable_room());
  to.has_state = from.has_state();
  to.last_publish = from.last_publish();
  return !to.room.empty() && get(from.top(), to.top)
         && get_all(*from.mutable_publications(), to.publications)
         && get_all(*from.mutable_relays(), to.relays);
}

bool get(wire::RoomStateTaken& from, room_state_taken& to) {
  to = {from.number(), from.taken()};
  return true;
}

bool get(wire::ControlAsk& from, control_ask& to) {
  to = {from.number(), std::move(*from.mutable_line())};
  return true;
}

bool get(wire::ControlTell& from, control_tell& to) {
  to = {from.number(), std::move(*from.mutable_line())};
  return true;
}

// ---- Which kind an event is of.

template <class Group, class Value, class Wire>
bool get_kind(Wire& from, link_event& to) {
  Value value;
  if (!get(from, value))
    return false;
  to.what.emplace<Group>(std::move(value));
  return true;
}

bool get_kind(wire::Event& from, link_event& to) {
  using nodes = link_event::between_nodes;
  using home = link_event::to_home;
  using relay = link_event::to_relay;
  using kind = wire::Event;
  switch (from.what_case()) {
  case kind::kBroadcast:
    return get_kind<relay, broadcast>(*from.mutable_broadcast(), to);
  case kind::kPublish:
    return get_kind<home, publish_order_ptr>(*from.mutable_publish(), to);
  case kind::kDelivered:
    return get_kind<home, delivered>(*from.mutable_delivered(), to);
  case kind::kAnswered:
    return get_kind<relay, answered>(*from.mutable_answered(), to);
  case kind::kMemberJoined:
    return get_kind<relay, member_joined>(*from.mutable_member_joined(), to);
  case kind::kMemberLeft:
    return get_kind<relay, member_left>(*from.mutable_member_left(), to);
  case kind::kSubscribe:
    return get_kind<home, subscribe_order>(*from.mutable_subscribe(), to);
  case kind::kSubscribed:
    return get_kind<relay, subscribed>(*from.mutable_subscribed(), to);
  case kind::kUnsubscribe:
    return get_kind<home, unsubscribe>(*from.mutable_unsubscribe(), to);
  case kind::kAttach:
    return get_kind<home, attach>(*from.mutable_attach(), to);
  case kind::kResume:
    return get_kind<home, resume_order>(*from.mutable_resume(), to);
  case kind::kReadPresence:
    return get_kind<home, read_presence>(*from.mutable_read_presence(), to);
  case kind::kReadHistory:
    return get_kind<home, read_history>(*from.mutable_read_history(), to);
  case kind::kReadStretch:
    return get_kind<home, read_stretch>(*from.mutable_read_stretch(), to);
  case kind::kRelayDetached:
    return get_kind<home, detached>(*from.mutable_relay_detached(), to);
  case kind::kAttachAnswer:
    return get_kind<relay, attach_answer>(*from.mutable_attach_answer(), to);
  case kind::kResumed:
    return get_kind<relay, resumed>(*from.mutable_resumed(), to);
  case kind::kStretch:
    return get_kind<relay, stretch>(*from.mutable_stretch(), to);
  case kind::kRoomTop:
    return get_kind<relay, room_top>(*from.mutable_room_top(), to);
  case kind::kMemberTable:
    return get_kind<relay, member_table>(*from.mutable_member_table(), to);
  case kind::kHomeDetached:
    return get_kind<relay, detached>(*from.mutable_home_detached(), to);
  case kind::kNodeReport:
    return get_kind<nodes, node_report>(*from.mutable_node_report(), to);
  case kind::kCensusAsk:
    return get_kind<nodes, census_ask>(*from.mutable_census_ask(), to);
  case kind::kCensusAnswer:
    return get_kind<nodes, census_answer>(*from.mutable_census_answer(), to);
  case kind::kRoomsAsk:
    return get_kind<nodes, rooms_ask>(*from.mutable_rooms_ask(), to);
  case kind::kRoomsAnswer:
    return get_kind<nodes, rooms_answer>(*from.mutable_rooms_answer(), to);
  case kind::kRpcAsk:
    return get_kind<nodes, rpc_ask>(*from.mutable_rpc_ask(), to);
  case kind::kRpcReply:
    return get_kind<nodes, rpc_reply>(*from.mutable_rpc_reply(), to);
  case kind::kServicesOffered:
    return get_kind<nodes, services_offered>(*from.mutable_services_offered(), to);
  case kind::kRoomStateMoved:
    return get_kind<nodes, room_state_moved>(*from.mutable_room_state_moved(), to);
  case kind::kRoomStateTaken:
    return get_kind<nodes, room_state_taken>(*from.mutable_room_state_taken(), to);
  case kind::kControlAsk:
    return get_kind<nodes, control_ask>(*from.mutable_control_ask(), to);
  case kind::kControlTell:
    return get_kind<nodes, control_tell>(*from.mutable_control_tell(), to);
  case kind::WHAT_NOT_SET:
    break;
  }
  return false;
}

template <class Message>
bool parse(std::string_view bytes, Message& to) {
  return bytes.size() <= std::numeric_limits<int>::max()
         && to.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

bool get(wire::Hello& from, link_hello& to) {
  to.version_min = from.version_min();
  to.version_max = from.version_max();
  to.window_bytes = from.window_bytes();
  return get(*from.mutable_self(), to.self);
}

} // namespace

std::optional<link_event> decode_event(std::string_view bytes) {
  wire::Event in;
  link_event result;
  if (!parse(bytes, in) || !get_kind(in, result))
    return std::nullopt;
  result.attachment = in.attachment();
  result.number = in.number();
  result.is_last = !in.more();
  return result;
}

std::optional<any_frame> decode_frame(std::string_view bytes) {
  wire::Frame in;
  if (!parse(bytes, in) || in.epoch() == 0)
    return std::nullopt;
  if (in.has_hello()) {
    greeting_frame result;
    result.hello.epoch = in.epoch();
    result.peer_epoch = in.peer_epoch();
    result.refusal = std::move(*in.mutable_refusal());
    if (!get(*in.mutable_hello(), result.hello))
      return std::nullopt;
    return result;
  }
  data_frame result{in.epoch(), in.peer_epoch(), in.number(), in.acknowledged(), {}};
  result.events.reserve(static_cast<std::size_t>(in.events_size()));
  for (auto& x : *in.mutable_events())
    result.events.push_back(std::move(x));
  return result;
}

} // namespace salon

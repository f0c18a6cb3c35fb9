#include "messages/link.pb.h"
#include "messages/link_codec.hpp"

namespace salon {

namespace {

namespace wire = link_protocol;

// Our enums are cast to those of the wire, so they have the same numbers.
static_assert(static_cast<int>(content::json) == wire::CONTENT_JSON);
static_assert(static_cast<int>(content::text) == wire::CONTENT_TEXT);
static_assert(static_cast<int>(publication_kind::message) == wire::PUBLICATION_MESSAGE);
static_assert(static_cast<int>(publication_kind::tombstone) == wire::PUBLICATION_TOMBSTONE);
static_assert(static_cast<int>(wire_format::json) == wire::FORMAT_JSON);
static_assert(static_cast<int>(wire_format::text) == wire::FORMAT_TEXT);
static_assert(static_cast<int>(wire_format::actor) == wire::FORMAT_ACTOR);
static_assert(static_cast<int>(attach_outcome::attached) == wire::ATTACH_ATTACHED);
static_assert(static_cast<int>(attach_outcome::elsewhere) == wire::ATTACH_ELSEWHERE);
static_assert(static_cast<int>(attach_outcome::later) == wire::ATTACH_LATER);
static_assert(static_cast<int>(attach_outcome::refused) == wire::ATTACH_REFUSED);

// ---- Parts.

void put(const std::string& from, std::string& to) {
  to = from;
}

void put(const client_id& from, std::string& to) {
  to.assign(from.bytes.begin(), from.bytes.end());
}

std::uint32_t number_of(errc code) {
  return static_cast<std::uint32_t>(code);
}

void put(const stream_position& from, wire::Position& to) {
  to.set_epoch(from.epoch);
  to.set_offset(from.offset);
}

void put(const client_info& from, wire::Client& to) {
  to.set_user(from.user);
  put(from.client, *to.mutable_client());
  to.set_conn_info(from.conn_info);
  to.set_chan_info(from.chan_info);
}

void put(const client_info_ptr& from, wire::Client& to) {
  put(*from, to);
}

void put(const std::pair<std::string, std::string>& from, wire::Tag& to) {
  to.set_name(from.first);
  to.set_value(from.second);
}

void put(const node_info& from, wire::Node& to) {
  to.set_name(from.name);
  put(from.life, *to.mutable_life());
  to.set_address(from.address);
  to.set_hosts_rooms(from.hosts_rooms);
}

void put(const room_summary& from, wire::RoomSummary& to) {
  to.set_room(from.room);
  to.set_members(from.members);
}

void put(const publication_ptr& from, wire::Publication& to);
void put(const seated& from, wire::Seated& to);
void put(const broadcast& from, wire::Broadcast& to);

template <class Values, class List>
void put_all(const Values& from, List& to) {
  to.Reserve(static_cast<int>(from.size()));
  for (const auto& x : from)
    put(x, *to.Add());
}

void put(const publication_ptr& from, wire::Publication& to) {
  to.set_offset(from->offset);
  to.set_time(from->time);
  to.set_type(static_cast<wire::Content>(from->type));
  to.set_data(from->data);
  if (from->info)
    put(*from->info, *to.mutable_info());
  put_all(from->tags, *to.mutable_tags());
  to.set_kind(static_cast<wire::PublicationKind>(from->kind));
  to.set_flags(from->flags);
  to.set_refers_to(from->refers_to);
  to.set_key(from->key);
}

void put(const seated& from, wire::Seated& to) {
  put(from.who, *to.mutable_who());
  to.set_format(static_cast<wire::Format>(from.format));
  to.set_join_leave(from.join_leave);
}

// ---- Between a relay and a room's home.

void put(const broadcast& from, wire::Broadcast& to) {
  to.set_room(from.room);
  to.set_offset(from.offset);
  put(from.pub, *to.mutable_publication());
  to.set_answers(from.answers);
  to.set_epoch(from.epoch);
}

void put(const publish_order_ptr& from, wire::PublishOrder& to) {
  if (from->from)
    put(from->from, *to.mutable_from());
  to.set_type(static_cast<wire::Content>(from->type));
  to.set_data(from->data);
  put_all(from->tags, *to.mutable_tags());
  to.set_key(from->key);
  to.set_key_is_inner(from->key_is_inner);
  to.set_passing(from->passing);
}

void put(const delivered& from, wire::Delivered& to) {
  to.set_count(from.count);
}

void put_what(errc from, wire::Answered& to) {
  to.set_error(number_of(from));
}

void put_what(const stream_position& from, wire::Answered& to) {
  put(from, *to.mutable_position());
}

void put_what(const presence_page& from, wire::Answered& to) {
  auto& page = *to.mutable_presence();
  put_all(from.members, *page.mutable_members());
  page.set_clients(from.clients);
  page.set_users(from.users);
}

void put_what(const history_page& from, wire::Answered& to) {
  auto& page = *to.mutable_history();
  put_all(from.publications, *page.mutable_publications());
  put(from.top, *page.mutable_top());
}

void put(const answered& from, wire::Answered& to) {
  to.set_room(from.room);
  to.set_number(from.number);
  std::visit([&to](const auto& x) { put_what(x, to); }, from.what);
}

void put(const member_joined& from, wire::MemberJoined& to) {
  to.set_room(from.room);
  put(from.who, *to.mutable_who());
}

void put(const member_left& from, wire::MemberLeft& to) {
  to.set_room(from.room);
  put(from.who, *to.mutable_who());
}

void put(const subscribe_order& from, wire::SubscribeOrder& to) {
  to.set_number(from.number);
  put(from.who, *to.mutable_who());
  to.set_format(static_cast<wire::Format>(from.format));
  to.set_join_leave(from.join_leave);
  to.set_recover(from.recover);
  put(from.since, *to.mutable_since());
  to.set_recovered_or_not(from.recovered_or_not);
}

/// `subscribed` and `resumed` say the same of different questions.
template <class Answer, class Wire>
void put_entry(const Answer& from, Wire& to) {
  to.set_room(from.room);
  to.set_number(from.number);
  to.set_error(number_of(from.error));
  put(from.top, *to.mutable_top());
  to.set_recovered(from.recovered);
  put_all(from.publications, *to.mutable_publications());
}

void put(const subscribed& from, wire::Subscribed& to) {
  put_entry(from, to);
}

void put(const resumed& from, wire::Resumed& to) {
  put_entry(from, to);
}

void put(const unsubscribe& from, wire::Unsubscribe& to) {
  put(from.member, *to.mutable_member());
}

void put(const attach& from, wire::Attach& to) {
  to.set_room(from.room);
  to.set_view(from.view);
}

void put(const attach_answer& from, wire::AttachAnswer& to) {
  to.set_outcome(static_cast<wire::AttachOutcome>(from.outcome));
  to.set_node(from.node);
  to.set_error(number_of(from.error));
}

void put(const detached& from, wire::Detached& to) {
  to.set_failed(from.failed);
}

void put(const resume_order& from, wire::ResumeOrder& to) {
  to.set_number(from.number);
  put(from.since, *to.mutable_since());
  put_all(from.members, *to.mutable_members());
}

void put(const read_presence& from, wire::ReadPresence& to) {
  to.set_number(from.number);
  to.set_counts_only(from.counts_only);
}

void put(const read_history& from, wire::ReadHistory& to) {
  to.set_number(from.number);
  to.set_limit(from.limit);
  if (from.since)
    put(*from.since, *to.mutable_since());
  to.set_reverse(from.reverse);
}

void put(const read_stretch& from, wire::ReadStretch& to) {
  to.set_number(from.number);
  to.set_from(from.from);
  to.set_json(from.json);
  to.set_text(from.text);
}

void put(const stretch& from, wire::Stretch& to) {
  to.set_room(from.room);
  to.set_number(from.number);
  to.set_gone(from.gone);
  to.set_failed(from.failed);
  put_all(from.publications, *to.mutable_publications());
}

void put(const room_top& from, wire::RoomTop& to) {
  to.set_room(from.room);
  to.set_offset(from.offset);
}

void put(const member_table& from, wire::MemberTable& to) {
  to.set_room(from.room);
  put_all(from.members, *to.mutable_members());
}

// ---- Between nodes.

void put(const node_report& from, wire::NodeReport& to) {
  put_all(from.known, *to.mutable_known());
  put_all(from.up, *to.mutable_up());
  to.set_leaving(from.leaving);
  to.set_rooms(from.rooms);
  to.set_connections(from.connections);
}

void put(const census_ask& from, wire::CensusAsk& to) {
  to.set_number(from.number);
  to.set_room(from.room);
  to.set_view(from.view);
}

void put(const census_answer& from, wire::CensusAnswer& to) {
  to.set_number(from.number);
  to.set_same_view(from.same_view);
  to.set_is_home(from.is_home);
  to.set_has_relay(from.has_relay);
}

void put(const rooms_ask& from, wire::RoomsAsk& to) {
  to.set_number(from.number);
  to.set_after(from.after);
  to.set_limit(from.limit);
}

void put(const rooms_answer& from, wire::RoomsAnswer& to) {
  to.set_number(from.number);
  put_all(from.rooms, *to.mutable_rooms());
  to.set_more(from.more);
}

void put(const rpc_ask& from, wire::RpcAsk& to) {
  to.set_number(from.number);
  to.set_method(from.call.method);
  to.set_data(from.call.data);
  if (from.call.who)
    put(from.call.who, *to.mutable_who());
  put_all(from.call.rooms, *to.mutable_rooms());
}

void put(const rpc_reply& from, wire::RpcReply& to) {
  to.set_number(from.number);
  to.set_data(from.answer.data);
  to.set_error(from.answer.error.code);
  to.set_error_message(from.answer.error.message);
  to.set_error_is_temporary(from.answer.error.temporary);
}

void put(const services_offered& from, wire::ServicesOffered& to) {
  put_all(from.prefixes, *to.mutable_prefixes());
}

void put(const room_state_moved& from, wire::RoomStateMoved& to) {
  to.set_number(from.number);
  to.set_room(from.room);
  to.set_has_state(from.has_state);
  put(from.top, *to.mutable_top());
  to.set_last_publish(from.last_publish);
  put_all(from.publications, *to.mutable_publications());
  put_all(from.relays, *to.mutable_relays());
}

void put(const room_state_taken& from, wire::RoomStateTaken& to) {
  to.set_number(from.number);
  to.set_taken(from.taken);
}

void put(const control_ask& from, wire::ControlAsk& to) {
  to.set_number(from.number);
  to.set_line(from.line);
}

void put(const control_tell& from, wire::ControlTell& to) {
  to.set_number(from.number);
  to.set_line(from.line);
}

// ---- Which kind an event is of.

template <class... Functions>
struct overloaded : Functions... {
  using Functions::operator()...;
};

template <class... Functions>
overloaded(Functions...) -> overloaded<Functions...>;

void put_kind(const link_event::between_nodes& from, wire::Event& to) {
  std::visit(overloaded{
               [&](const node_report& x) { put(x, *to.mutable_node_report()); },
               [&](const census_ask& x) { put(x, *to.mutable_census_ask()); },
               [&](const census_answer& x) { put(x, *to.mutable_census_answer()); },
               [&](const rooms_ask& x) { put(x, *to.mutable_rooms_ask()); },
               [&](const rooms_answer& x) { put(x, *to.mutable_rooms_answer()); },
               [&](const rpc_ask& x) { put(x, *to.mutable_rpc_ask()); },
               [&](const rpc_reply& x) { put(x, *to.mutable_rpc_reply()); },
               [&](const services_offered& x) { put(x, *to.mutable_services_offered()); },
               [&](const room_state_moved& x) { put(x, *to.mutable_room_state_moved()); },
               [&](const room_state_taken& x) { put(x, *to.mutable_room_state_taken()); },
               [&](const control_ask& x) { put(x, *to.mutable_control_ask()); },
               [&](const control_tell& x) { put(x, *to.mutable_control_tell()); },
             },
             from);
}

void put_kind(const link_event::to_home& from, wire::Event& to) {
  std::visit(overloaded{
               [&](const attach& x) { put(x, *to.mutable_attach()); },
               [&](const resume_order& x) { put(x, *to.mutable_resume()); },
               [&](const subscribe_order& x) { put(x, *to.mutable_subscribe()); },
               [&](const unsubscribe& x) { put(x, *to.mutable_unsubscribe()); },
               [&](const publish_order_ptr& x) { put(x, *to.mutable_publish()); },
               [&](const read_presence& x) { put(x, *to.mutable_read_presence()); },
               [&](const read_history& x) { put(x, *to.mutable_read_history()); },
               [&](const read_stretch& x) { put(x, *to.mutable_read_stretch()); },
               [&](const delivered& x) { put(x, *to.mutable_delivered()); },
               [&](const detached& x) { put(x, *to.mutable_relay_detached()); },
             },
             from);
}

void put_kind(const link_event::to_relay& from, wire::Event& to) {
  std::visit(overloaded{
               [&](const attach_answer& x) { put(x, *to.mutable_attach_answer()); },
               [&](const resumed& x) { put(x, *to.mutable_resumed()); },
               [&](const subscribed& x) { put(x, *to.mutable_subscribed()); },
               [&](const broadcast& x) { put(x, *to.mutable_broadcast()); },
               [&](const member_joined& x) { put(x, *to.mutable_member_joined()); },
               [&](const member_left& x) { put(x, *to.mutable_member_left()); },
               [&](const answered& x) { put(x, *to.mutable_answered()); },
               [&](const stretch& x) { put(x, *to.mutable_stretch()); },
               [&](const room_top& x) { put(x, *to.mutable_room_top()); },
               [&](const member_table& x) { put(x, *to.mutable_member_table()); },
               [&](const detached& x) { put(x, *to.mutable_home_detached()); },
             },
             from);
}

} // namespace

std::string encode(const link_event& what) {
  wire::Event out;
  out.set_attachment(what.attachment);
  out.set_number(what.number);
  out.set_more(!what.is_last);
  std::visit([&out](const auto& x) { put_kind(x, out); }, what.what);
  return out.SerializeAsString();
}

std::string encode(const greeting_frame& what) {
  wire::Frame out;
  out.set_epoch(what.hello.epoch);
  out.set_peer_epoch(what.peer_epoch);
  auto& hello = *out.mutable_hello();
  hello.set_version_min(what.hello.version_min);
  hello.set_version_max(what.hello.version_max);
  put(what.hello.self, *hello.mutable_self());
  hello.set_window_bytes(what.hello.window_bytes);
  out.set_refusal(what.refusal);
  return out.SerializeAsString();
}

std::string encode(data_frame what) {
  wire::Frame out;
  out.set_epoch(what.epoch);
  out.set_peer_epoch(what.peer_epoch);
  out.set_number(what.number);
  out.set_acknowledged(what.acknowledged);
  out.mutable_events()->Reserve(static_cast<int>(what.events.size()));
  for (auto& x : what.events)
    out.add_events(std::move(x));
  return out.SerializeAsString();
}

} // namespace salon

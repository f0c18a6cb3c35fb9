#include "actors/failure.hpp"
#include "actors/gateway.hpp"

#include <iterator>
#include <utility>

// Attachments: what comes by a link for a room or a relay of this node is told it as if the other
// were here.
namespace salon {

namespace {

template <class T>
void append(std::vector<T>& to, std::vector<T>& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

// Of one node, on their way into their rooms.
constexpr std::size_t unseated_max = 32;

} // namespace

// -- for a room here ----------------------------------------------------------

struct gateway_state::home_telling {
  gateway_state& gateway;
  incoming& to;
  const link_event& event;
  place where;

  template <class Order>
  void operator()(Order& order) const {
    tell(gateway.self_, to.home, from_audience<Order>{to.stand_in, std::move(order)});
  }
  void operator()(attach&) const {
  }
  void operator()(unsubscribe& x) const {
    tell(gateway.self_, to.home, x);
  }
  void operator()(publish_order_ptr& x) const {
    tell(gateway.self_, to.home, publish{to.stand_in, event.number, std::move(x)});
  }
  void operator()(delivered& x) const {
    to.state->passed_on(x.count);
  }
  void operator()(resume_order& x) const {
    append(to.members, x.members);
    if (!event.is_last)
      return;
    x.members = std::exchange(to.members, {});
    gateway.queue_resume(where, resume{to.stand_in, to.life, std::move(x)});
  }
  void operator()(detached&) const {
    gateway.end_incoming(where);
  }
};

void gateway_state::to_home(way_id way, link_event& what) {
  auto& said = std::get<link_event::to_home>(what.what);
  place where{way, what.attachment};
  if (const auto* asked = std::get_if<attach>(&said)) {
    on_attach(way, what.attachment, *asked);
    return;
  }
  auto i = incoming_.find(where);
  if (i == incoming_.end()) {
    if (!std::holds_alternative<detached>(said))
      post(way, {what.attachment, 0, true, link_event::to_relay{detached{true}}});
    return;
  }
  auto& whom = peers_.at(way);
  if (waits_for_room(whom, what)) {
    ++whom.held[what.attachment];
    whom.reads.push_back(std::move(what));
    return;
  }
  pass_to_home(way, i->second, what);
}

void gateway_state::pass_to_home(way_id way, incoming& whose, link_event& what) {
  note_asked(peers_.at(way), what);
  place where{way, what.attachment};
  std::visit(home_telling{*this, whose, what, where}, std::get<link_event::to_home>(what.what));
}

void gateway_state::end_incoming(const place& where) {
  auto i = incoming_.find(where);
  if (i == incoming_.end())
    return;
  auto gone = std::move(i->second);
  incoming_.erase(i);
  auto all = places_of_.find({gone.life, gone.room});
  all->second.erase(where);
  if (all->second.empty())
    places_of_.erase(all);
  if (auto whose = peers_.find(where.first); whose != peers_.end() && !gone.is_seated)
    --whose->second.unseated;
  end_resume(where, gone);
  forget_reads(where);
  forget_lists(where.first, {false, where.second});
  gone.home_watch.end();
  dismiss(gone.stand_in);
}

// The room has seated the members anew: earlier places of their node are over.
void gateway_state::on_seated(way_id way, std::uint64_t attachment) {
  place now_at{way, attachment};
  auto i = incoming_.find(now_at);
  if (i == incoming_.end())
    return;
  if (auto whose = peers_.find(way); whose != peers_.end() && !i->second.is_seated)
    --whose->second.unseated;
  i->second.is_seated = true;
  end_resume(now_at, i->second);
  auto all = places_of_[{i->second.life, i->second.room}];
  // Attachments count up: one by which the relay has come since stays.
  for (const auto& each : all)
    if (each.second < attachment)
      end_incoming(each);
}

// A few at a time: what all of them have missed would not fit into the link at once.
bool gateway_state::is_busy(way_id way) const {
  auto i = peers_.find(way);
  return i == peers_.end() || i->second.unseated >= unseated_max
         || i->second.line->queued_bytes() > around_.options.links.queue_bytes_max / 4;
}

// Relays here look for their rooms anew. Those of the node keep their places for a while.
void gateway_state::forget_attachments(way_id way) {
  std::vector<std::uint64_t> over;
  for (const auto& [number, each] : outgoing_)
    if (each.way == way)
      over.push_back(number);
  for (auto number : over)
    end_outgoing(number, true);
  for (auto& [where, each] : incoming_) {
    if (where.first != way)
      continue;
    each.state->go_silent();
  }
}

// -- for a relay here ---------------------------------------------------------

struct gateway_state::relay_telling {
  gateway_state& gateway;
  outgoing& to;
  const link_event& event;

  template <class Fact>
  void operator()(Fact& fact) const {
    fact.room = to.room;
    to.state->pass_on(to.relay, std::move(fact));
  }
  void operator()(attach_answer&) const {
  }
  void operator()(stretch& x) const {
    x.room = to.room;
    for (auto& each : x.publications)
      each.room = to.room;
    to.state->pass_on(to.relay, std::move(x));
  }
  void operator()(resumed& x) const {
    append(to.publications, x.publications);
    if (!event.is_last)
      return;
    x.publications = std::exchange(to.publications, {});
    x.room = to.room;
    auto has_place = x.error == errc::none;
    to.state->pass_on(to.relay, std::move(x));
    if (has_place)
      gateway.end_other_outgoing(room_id{to.room}, event.attachment);
    else
      gateway.give_up_outgoing(event.attachment);
  }
  void operator()(member_table& x) const {
    append(to.members, x.members);
    if (!event.is_last)
      return;
    to.state->pass_on(to.relay, member_table{to.room, std::exchange(to.members, {})});
  }
  void operator()(answered& x) const {
    x.room = to.room;
    if (auto* page = std::get_if<presence_page>(&x.what)) {
      append(to.members, page->members);
      if (!event.is_last)
        return;
      page->members = std::exchange(to.members, {});
    }
    to.state->pass_on(to.relay, std::move(x));
  }
  void operator()(detached& x) const {
    gateway.end_outgoing(event.attachment, x.failed);
  }
};

void gateway_state::to_relay(way_id way, link_event& what) {
  auto& said = std::get<link_event::to_relay>(what.what);
  auto i = outgoing_.find(what.attachment);
  if (i == outgoing_.end() || i->second.way != way) {
    if (!std::holds_alternative<detached>(said))
      post(way, {what.attachment, 0, true, link_event::to_home{detached{}}});
    return;
  }
  if (const auto* answer = std::get_if<attach_answer>(&said)) {
    on_attach_answer(what.attachment, *answer);
    return;
  }
  if (!i->second.stand_in)
    return;
  std::visit(relay_telling{*this, i->second, what}, said);
}

void gateway_state::on_attach_answer(std::uint64_t attachment, const attach_answer& x) {
  auto& asked = outgoing_[attachment];
  if (asked.stand_in)
    return;
  if (x.outcome == attach_outcome::attached) {
    auto made = spawn_far_room(around_.home, *this, asked.way, attachment);
    asked.stand_in = made.handle;
    asked.state = made.state;
    asked.relay_watch = watch(self_, asked.relay, [this, attachment](const caf::error&) {
      auto i = outgoing_.find(attachment);
      if (i == outgoing_.end())
        return;
      give_up_outgoing(attachment);
    });
    asked.asked.deliver(home_found{asked.stand_in});
    return;
  }
  auto over = std::move(asked);
  outgoing_.erase(attachment);
  attachments_of_[over.room].erase(attachment);
  if (attachments_of_[over.room].empty())
    attachments_of_.erase(over.room);
  applicant who;
  who.here = over.asked;
  who.relay = over.relay;
  who.hops = over.hops;
  who.is_here = true;
  switch (x.outcome) {
  case attach_outcome::elsewhere:
    point_to(who, over.room, x.node);
    break;
  case attach_outcome::refused:
    refuse(who, x.error);
    break;
  default:
    // The hint, if there was one, was wrong.
    hints_.erase(over.room);
    put_off(who);
  }
}

// `lost`: what was said may have been heard or not.
void gateway_state::end_outgoing(std::uint64_t attachment, bool lost) {
  auto i = outgoing_.find(attachment);
  if (i == outgoing_.end())
    return;
  auto over = std::move(i->second);
  outgoing_.erase(i);
  auto all = attachments_of_.find(over.room);
  all->second.erase(attachment);
  if (all->second.empty())
    attachments_of_.erase(all);
  over.relay_watch.end();
  forget_lists(over.way, {true, attachment});
  if (!over.stand_in)
    over.asked.deliver(fail(errc::internal));
  else if (lost)
    give_up(over.stand_in);
  else
    dismiss(over.stand_in);
}

void gateway_state::give_up_outgoing(std::uint64_t attachment) {
  auto way = outgoing_[attachment].way;
  end_outgoing(attachment, true);
  post(way, {attachment, 0, true, link_event::to_home{detached{}}});
}

// A relay has one place; others are left from earlier tries.
void gateway_state::end_other_outgoing(const room_id& room, std::uint64_t but) {
  auto i = attachments_of_.find(room);
  if (i == attachments_of_.end())
    return;
  auto all = i->second;
  all.erase(but);
  for (auto each : all)
    if (outgoing_[each].stand_in)
      give_up_outgoing(each);
}

// Nobody waits for a node that does not answer, or for a relay that does not come back.
void gateway_state::sweep() {
  std::vector<std::uint64_t> late;
  for (const auto& [number, each] : outgoing_)
    if (!each.stand_in && now() - each.since >= around_.options.answer_timeout)
      late.push_back(number);
  for (auto number : late)
    give_up_outgoing(number);
  for (auto& [way, each] : peers_)
    std::erase_if(each.asked, [this](const auto& x) {
      return now() - x.second.since >= 4 * around_.options.answer_timeout;
    });
  std::vector<place> silent;
  for (const auto& [where, each] : incoming_)
    if (each.over_at && now() >= *each.over_at)
      silent.push_back(where);
  for (const auto& each : silent)
    end_incoming(each);
  settle_censuses();
  finish_late_questions();
}

} // namespace salon

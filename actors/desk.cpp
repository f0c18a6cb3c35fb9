#include "actors/desk.hpp"

#include "actors/failure.hpp"
#include "messages/json_scanner.hpp"
#include "messages/text_codec.hpp"

#include <utility>

namespace salon {

desk_state::desk_state(desk_actor::pointer self, shard_locals& here) : self_(self), here_(here) {
  // nop
}

desk_state::~desk_state() {
  for (auto& [address, seat] : seats_) {
    seat->owner = nullptr;
    dismiss(seat->actor);
  }
  here_.counts.member_actors.dec(static_cast<std::int64_t>(seats_.size()));
}

desk_actor::behavior_type desk_state::make_behavior() {
  return {
    [this](const enter_room& x) { return on_enter(x); },
    [this](const speak& x) { return on_speak(x); },
    [this](const leave_room& x) { on_leave(x); },
  };
}

member_ptr desk_state::seat_of(const enter_room& x) {
  auto& seat = seats_[x.who.address()];
  if (seat)
    return seat;
  client_info who;
  who.client = here_.new_client_id();
  who.conn_info = text::info_of(x.name);
  seat = std::make_shared<member>();
  seat->who = std::make_shared<const client_info>(std::move(who));
  seat->format = wire_format::actor;
  seat->owner = this;
  seat->actor = x.who;
  here_.fanout.attend(x.who, seat);
  here_.counts.member_actors.inc();
  watch(self_, x.who, [this, gone = x.who.address()](const caf::error&) {
    auto i = seats_.find(gone);
    if (i != seats_.end()) {
      // The seat's own handle would keep the actor's remains.
      i->second->owner = nullptr;
      std::erase_if(entering_,
                    [&](const auto& each) { return each.first.first == i->second.get(); });
      seats_.erase(i);
      here_.counts.member_actors.dec();
    }
  });
  return seat;
}

subscription* desk_state::find(const member_actor& who, const room_id& room) const {
  auto i = seats_.find(who.address());
  if (i == seats_.end())
    return nullptr;
  for (const auto& each : i->second->subscriptions)
    if (here_.fanout.room_of(*each) == room)
      return each.get();
  return nullptr;
}

caf::result<void> desk_state::on_enter(const enter_room& x) {
  errc why = errc::none;
  if (!here_.rooms->find(x.room, &why))
    return fail(why);
  if (find(x.who, x.room))
    return fail(errc::already_subscribed);
  auto seat = seat_of(x);
  fanout_state::entry_request request;
  request.join_leave = true;
  here_.fanout.subscribe_to(x.room, *seat, std::move(request));
  return entering_[{seat.get(), x.room}] = self_->make_response_promise<void>();
}

void desk_state::on_subscribed(subscription& to, const subscribed& answer) {
  auto i = entering_.find({&to.owner, answer.room});
  if (i == entering_.end())
    return;
  auto caller = std::move(i->second);
  entering_.erase(i);
  if (answer.error == errc::none)
    caller.deliver();
  else
    caller.deliver(fail(answer.error));
}

void desk_state::on_unsubscribed(subscription& from, unsubscribe_code) {
  entering_.erase({&from.owner, here_.fanout.room_of(from)});
}

caf::result<stream_position> desk_state::on_speak(const speak& x) {
  if (!find(x.who, x.room))
    return fail(errc::permission_denied);
  if (x.type == content::json && !json::is_valid(x.data))
    return fail(errc::bad_request);
  auto seat = seats_[x.who.address()];
  publish_order order;
  order.from = seat->who;
  order.type = x.type;
  order.data = x.data;
  auto number = ++numbers_;
  auto sent = here_.fanout.publish_in(x.room, seat, number,
                                      std::make_shared<const publish_order>(std::move(order)));
  if (sent == sending::refused)
    return fail(errc::too_many_requests);
  return speaking_.emplace(number, self_->make_response_promise<stream_position>()).first->second;
}

void desk_state::on_answered(std::uint64_t command, const answered& answer) {
  auto i = speaking_.find(command);
  if (i == speaking_.end())
    return;
  auto caller = std::move(i->second);
  speaking_.erase(i);
  if (const auto* where = std::get_if<stream_position>(&answer.what))
    caller.deliver(*where);
  else
    caller.deliver(fail(std::get<errc>(answer.what)));
}

void desk_state::on_leave(const leave_room& x) {
  if (auto* place = find(x.who, x.room)) {
    entering_.erase({&place->owner, x.room});
    here_.fanout.unsubscribe_from(*place);
  }
}

desk_actor spawn_desk(shard_locals& here) {
  return spawn_on<desk_state, desk_actor>(here.home, here).handle;
}

} // namespace salon

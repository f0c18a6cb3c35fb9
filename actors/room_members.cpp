#include "actors/room.hpp"
#include "base/log.hpp"
#include "messages/json_codec.hpp"

#include <algorithm>
#include <utility>

// Who is in the room, and the fanouts and relays by way of which they are.
namespace salon {

void room_state::on_subscribe(const subscribe& x) {
  if (waits_for_log(x))
    return;
  const auto& order = x.order;
  forget_aged();
  // Whoever asks again is answered once, by its last word.
  recovering_.erase(order.who->client);
  if (is_full(order))
    refuse(x, errc::limit_exceeded);
  else if (order.recover && can_recover(order.since, around_.limits.recovery_publications_max))
    recover(order.who->client,
            {x.via,
             order.number,
             order.since.offset,
             {around_.limits.recovery_publications_max, around_.limits.reply_bytes_max},
             [this, x](errc error, missed what) {
               if (error == errc::none)
                 admit(x, std::move(what));
               else
                 refuse(x, error);
             },
             {},
             0});
  else
    admit(x, std::nullopt);
}

bool room_state::is_full(const subscribe_order& order) const {
  return members_.size() >= options_.members_max && members_.count(order.who->client) == 0;
}

void room_state::refuse(const subscribe& x, errc why) {
  leave(x.order.who->client);
  tell(self_, x.via, subscribed{id_, x.order.number, why, top(), false, {}});
}

// `what` is what there was after the member's position.
void room_state::admit(const subscribe& x, missed what) {
  const auto& order = x.order;
  if (order.recover && order.recovered_or_not && !what) {
    refuse(x, errc::unrecoverable_position);
    return;
  }
  subscribed answer{id_, order.number, errc::none, top(), what.has_value(), {}};
  if (what)
    answer.publications = std::move(*what);
  auto is_new = enter(x);
  tell(self_, x.via, std::move(answer));
  // After the answer: whoever joins hears of itself, too, and of nothing before itself.
  if (is_new && options_.join_leave)
    tell_listeners<member_joined>(order.who, protocol::encode_join_push);
}

// Whether the member was not here before.
bool room_state::enter(const subscribe& x) {
  const auto& order = x.order;
  auto is_new = seat({order.who, order.format, order.join_leave}, audience_of(x.via));
  if (is_new) {
    if (options_.has_history() && !position_timer_.armed())
      around_.home.wheel().arm(position_timer_, around_.limits.position_check);
    log::info("member joined", {{"room", id_}, {"client", to_string(order.who->client)}});
  }
  return is_new;
}

// Whoever is here already moves to the place it comes by now.
bool room_state::seat(const seated& who, std::size_t place) {
  member there{who.who, static_cast<std::uint32_t>(place), who.format, who.join_leave};
  auto [i, is_new] = members_.try_emplace(who.who->client, there);
  if (!is_new)
    count_member(std::exchange(i->second, there), -1);
  count_member(there, 1);
  return is_new;
}

void room_state::on_unsubscribe(const unsubscribe& x) {
  if (!early_.empty() && waits_for_log(x))
    return;
  recovering_.erase(x.member);
  leave(x.member);
}

// By value: the caller's may be a part of what goes away here.
void room_state::leave(client_id who) {
  auto i = members_.find(who);
  if (i == members_.end())
    return;
  auto gone = std::move(i->second);
  members_.erase(i);
  count_member(gone, -1);
  log::info("member left", {{"room", id_}, {"client", to_string(who)}});
  if (options_.join_leave)
    tell_listeners<member_left>(gone.who, protocol::encode_leave_push);
  watch_idleness();
}

void room_state::count_member(const member& who, int step) {
  auto change = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(step));
  auto& where = audiences_[who.audience];
  where.members += change;
  where.join_listeners += who.join_leave ? change : 0;
  formats_.add(who.format, step);
  around_.counts.members.inc(step);
  auto& of_user = users_[who.who->user];
  of_user += static_cast<std::uint32_t>(step);
  if (of_user == 0)
    users_.erase(who.who->user);
}

template <class Fact>
void room_state::tell_listeners(const client_info_ptr& who,
                                std::string (*push_of)(std::string_view, const client_info&)) {
  frame json;
  for (auto& each : audiences_) {
    // A relay keeps a table of all members, whoever listens there.
    if ((each.join_listeners == 0 && !each.relay) || each.gone)
      continue;
    if (!json)
      json = frame::text(push_of(id_, *who));
    tell(self_, each.handle, Fact{id_, who, json});
    ++each.unreceipted;
  }
}

// Those who come back with a room that goes on (room_relays.cpp).
template void room_state::tell_listeners<member_joined>(const client_info_ptr&,
                                                        std::string (*)(std::string_view,
                                                                        const client_info&));

void room_state::on_presence(const presence_request& x) {
  if (!early_.empty() && waits_for_log(x))
    return;
  answered answer{id_, x.order.number, {}};
  if (!x.order.counts_only && members_.size() > options_.presence_members_max) {
    answer.what = errc::limit_exceeded;
  } else {
    presence_page page{
      {}, static_cast<std::uint32_t>(members_.size()), static_cast<std::uint32_t>(users_.size())};
    if (!x.order.counts_only)
      for (const auto& [id, who] : members_)
        page.members.push_back(who.who);
    answer.what = std::move(page);
  }
  tell(self_, x.via, std::move(answer));
}

// -- audiences ----------------------------------------------------------------

room_state::audience* room_state::find_audience(const audience_actor& via) {
  auto i = std::find_if(audiences_.begin(), audiences_.end(),
                        [&](const audience& x) { return x.handle == via; });
  return i == audiences_.end() ? nullptr : &*i;
}

std::size_t room_state::audience_of(const audience_actor& via) {
  if (auto* known = find_audience(via))
    return static_cast<std::size_t>(known - audiences_.data());
  // The place of one that is gone is free when the last of its members is.
  auto free = std::find_if(audiences_.begin(), audiences_.end(),
                           [](const audience& x) { return x.gone && x.members == 0; });
  if (free == audiences_.end())
    free = audiences_.emplace(audiences_.end());
  else
    *free = {};
  auto place = static_cast<std::size_t>(free - audiences_.begin());
  auto& made = *free;
  made.handle = via;
  made.watch = watch(self_, via, [this, place](const caf::error&) { on_audience_down(place); });
  return place;
}

void room_state::on_audience_down(std::size_t place) {
  // Its place stays, so that the places of the others do not move.
  std::vector<client_id> lost;
  for (const auto& [id, who] : members_)
    if (who.audience == place)
      lost.push_back(id);
  // Nobody waits for what it will never deliver.
  audiences_[place].gone = true;
  audiences_[place].unreceipted = 0;
  for (const auto& id : lost)
    leave(id);
  std::erase_if(recovering_,
                [&](const auto& x) { return x.second.via == audiences_[place].handle; });
  publish_pending();
}

void room_state::on_receipt(const delivery_receipt& x) {
  if (auto* whose = find_audience(x.via))
    whose->unreceipted -= std::min(whose->unreceipted, x.order.count);
  publish_pending();
}

bool room_state::all_receipted() const {
  return std::all_of(audiences_.begin(), audiences_.end(),
                     [this](const audience& x) { return x.unreceipted < around_.unreceipted_max; });
}

} // namespace salon

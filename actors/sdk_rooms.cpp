#include "actors/sdk_connection.hpp"
#include "messages/json_codec.hpp"

#include <algorithm>
#include <utility>

// The commands of an SDK client that concern rooms.
namespace salon {

namespace {

// A bit of the subscribe command's flag.
constexpr std::int64_t reject_if_unrecoverable = 2;

} // namespace

// -- rooms --------------------------------------------------------------------

sdk_connection::channel* sdk_connection::find(std::string_view room) {
  auto i = std::find_if(channels_.begin(), channels_.end(),
                        [&](const channel& x) { return x.room == room; });
  return i == channels_.end() ? nullptr : &*i;
}

const sdk_connection::channel* sdk_connection::find(std::string_view room) const {
  return const_cast<sdk_connection*>(this)->find(room);
}

bool sdk_connection::is_member(std::string_view room) const {
  const auto* known = find(room);
  return known && known->entering == 0;
}

const room_options* sdk_connection::rules_for(std::uint32_t id, const std::string& room) {
  if (room.empty()) {
    close(close_code::bad_request);
    return nullptr;
  }
  errc why = errc::none;
  const auto* rules = here_.rooms->find(room, &why);
  if (!rules)
    refuse(id, why);
  return rules;
}

errc sdk_connection::objection(const protocol::subscribe_request& x,
                               const room_options& rules) const {
  if (find(x.channel))
    return errc::already_subscribed;
  if (channels_.size() >= here_.options.rooms_max)
    return errc::limit_exceeded;
  // Private rooms and room tokens need somebody who can check tokens; only streams are spoken.
  if (x.channel.front() == '$' || !x.token.empty() || x.type != 0)
    return errc::permission_denied;
  if (!rules.subscribe.allows(member_->who->user, false))
    return errc::permission_denied;
  return errc::none;
}

void sdk_connection::handle(std::uint32_t id, const protocol::subscribe_request& x) {
  if (!x.delta.empty() && x.delta != "fossil") {
    close(close_code::bad_request);
    return;
  }
  const auto* rules = rules_for(id, x.channel);
  if (!rules)
    return;
  if (auto why = objection(x, *rules); why != errc::none) {
    refuse(id, why);
    return;
  }
  const auto& user = member_->who->user;
  auto may_read_history = rules->see_history.allows(user, true);
  channel entered;
  entered.room = x.channel;
  entered.entering = id;
  entered.recoverable
    = rules->has_history()
      && (rules->force_recovery || (x.recoverable && (rules->allow_recovery || may_read_history)));
  entered.positioned
    = entered.recoverable
      || (rules->has_history()
          && (rules->force_positioning
              || (x.positioned && (rules->allow_positioning || may_read_history))));
  entered.recovering = x.recover && entered.recoverable;
  entered.since = x.offset;
  fanout_state::entry_request request;
  request.join_leave
    = rules->join_leave
      && (rules->force_push_join_leave
          || (x.join_leave && rules->presence && rules->see_presence.allows(user, true)));
  request.positioned = entered.positioned;
  request.recover = entered.recovering;
  request.since = {x.epoch, x.offset};
  request.recovered_or_not = (x.flag & reject_if_unrecoverable) != 0;
  channels_.push_back(std::move(entered));
  count_started(0);
  auto& seat = here_.fanout.subscribe_to(x.channel, *member_, std::move(request));
  channels_.back().seat = &seat;
}

void sdk_connection::on_subscribed(subscription& to, const subscribed& answer) {
  auto i = std::find_if(channels_.begin(), channels_.end(),
                        [&](const channel& x) { return x.seat == &to; });
  if (i == channels_.end())
    return;
  auto id = std::exchange(i->entering, 0);
  if (answer.error != errc::none) {
    channels_.erase(i);
    refuse(id, answer.error);
    count_finished(0);
    return;
  }
  protocol::subscribe_result result;
  result.recoverable = i->recoverable;
  result.positioned = i->positioned;
  if (i->positioned) {
    result.epoch = answer.top.epoch;
    result.offset = answer.top.offset;
  }
  result.was_recovering = i->recovering;
  if (i->recovering && answer.recovered) {
    result.recovered = true;
    result.offset = i->since;
    result.publications = answer.publications;
  }
  reply(id, result);
  count_finished(0);
}

void sdk_connection::on_unsubscribed(subscription& from, unsubscribe_code why) {
  auto i = std::find_if(channels_.begin(), channels_.end(),
                        [&](const channel& x) { return x.seat == &from; });
  if (i == channels_.end())
    return;
  send_text(protocol::encode_unsubscribe_push(i->room, why));
  channels_.erase(i);
}

void sdk_connection::handle(std::uint32_t id, const protocol::unsubscribe_request& x) {
  if (x.channel.empty()) {
    close(close_code::bad_request);
    return;
  }
  auto i = std::find_if(channels_.begin(), channels_.end(),
                        [&](const channel& known) { return known.room == x.channel; });
  if (i != channels_.end()) {
    auto* seat = i->seat;
    channels_.erase(i);
    here_.fanout.unsubscribe_from(*seat);
  }
  reply(id, protocol::unsubscribe_result{});
}

// -- what rooms are asked -----------------------------------------------------

std::uint64_t sdk_connection::expect_answer(std::uint32_t id, std::size_t bytes, bool counts_only) {
  started_.push_back({++numbers_, id, bytes, counts_only});
  count_started(bytes);
  return numbers_;
}

void sdk_connection::finish(std::uint64_t number) {
  auto i = std::find_if(started_.begin(), started_.end(),
                        [&](const started& x) { return x.number == number; });
  if (i == started_.end())
    return;
  auto bytes = i->bytes;
  started_.erase(i);
  count_finished(bytes);
}

void sdk_connection::handle(std::uint32_t id, const protocol::publish_request& x) {
  const auto* rules = rules_for(id, x.channel);
  if (!rules)
    return;
  if (x.data.empty()) {
    refuse(id, errc::bad_request);
    return;
  }
  if (!rules->publish.allows(member_->who->user, is_member(x.channel))) {
    refuse(id, errc::permission_denied);
    return;
  }
  auto order = std::make_shared<publish_order>();
  order->from = member_->who;
  order->data = x.data;
  auto number = expect_answer(id, x.data.size());
  if (here_.fanout.publish_in(x.channel, member_, number, std::move(order)) == sending::refused) {
    refuse(id, errc::too_many_requests);
    finish(number);
  }
}

void sdk_connection::ask_presence(std::uint32_t id, const std::string& room, bool counts_only) {
  const auto* rules = rules_for(id, room);
  if (!rules)
    return;
  if (!rules->presence)
    refuse(id, errc::not_available);
  else if (!rules->see_presence.allows(member_->who->user, is_member(room)))
    refuse(id, errc::permission_denied);
  else
    here_.fanout.read_presence_of(room, member_, expect_answer(id, 0, counts_only), counts_only);
}

void sdk_connection::handle(std::uint32_t id, const protocol::presence_request& x) {
  ask_presence(id, x.channel, false);
}

void sdk_connection::handle(std::uint32_t id, const protocol::presence_stats_request& x) {
  ask_presence(id, x.channel, true);
}

void sdk_connection::handle(std::uint32_t id, const protocol::history_request& x) {
  const auto* rules = rules_for(id, x.channel);
  if (!rules)
    return;
  if (!rules->has_history())
    refuse(id, errc::not_available);
  else if (!rules->see_history.allows(member_->who->user, is_member(x.channel)))
    refuse(id, errc::permission_denied);
  else
    here_.fanout.read_history_of(x.channel, member_, expect_answer(id, 0),
                                 {0, x.limit, x.since, x.reverse});
}

void sdk_connection::on_answered(std::uint64_t command, const answered& answer) {
  auto i = std::find_if(started_.begin(), started_.end(),
                        [&](const started& x) { return x.number == command; });
  if (i == started_.end())
    return;
  auto id = i->id;
  if (const auto* why = std::get_if<errc>(&answer.what)) {
    refuse(id, *why);
  } else if (std::holds_alternative<stream_position>(answer.what)) {
    reply(id, protocol::publish_result{});
  } else if (const auto* page = std::get_if<history_page>(&answer.what)) {
    reply(id, protocol::history_result{page->publications, page->top.epoch, page->top.offset});
  } else {
    const auto& presence = std::get<presence_page>(answer.what);
    if (i->counts_only) {
      reply(id, protocol::presence_stats_result{presence.clients, presence.users});
    } else {
      protocol::presence_result result;
      for (const auto& each : presence.members)
        result.presence.push_back(*each);
      reply(id, result);
    }
  }
  finish(command);
}

} // namespace salon

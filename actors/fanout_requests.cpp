#include "actors/failure.hpp"
#include "actors/fanout.hpp"

#include <algorithm>
#include <utility>

// The fanout's way to its rooms: finding them, publishing, asking. What comes back is in
// fanout.cpp.
namespace salon {

// -- the way to a room --------------------------------------------------------

room_link& fanout_state::link_to(const room_id& room) {
  auto& link = links_[room];
  if (!link)
    link = std::make_unique<room_link>(room);
  return *link;
}

void fanout_state::when_found(room_link& link, std::function<void(errc)> go_on) {
  if (link.room) {
    go_on(errc::none);
    return;
  }
  link.when_found.push_back(std::move(go_on));
  if (!std::exchange(link.looking, true))
    look_up(link);
}

void fanout_state::look_up(room_link& link) {
  ask(
    self_, around_.directory, around_.answer_timeout, find_room{link.id},
    [this, id = link.id](const room_found& x) { found(id, errc::none, x.room); },
    [this, id = link.id](const caf::error& why) { found(id, errc_of(why), {}); });
}

void fanout_state::found(const room_id& room, errc error, room_actor handle_of_room) {
  auto i = links_.find(room);
  if (i == links_.end())
    return;
  auto& link = *i->second;
  link.looking = false;
  link.room = handle_of_room;
  if (link.room)
    watch(self_, link.room, [this, room, whose = link.room.address()](const caf::error&) {
      auto still = links_.find(room);
      if (still != links_.end() && still->second->room && still->second->room.address() == whose)
        room_down(room);
    });
  for (auto& go_on : std::exchange(link.when_found, {}))
    go_on(error);
  if (error == errc::none) {
    pump(link);
    return;
  }
  while (!link.waiting.empty()) {
    auto lost = take_waiting(link);
    answer(lost.from, lost.command, room, error);
  }
  forget_if_idle(link);
}

void fanout_state::room_down(const room_id& room) {
  auto& link = *links_[room];
  link.room = nullptr;
  // All that the room still said, at once: offsets of a new room mean something else, and what it
  // has answered must not be sent again.
  deliver_rest(link);
  link.unreceipted = 0;
  link.stretch_number = 0;
  link.stretch.clear();
  send_again(link);
  seat_again(link);
  if (!link.waiting.empty())
    when_found(link, [this, &link](errc error) {
      if (error == errc::none)
        pump(link);
    });
  ask_again(link);
  forget_if_idle(link);
}

// What was sent and not answered has not happened: again, in the same order, before the rest. A
// publish that ends its room twice gets no third chance.
void fanout_state::send_again(room_link& link) {
  auto again = std::exchange(link.unanswered, {});
  link.unanswered_bytes = 0;
  for (auto x = again.rbegin(); x != again.rend(); ++x) {
    if (x->sent_before) {
      answer(x->from, x->command, link.id, errc::internal);
    } else {
      x->sent_before = true;
      put_off(link, std::move(*x), true);
    }
  }
}

void fanout_state::seat_again(room_link& link) {
  std::vector<subscription*> seated;
  for (auto& node : link.members)
    if (node.is_subscription())
      seated.push_back(static_cast<subscription*>(&node));
  for (auto* each : seated) {
    if (each->waits) {
      each->waits->held.clear();
      each->waits->lost = 0;
      request_entry(*each);
    } else if (each->owner.format == wire_format::json || each->lagging) {
      drop(*each, unsubscribe_code::insufficient_state);
    } else {
      // Nobody could tell them: they are taken along.
      each->waits = std::make_unique<subscription::waiting_room>();
      each->waits->moving = true;
      request_entry(*each);
    }
  }
}

void fanout_state::ask_again(room_link& link) {
  for (auto i = link.questions.begin(); i != link.questions.end();) {
    auto number = i->first;
    auto& question = i->second;
    if (!std::exchange(question.sent_before, true)) {
      send_question(link, number);
      ++i;
      continue;
    }
    auto lost = std::move(question);
    i = link.questions.erase(i);
    answer(lost.from, lost.command, link.id, errc::internal);
  }
}

void fanout_state::forget_if_idle(room_link& link) {
  if (!link.room && !link.looking && link.idle() && !link.is_scheduled)
    links_.erase(link.id);
}

// -- publishing and asking ----------------------------------------------------

sending fanout_state::publish_in(room_link& link, const member_ptr& from, std::uint64_t command,
                                 publish_order_ptr order) {
  if (link.room && link.waiting.empty() && !is_full(link)) {
    send_publish(link, {from, command, std::move(order)});
    return sending::sent;
  }
  // While the room is looked up everybody waits; for a full one only those who can be paused.
  if (is_full(link) && from->format != wire_format::text)
    return sending::refused;
  put_off(link, {from, command, std::move(order)}, false);
  // One for one: what was asked of the room after it is asked after it.
  if (!link.room)
    when_found(link, [this, &link](errc error) {
      if (error == errc::none && !link.waiting.empty() && !is_full(link))
        send_publish(link, take_waiting(link));
    });
  return sending::waits;
}

std::optional<room_link::publishing> room_link::take_unanswered(std::uint64_t number) {
  // Nearly always the first: a room answers in order, unless something passes by what is stored.
  auto i = std::lower_bound(unanswered.begin(), unanswered.end(), number,
                            [](const publishing& x, std::uint64_t n) { return x.number < n; });
  if (i == unanswered.end() || i->number != number)
    return std::nullopt;
  auto result = std::move(*i);
  unanswered.erase(i);
  unanswered_bytes -= result.order->data.size();
  return result;
}

bool fanout_state::is_full(const room_link& link) const {
  auto count = link.unanswered.size() + (link.room ? 0 : link.waiting.size());
  auto bytes = link.unanswered_bytes + (link.room ? 0 : link.waiting_bytes);
  return count >= around_.options.unanswered_publishes_max
         || bytes >= around_.options.unanswered_bytes_max;
}

void fanout_state::put_off(room_link& link, room_link::publishing what, bool in_front) {
  link.waiting_bytes += what.order->data.size();
  what.broadcast_of_it = {};
  around_.counts.publishes_waiting.inc();
  if (in_front)
    link.waiting.push_front(std::move(what));
  else
    link.waiting.push_back(std::move(what));
}

room_link::publishing fanout_state::take_waiting(room_link& link) {
  auto result = std::move(link.waiting.front());
  link.waiting.pop_front();
  link.waiting_bytes -= result.order->data.size();
  around_.counts.publishes_waiting.dec();
  return result;
}

void fanout_state::send_publish(room_link& link, room_link::publishing what) {
  what.number = ++numbers_;
  if (is_bulk(link))
    what.broadcast_of_it = shard::upcoming{around_.home};
  link.unanswered_bytes += what.order->data.size();
  tell(self_, link.room, publish{handle(), what.number, what.order});
  link.unanswered.push_back(std::move(what));
}

void fanout_state::pump(room_link& link) {
  while (link.room && !link.waiting.empty() && !is_full(link))
    send_publish(link, take_waiting(link));
}

template <class Order>
void fanout_state::ask_room(const room_id& room, const member_ptr& from, std::uint64_t command,
                            Order order) {
  auto& link = link_to(room);
  auto number = order.number = ++numbers_;
  link.questions.emplace(number, room_link::asking{from, command, order});
  send_question(link, number);
}

void fanout_state::send_question(room_link& link, std::uint64_t number) {
  when_found(link, [this, &link, number](errc error) {
    auto i = link.questions.find(number);
    if (i == link.questions.end())
      return;
    if (error == errc::none) {
      std::visit(
        [&](const auto& order) {
          tell(self_, link.room, from_audience<std::decay_t<decltype(order)>>{handle(), order});
        },
        i->second.order);
      return;
    }
    auto whom = std::move(i->second);
    link.questions.erase(i);
    answer(whom.from, whom.command, link.id, error);
  });
}

void fanout_state::read_presence_of(const room_id& room, const member_ptr& from,
                                    std::uint64_t command, bool counts_only) {
  ask_room(room, from, command, read_presence{0, counts_only});
}

void fanout_state::read_history_of(const room_id& room, const member_ptr& from,
                                   std::uint64_t command, read_history what) {
  ask_room(room, from, command, std::move(what));
}

void fanout_state::answer(const member_ptr& from, std::uint64_t command, const room_id& room,
                          errc error) {
  answered failure{room, 0, error};
  if (from->owner)
    from->owner->on_answered(command, failure);
}

void fanout_state::settle(const answered& what) {
  auto& link = link_to(what.room);
  member_ptr from;
  std::uint64_t command = 0;
  if (auto sent = link.take_unanswered(what.number)) {
    from = std::move(sent->from);
    command = sent->command;
  } else if (auto j = link.questions.find(what.number); j != link.questions.end()) {
    from = j->second.from;
    command = j->second.command;
    link.questions.erase(j);
  } else {
    return;
  }
  pump(link);
  if (from->owner)
    from->owner->on_answered(command, what);
}

} // namespace salon

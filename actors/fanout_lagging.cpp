#include "actors/fanout.hpp"
#include "base/log.hpp"

#include <algorithm>
#include <utility>

// Members who read more slowly than their rooms speak: what is not on its way to them is taken
// back, and read again, from the room's window or its log, when they have room. They miss nothing,
// and cost their outbox at most.
namespace salon {

namespace {

constexpr auto retry_after = std::chrono::seconds{1};

} // namespace

// -- falling behind -----------------------------------------------------------

void fanout_state::demote(member& who) {
  if (!who.out)
    return;
  for (const auto& lost : who.out->withdraw())
    for (auto& each : who.subscriptions)
      if (each->stream == lost.stream)
        begin_lag(*each, lost.offset);
}

void fanout_state::begin_lag(subscription& who, std::uint64_t from) {
  who.next = from;
  if (std::exchange(who.lagging, true))
    return;
  ++who.room.lagging_count;
  around_.counts.lagging.inc();
  around_.counts.demoted.inc();
  log::debug("member lags",
             {{"room", who.room.id}, {"client", to_string(who.owner.who->client)}, {"at", from}});
}

void fanout_state::end_lag(subscription& who) {
  who.lagging = false;
  around_.counts.lagging.dec();
  if (--who.room.lagging_count == 0)
    who.room.stretch = {};
}

// -- reading on ---------------------------------------------------------------

void fanout_state::read_on(member& who) {
  auto count = who.subscriptions.size();
  // Not always the same one first: it could fill the outbox every time.
  for (std::size_t i = 0; i < count; ++i) {
    auto& each = *who.subscriptions[(who.turn + i) % count];
    if (each.lagging)
      read_on(each);
  }
  ++who.turn;
}

void fanout_state::read_on(subscription& to) {
  if (static_cast<lag_hook&>(to).is_linked() || feed(to))
    return;
  to.room.waiting_for_stretch.push_back(to);
  ask_stretch(to.room);
}

/// Gives a subscription as much of the last stretch as it can take; whether it is live, or can take
/// no more. If not, it needs another stretch.
bool fanout_state::feed(subscription& to) {
  auto& link = to.room;
  while (to.lagging && to.owner.out) {
    if (to.next == link.seen + 1) {
      end_lag(to);
      around_.counts.caught_up.inc();
      // What is being delivered comes by the end of the line, too.
      to.unlink();
      link.members.push_back(to);
      return true;
    }
    if (to.owner.out->queued_bytes() > around_.outbox_bytes_max / 2)
      return true;
    const auto* what = next_of_stretch(to);
    if (!what)
      return false;
    const auto& bytes = to.owner.format == wire_format::json ? what->json : what->text;
    auto at = to.next++;
    around_.counts.deliveries.inc();
    // What alone is too much would be taken back again and again.
    auto stream = bytes.size() > around_.outbox_bytes_max / 2 ? 0 : to.stream;
    to.owner.out->send(bytes, lane{true, stream, at});
    // Taken back: it took more than there was room for.
    if (to.next <= at)
      return true;
  }
  return true;
}

const broadcast* fanout_state::next_of_stretch(const subscription& to) const {
  const auto& stretch = to.room.stretch;
  if (stretch.empty() || to.next < stretch.front().offset || to.next > stretch.back().offset)
    return nullptr;
  const auto& found = stretch[to.next - stretch.front().offset];
  // It may have been asked for before anybody here read this format.
  const auto& bytes = to.owner.format == wire_format::json ? found.json : found.text;
  return bytes ? &found : nullptr;
}

void fanout_state::serve_lagging(room_link& link) {
  auto& line = link.waiting_for_stretch;
  for (auto i = line.begin(); i != line.end();) {
    auto& each = *i++;
    if (feed(each))
      each.lag_hook::unlink();
  }
  ask_stretch(link);
}

void fanout_state::ask_stretch(room_link& link) {
  if (link.waiting_for_stretch.empty() || link.stretch_number != 0 || !link.room)
    return;
  read_stretch order;
  order.number = link.stretch_number = ++numbers_;
  order.from = link.stretch_from = link.waiting_for_stretch.front().next;
  // Whoever else lags can use it, too.
  for (const auto& each : link.waiting_for_stretch) {
    order.json = order.json || each.owner.format == wire_format::json;
    order.text = order.text || each.owner.format == wire_format::text;
  }
  tell(self_, link.room, stretch_request{handle(), order});
}

void fanout_state::settle(const stretch& what) {
  auto i = links_.find(what.room);
  if (i == links_.end() || i->second->stretch_number != what.number)
    return;
  auto& link = *i->second;
  link.stretch_number = 0;
  if (what.failed) {
    if (!lag_timer_.armed())
      around_.home.wheel().arm(lag_timer_, retry_after);
    return;
  }
  link.stretch = what.publications;
  auto from = link.stretch_from;
  auto& line = link.waiting_for_stretch;
  if (what.publications.empty()) {
    // It is gone; or it never was, which nobody can wait for either, but who is live already.
    std::vector<subscription*> lost;
    for (auto& each : line)
      if (each.next <= from && each.next != link.seen + 1)
        lost.push_back(&each);
    for (auto* each : lost) {
      around_.counts.fell_behind.inc();
      drop(*each, unsubscribe_code::insufficient_state);
    }
  }
  serve_lagging(link);
}

void fanout_state::try_lagging_again() {
  for (auto& [room, link] : links_)
    serve_lagging(*link);
}

// -- the clock's check --------------------------------------------------------

void fanout_state::settle(const room_top& what) {
  auto i = links_.find(what.room);
  if (i == links_.end())
    return;
  std::vector<subscription*> lost;
  for (auto& node : i->second->members) {
    if (!node.is_subscription())
      continue;
    auto& each = static_cast<subscription&>(node);
    if (each.positioned && !each.waits && !each.lagging && each.next != what.offset + 1)
      lost.push_back(&each);
  }
  for (auto* each : lost)
    drop(*each, unsubscribe_code::insufficient_state);
}

} // namespace salon

#include "actors/fanout.hpp"

#include "actors/failure.hpp"
#include "base/log.hpp"
#include "base/mutants.hpp"
#include "base/prefetch.hpp"

#include <algorithm>
#include <limits>
#include <type_traits>
#include <utility>

namespace salon {

namespace {

constexpr std::size_t receipt_every = 64;

// Long enough for any actor that will ever answer.
constexpr auto actor_deadline = std::chrono::hours{24};

// The members of many rooms do not fit into the processor's caches: the socket of the one at `next`
// and the place behind it are fetched while somebody else is served.
void fetch_ahead(const roster::iterator& next) {
  if (next->is_subscription())
    prefetch(static_cast<subscription&>(*next).out, transport::hot_bytes);
  prefetch(&*std::next(next), sizeof(subscription));
}

} // namespace

fanout_state::fanout_state(audience_actor::pointer self, fanout_surroundings around)
  : self_(self),
    around_(std::move(around)),
    delivered_here_(around_.counts.deliveries_on(around_.home.index())),
    lag_timer_([this] { try_lagging_again(); }) {
  // nop
}

fanout_state::~fanout_state() = default;

audience_actor::behavior_type fanout_state::make_behavior() {
  // CAF tries one after the other: the most frequent comes first.
  return {
    [this](const broadcast& x) { take(x); },   [this](const answered& x) { take(x); },
    [this](const subscribed& x) { take(x); },  [this](const member_joined& x) { take(x); },
    [this](const member_left& x) { take(x); }, [this](const stretch& x) { take(x); },
    [this](const room_top& x) { take(x); },    [this](deliver_more) { deliver_scheduled(); },
  };
}

// -- delivering ---------------------------------------------------------------

template <class Event>
void fanout_state::take(const Event& what) {
  auto i = links_.find(what.room);
  if (i == links_.end())
    return;
  auto& link = *i->second;
  // A room that fits into one slice is served at once and not even copied, others take turns.
  auto budget = around_.options.slice_members;
  if (link.events.empty() && deliver_event(link, what, budget)) {
    settle_deliveries(link);
    return;
  }
  link.events.push_back(what);
  around_.counts.fanout_queue.inc();
  schedule(link);
}

void fanout_state::deliver_scheduled() {
  reminded_ = false;
  auto budget = around_.options.slice_members;
  while (!scheduled_.empty() && budget > 0) {
    auto* next = scheduled_.front();
    scheduled_.pop_front();
    next->is_scheduled = false;
    deliver(*next, budget);
  }
  if (!scheduled_.empty() && !std::exchange(reminded_, true))
    tell(self_, handle(), deliver_more{});
}

void fanout_state::deliver(room_link& link, std::size_t& budget) {
  while (!link.events.empty()) {
    if (budget == 0 || !deliver_front(link, budget)) {
      schedule(link);
      return;
    }
  }
  settle_deliveries(link);
}

void fanout_state::schedule(room_link& link) {
  if (std::exchange(link.is_scheduled, true))
    return;
  scheduled_.push_back(&link);
  if (!std::exchange(reminded_, true))
    tell(self_, handle(), deliver_more{});
}

// All that came from a room is delivered.
void fanout_state::settle_deliveries(room_link& link) {
  if (auto count = std::exchange(delivered_now_, 0)) {
    around_.counts.deliveries.inc(count);
    delivered_here_.inc(count);
  }
  forget_if_idle(link);
}

void fanout_state::deliver_rest(room_link& link) {
  auto unlimited = std::numeric_limits<std::size_t>::max();
  while (!link.events.empty())
    deliver_front(link, unlimited);
}

bool fanout_state::deliver_front(room_link& link, std::size_t& budget) {
  auto done = std::visit([&](const auto& x) { return deliver_event(link, x, budget); },
                         link.events.front());
  if (done) {
    link.events.pop_front();
    around_.counts.fanout_queue.dec();
  }
  return done;
}

template <class Event>
bool fanout_state::deliver_event(room_link& link, const Event& what, std::size_t& budget) {
  if constexpr (std::is_same_v<Event, broadcast>) {
    auto bulk = is_bulk(link);
    if (!for_each_member(link, budget, [&](subscription& to) { deliver_to(to, what, bulk); }))
      return false;
    if (what.offset != 0)
      link.seen = what.offset;
    count_unreceipted(link);
    if (what.answers != 0)
      settle(answered{what.room, what.answers, stream_position{what.epoch, what.offset}});
  } else if constexpr (std::is_same_v<Event, member_joined> || std::is_same_v<Event, member_left>) {
    if (!deliver_fact(link, budget, what))
      return false;
    count_unreceipted(link);
  } else {
    // An answer: the room need not wait until it is delivered.
    settle(what);
    --budget;
  }
  return true;
}

bool fanout_state::is_bulk(const room_link& link) const {
  return link.member_count > around_.options.slice_members;
}

void fanout_state::count_unreceipted(room_link& link) {
  if (++link.unreceipted >= receipt_every)
    receipt(link);
}

template <class Fact>
bool fanout_state::deliver_fact(room_link& link, std::size_t& budget, const Fact& fact) {
  auto bulk = is_bulk(link);
  return for_each_member(link, budget, [&](subscription& to) {
    if (to.waits || to.lagging || !to.join_leave)
      return;
    if (to.format == wire_format::actor)
      tell(self_, to.owner.actor, fact);
    else if (to.out)
      to.out->send(fact.json, lane{bulk, 0, 0});
  });
}

template <class Each>
bool fanout_state::for_each_member(room_link& link, std::size_t& budget, Each each) {
  auto i
    = link.here.is_linked() ? std::next(roster::s_iterator_to(link.here)) : link.members.begin();
  link.here.unlink();
  while (i != link.members.end()) {
    if (budget == 0) {
      link.members.insert(i, link.here);
      return false;
    }
    --budget;
    // Before the call: it may end this very subscription.
    auto& next = *i++;
    if (i != link.members.end())
      fetch_ahead(i);
    each(static_cast<subscription&>(next));
  }
  return true;
}

// Whether the subscription is still there.
bool fanout_state::deliver_to(subscription& to, const broadcast& what, bool bulk) {
  if (to.waits && has_mutant("hold nothing")) {
    if (to.out && what.json)
      to.out->send(what.json, lane{bulk, 0, what.offset});
    return true;
  }
  if (to.waits) {
    if (what.offset == 0)
      return true;
    if (to.waits->lost == 0 && to.waits->held.size() < around_.options.held_publications_max) {
      to.waits->held.push_back(what);
    } else {
      to.waits->held.clear();
      to.waits->lost = what.offset;
    }
    return true;
  }
  if (to.lagging)
    return true;
  if (what.offset != 0) {
    if (what.offset < to.next)
      return true;
    if (what.offset > to.next) {
      drop(to, unsubscribe_code::insufficient_state);
      return false;
    }
    ++to.next;
  }
  if (to.format == wire_format::actor)
    return tell_actor(to, what);
  const auto& bytes = to.format == wire_format::json ? what.json : what.text;
  if (to.out && bytes) {
    ++delivered_now_;
    to.out->send(bytes, lane{bulk, to.positioned && what.offset != 0 ? to.stream : 0, what.offset});
  }
  return true;
}

bool fanout_state::tell_actor(subscription& to, const broadcast& what) {
  auto& who = to.owner;
  if (who.unanswered >= around_.options.actor_backlog_max) {
    log::warn("member actor too slow", {{"room", what.room}});
    drop(to, unsubscribe_code::insufficient_state);
    return false;
  }
  ++who.unanswered;
  ++delivered_now_;
  // Without an answer the publication is still in its mailbox: it stays counted.
  ask(
    self_, who.actor, actor_deadline, room_publication{what.room, what.pub},
    [kept = who.weak_from_this()] {
      if (auto still = kept.lock())
        --still->unanswered;
    },
    [](const caf::error&) {});
  return true;
}

void fanout_state::receipt(room_link& link) {
  auto count = std::exchange(link.unreceipted, 0);
  if (link.room)
    tell(self_, link.room, delivery_receipt{handle(), delivered{count}});
}

// -- entering and leaving -----------------------------------------------------

subscription& fanout_state::subscribe_to(const room_id& room, member& who, entry_request request) {
  auto& link = link_to(room);
  auto made = std::make_unique<subscription>(who, link, ++streams_);
  auto& result = *made;
  result.join_leave = request.join_leave;
  result.positioned = request.positioned;
  result.waits = std::make_unique<subscription::waiting_room>();
  result.waits->recover = request.recover;
  result.waits->since = std::move(request.since);
  result.waits->recovered_or_not = request.recovered_or_not;
  who.subscriptions.push_back(std::move(made));
  link.members.push_back(result);
  ++link.member_count;
  ++link.seats;
  request_entry(result);
  return result;
}

void fanout_state::request_entry(subscription& who) {
  auto number = ++numbers_;
  entering_.erase(who.waits->number);
  who.waits->number = number;
  entering_[number] = &who;
  when_found(who.room, [this, number, &link = who.room](errc error) {
    auto i = entering_.find(number);
    if (i == entering_.end())
      return;
    auto& still = *i->second;
    if (error != errc::none) {
      settle(subscribed{link.id, number, error, {}, false, {}});
      return;
    }
    tell(self_, link.room,
         subscribe{handle(),
                   {number, still.owner.who, still.owner.format, still.join_leave,
                    still.waits->recover, still.waits->since, still.waits->recovered_or_not}});
  });
}

void fanout_state::settle(const subscribed& answer) {
  auto i = entering_.find(answer.number);
  if (i == entering_.end())
    return;
  auto& who = *i->second;
  entering_.erase(i);
  who.waits->number = 0;
  if (answer.error != errc::none) {
    if (who.owner.owner)
      who.owner.owner->on_subscribed(who, answer);
    if (who.waits->moving && who.owner.format == wire_format::actor)
      tell(self_, who.owner.actor, room_closed{answer.room});
    destroy(who);
    return;
  }
  if (std::exchange(who.waits->lost, 0) > answer.top.offset) {
    // More was published after this than is held: the room is asked again, for all of it.
    request_entry(who);
    return;
  }
  go_live(who, answer);
}

void fanout_state::go_live(subscription& to, const subscribed& answer) {
  auto waits = std::exchange(to.waits, nullptr);
  to.next = answer.top.offset + 1;
  // Nobody is behind this: what came before is delivered, what comes after is not here yet.
  to.room.seen = answer.top.offset;
  if (to.owner.owner)
    to.owner.owner->on_subscribed(to, answer);
  auto bulk = is_bulk(to.room);
  for (const auto& held : waits->held)
    if (!deliver_to(to, held, bulk))
      return;
}

void fanout_state::unsubscribe_from(subscription& which) {
  auto& link = which.room;
  auto id = which.owner.who->client;
  destroy(which);
  // A room that is still looked up has not heard of the member yet.
  if (link.room)
    tell(self_, link.room, unsubscribe{id});
}

void fanout_state::drop(subscription& which, unsubscribe_code why) {
  auto& who = which.owner;
  if (who.owner)
    who.owner->on_unsubscribed(which, why);
  if (who.format == wire_format::actor)
    tell(self_, who.actor, room_closed{which.room.id});
  unsubscribe_from(which);
}

void fanout_state::detach(member& who) {
  who.out = nullptr;
  who.owner = nullptr;
  for (auto& each : who.subscriptions) {
    each->out = nullptr;
    if (each->is_linked()) {
      each->unlink();
      --each->room.member_count;
    }
    each->lag_hook::unlink();
  }
}

void fanout_state::depart(member& who) {
  detach(who);
  while (!who.subscriptions.empty()) {
    auto& link = who.subscriptions.back()->room;
    unsubscribe_from(*who.subscriptions.back());
    forget_if_idle(link);
  }
}

void fanout_state::destroy(subscription& which) {
  if (which.is_linked()) {
    which.unlink();
    --which.room.member_count;
  }
  if (which.lagging)
    end_lag(which);
  --which.room.seats;
  if (which.waits)
    entering_.erase(which.waits->number);
  auto& all = which.owner.subscriptions;
  auto i = std::find_if(all.begin(), all.end(), [&](auto& x) { return x.get() == &which; });
  if (i != all.end()) {
    std::swap(*i, all.back());
    all.pop_back();
  }
}

} // namespace salon

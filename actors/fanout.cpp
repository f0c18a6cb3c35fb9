#include "actors/fanout.hpp"

#include "actors/failure.hpp"
#include "base/log.hpp"
#include "base/mutants.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace salon {

namespace {

constexpr std::size_t receipt_every = 64;

// Long enough for any actor that will ever answer.
constexpr auto actor_deadline = std::chrono::hours{24};

template <class... Fs>
struct overloaded : Fs... {
  using Fs::operator()...;
};

template <class... Fs>
overloaded(Fs...) -> overloaded<Fs...>;

} // namespace

fanout_state::fanout_state(audience_actor::pointer self, fanout_surroundings around)
  : self_(self),
    around_(std::move(around)),
    lag_timer_([this] { try_lagging_again(); }) {
  // nop
}

fanout_state::~fanout_state() = default;

audience_actor::behavior_type fanout_state::make_behavior() {
  return {
    [this](const subscribed& x) { take(x.room, x); },
    [this](const broadcast& x) { take(x.room, x); },
    [this](const member_joined& x) { take(x.room, x); },
    [this](const member_left& x) { take(x.room, x); },
    [this](const answered& x) { take(x.room, x); },
    [this](const stretch& x) { take(x.room, x); },
    [this](const room_top& x) { take(x.room, x); },
    [this](deliver_more) { deliver_scheduled(); },
  };
}

// -- delivering ---------------------------------------------------------------

void fanout_state::take(const room_id& room, room_link::event what) {
  auto i = links_.find(room);
  if (i == links_.end())
    return;
  auto& link = *i->second;
  link.events.push_back(std::move(what));
  around_.counts.fanout_queue.inc();
  if (link.is_scheduled)
    return;
  // A room that fits into one slice is served at once, others take turns.
  auto budget = around_.options.slice_members;
  deliver(link, budget);
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
      link.is_scheduled = true;
      scheduled_.push_back(&link);
      if (!std::exchange(reminded_, true))
        tell(self_, handle(), deliver_more{});
      return;
    }
    around_.counts.fanout_queue.dec();
  }
  if (auto count = std::exchange(delivered_now_, 0))
    around_.counts.deliveries.inc(count);
  forget_if_idle(link);
}

void fanout_state::deliver_rest(room_link& link) {
  auto unlimited = std::numeric_limits<std::size_t>::max();
  while (!link.events.empty()) {
    deliver_front(link, unlimited);
    around_.counts.fanout_queue.dec();
  }
}

bool fanout_state::deliver_front(room_link& link, std::size_t& budget) {
  auto bulk = link.member_count > around_.options.slice_members;
  auto done = std::visit(overloaded{
                           [&](broadcast& x) {
                             auto whole = for_each_member(
                               link, budget, [&](subscription& to) { deliver_to(to, x, bulk); });
                             if (whole && x.offset != 0)
                               link.seen = x.offset;
                             return whole;
                           },
                           [&](member_joined& x) { return deliver_fact(link, budget, x, bulk); },
                           [&](member_left& x) { return deliver_fact(link, budget, x, bulk); },
                           [&](auto& x) {
                             settle(x);
                             --budget;
                             return true;
                           },
                         },
                         link.events.front());
  if (!done)
    return false;
  // What the room need not wait for.
  auto is_answer = std::visit(
    overloaded{[](const broadcast&) { return false; }, [](const member_joined&) { return false; },
               [](const member_left&) { return false; }, [](const auto&) { return true; }},
    link.events.front());
  link.events.pop_front();
  link.unreceipted += is_answer ? 0 : 1;
  if (link.unreceipted >= receipt_every)
    receipt(link);
  return true;
}

template <class Fact>
bool fanout_state::deliver_fact(room_link& link, std::size_t& budget, const Fact& fact, bool bulk) {
  return for_each_member(link, budget, [&](subscription& to) {
    if (to.waits || to.lagging || !to.join_leave)
      return;
    if (to.owner.format == wire_format::actor)
      tell(self_, to.owner.actor, fact);
    else if (to.owner.out)
      to.owner.out->send(fact.json, lane{bulk, 0, 0});
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
    each(static_cast<subscription&>(next));
  }
  return true;
}

// Whether the subscription is still there.
bool fanout_state::deliver_to(subscription& to, const broadcast& what, bool bulk) {
  if (to.waits && has_mutant("hold nothing")) {
    if (to.owner.out && what.json)
      to.owner.out->send(what.json, lane{bulk, 0, what.offset});
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
  auto& who = to.owner;
  if (who.format == wire_format::actor)
    return tell_actor(to, what);
  const auto& bytes = who.format == wire_format::json ? what.json : what.text;
  if (who.out && bytes) {
    ++delivered_now_;
    who.out->send(bytes,
                  lane{bulk, to.positioned && what.offset != 0 ? to.stream : 0, what.offset});
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
  auto bulk = to.room.member_count > around_.options.slice_members;
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

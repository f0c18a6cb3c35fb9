#include "actors/relay.hpp"

#include "actors/failure.hpp"
#include "base/log.hpp"
#include "base/mutants.hpp"
#include "messages/broadcast_frames.hpp"

#include <algorithm>
#include <utility>

namespace salon {

namespace {

// Events of the home until it is told that they have been passed on.
constexpr std::size_t receipt_every = 64;

} // namespace

relay_state::relay_state(relay_actor::pointer self, room_id id, room_options options,
                         relay_surroundings around)
  : self_(self),
    id_(std::move(id)),
    options_(std::move(options)),
    around_(std::move(around)),
    inner_keys_('~' + to_string(client_id::random()) + '/'),
    retry_timer_([this] {
      // A home that does not take it in in time may be none.
      if (phase_ == phase::resuming)
        look_again_later();
      else
        look();
    }),
    patience_timer_([this] { on_patience_over(); }),
    idle_timer_([this] {
      if (may_end())
        tell(self_, around_.directory, room_idle{id_, true});
      watch_idleness();
    }) {
  around_.counts.relays.inc();
}

relay_state::~relay_state() {
  for (auto& each : audiences_)
    each.watch.end();
  home_watch_.end();
  around_.counts.relays.dec();
}

relay_actor::behavior_type relay_state::make_behavior() {
  watch_idleness();
  return {
    [this](const publish& x) { on_publish(x); },
    [this](const broadcast& x) { on_broadcast(x); },
    [this](const answered& x) { on_answered(x); },
    [this](const delivery_receipt& x) { on_receipt(x); },
    [this](const subscribe& x) { on_request(x); },
    [this](const subscribed& x) { on_subscribed(x); },
    [this](const unsubscribe& x) { on_unsubscribe(x); },
    [this](const member_joined& x) { on_joined(x.who, x.json); },
    [this](const member_left& x) { on_left(x.who, x.json); },
    [this](const presence_request& x) { on_presence(x); },
    [this](const history_request& x) { on_request(x); },
    [this](const stretch_request& x) { on_request(x); },
    [this](const stretch& x) { on_stretch(x); },
    [this](const room_top& x) { on_top(x); },
    [this](const resumed& x) { on_resumed(x); },
    [this](const member_table& x) { on_table(x); },
    [this](describe_room) {
      return room_summary{id_, static_cast<std::uint32_t>(members_.size())};
    },
    [this](room_may_close) { on_may_close(); },
    [](deliver_more) {},
  };
}

// -- the way home -------------------------------------------------------------

void relay_state::look() {
  phase_ = phase::looking;
  if (!patience_timer_.armed())
    around_.home.wheel().arm(patience_timer_, around_.options.home_timeout);
  ask(
    self_, around_.gateway, around_.options.answer_timeout, find_home{id_, handle()},
    [this](const home_found& x) { on_home(x.home); },
    [this](const caf::error& why) {
      // A refusal is the same wherever the home is: too many rooms, a name that may not be.
      if (errc_of(why) != errc::internal)
        refuse_all();
      look_again_later();
    });
}

void relay_state::look_again_later() {
  home_watch_.end();
  home_ = nullptr;
  if (members_.empty() && requests_.empty()) {
    phase_ = phase::resting;
    patience_timer_.disarm();
    watch_idleness();
    return;
  }
  phase_ = phase::looking;
  around_.home.wheel().arm(retry_timer_, around_.options.retry_interval);
}

void relay_state::on_home(const home_actor& home) {
  if (phase_ != phase::looking)
    return;
  home_ = home;
  home_watch_ = watch(self_, home, [this, whose = home.address()](const caf::error& why) {
    if (home_ && home_.address() == whose)
      on_home_down(!why || why == caf::exit_reason::user_shutdown);
  });
  phase_ = phase::resuming;
  around_.home.wheel().arm(retry_timer_, around_.options.answer_timeout);
  received_ = 0;
  left_meanwhile_.clear();
  resume_number_ = ++numbers_;
  // Without members nothing has been passed on that would have to go on, unless what became of a
  // publish is in question.
  auto is_bound = !members_.empty() || !requests_.empty();
  resume_order order{resume_number_, is_bound ? top_ : stream_position{}, {}};
  if (has_mutant("forget the offset"))
    order.since = {};
  for (const auto& [id, each] : members_)
    order.members.push_back(each.who);
  tell(self_, home_, resume{handle(), around_.node, std::move(order)});
}

void relay_state::on_home_down(bool in_good_order) {
  log::debug("home lost", {{"room", id_}});
  // What a home has not answered that ended on purpose has not happened.
  if (in_good_order)
    for (auto& [number, each] : requests_)
      each.sent_before = false;
  look_again_later();
  // It has handed the room over to another one.
  if (in_good_order && phase_ == phase::looking) {
    retry_timer_.disarm();
    look();
  }
}

void relay_state::on_patience_over() {
  if (phase_ == phase::live)
    return;
  // Nobody waits longer than it takes to know that this takes longer.
  refuse_all();
}

void relay_state::on_resumed(const resumed& x) {
  if (phase_ != phase::resuming || x.number != resume_number_)
    return;
  if (x.error != errc::none) {
    // It may be able to later; nothing tells.
    look_again_later();
    return;
  }
  auto is_same = top_.epoch == x.top.epoch;
  if (is_same && x.recovered) {
    for (const auto& each : x.publications) {
      if (each->offset <= top_.offset && !has_mutant("forget the offset"))
        continue;
      auto asked = take_recognised(*each);
      top_.offset = std::max(top_.offset, each->offset);
      auto out = make_broadcast(id_, each, each->offset, formats_.has(wire_format::json),
                                formats_.has(wire_format::text));
      out.epoch = top_.epoch;
      pass_on(out, asked ? &*asked : nullptr);
    }
  } else {
    // Also of another stream: the one before may live on where this node cannot hear it, and those
    // who heard it there would hear it again here.
    refuse_unknown();
    // Fanouts hold what came for those who are entering, too.
    if ((!members_.empty() || somebody_enters()) && !top_.epoch.empty()) {
      start_over();
      return;
    }
  }
  top_ = x.top;
  phase_ = phase::live;
  retry_timer_.disarm();
  patience_timer_.disarm();
  for (const auto& each : std::exchange(left_meanwhile_, {}))
    tell(self_, home_, unsubscribe{each});
  send_again();
  answer_presence();
}

// Of publishes that are on no list of what was missed nobody knows whether they happened.
void relay_state::refuse_unknown() {
  for (auto i = requests_.begin(); i != requests_.end();) {
    auto at = i++;
    const auto* order = std::get_if<publish_order_ptr>(&at->second.what);
    if (at->second.sent_before && order && (*order)->key_is_inner)
      refuse(requests_.extract(at).mapped(), errc::internal);
  }
}

bool relay_state::somebody_enters() const {
  return std::any_of(requests_.begin(), requests_.end(), [](const auto& x) {
    return x.second.sent_before && std::holds_alternative<subscribe_order>(x.second.what);
  });
}

// Another stream: those who know where they were are told, the others are taken along.
void relay_state::start_over() {
  log::info("room starts over", {{"room", id_}});
  self_->quit(fail(errc::not_available));
}

// A publish of ours that was carried out, known by its inner key: it must not be sent again.
std::optional<relay_state::request> relay_state::take_recognised(const publication& pub) {
  if (pub.is_keyed() || !pub.key.starts_with(inner_keys_) || has_mutant("retry twice"))
    return std::nullopt;
  auto i = std::find_if(requests_.begin(), requests_.end(), [&](const auto& x) {
    const auto* order = std::get_if<publish_order_ptr>(&x.second.what);
    return order && (*order)->key_is_inner && (*order)->key == pub.key;
  });
  if (i == requests_.end())
    return std::nullopt;
  return std::move(requests_.extract(i).mapped());
}

// -- from the home ------------------------------------------------------------

bool relay_state::is_current() const {
  // A home that was given up may not know it yet, and speak of another stream.
  return phase_ == phase::live && comes_from(self_, home_);
}

void relay_state::on_subscribed(const subscribed& x) {
  if (!is_current())
    return;
  auto asked = take_request(x.number);
  if (!asked)
    return;
  const auto& order = std::get<subscribe_order>(asked->what);
  if (x.error == errc::none) {
    if (members_.empty())
      top_ = x.top;
    seat(order, asked->via);
  } else {
    unseat(order.who->client);
  }
  auto answer = x;
  answer.number = asked->number;
  tell(self_, asked->via, std::move(answer));
}

void relay_state::on_broadcast(const broadcast& x) {
  if (!is_current())
    return;
  count_received();
  auto is_kept = x.offset != 0;
  if (is_kept && !members_.empty() && x.offset > top_.offset + 1) {
    log::error("gap on the way from home", {{"room", id_}});
    look_again_later();
    return;
  }
  std::optional<request> asked;
  if (x.answers != 0)
    asked = take_request(x.answers);
  else if (is_kept)
    // A home that had to find out what it has stored answers later, or not at all.
    asked = take_recognised(*x.pub);
  if (is_kept && x.offset <= top_.offset) {
    if (asked)
      tell(self_, asked->via, answered{id_, asked->number, stream_position{top_.epoch, x.offset}});
    return;
  }
  if (is_kept)
    top_.offset = x.offset;
  auto json = formats_.has(wire_format::json);
  auto text = formats_.has(wire_format::text);
  auto ready = (!json || x.json) && (!text || x.text || x.offset == 0);
  auto out = ready ? x : make_broadcast(id_, x.pub, x.offset, json, text);
  out.epoch = x.epoch.empty() ? top_.epoch : x.epoch;
  pass_on(out, asked ? &*asked : nullptr);
  settle_receipts();
}

void relay_state::pass_on(const broadcast& x, const request* asked) {
  for (auto& each : audiences_) {
    if (each.members == 0 || each.gone)
      continue;
    ++each.unreceipted;
    auto out = x;
    out.answers = 0;
    if (asked && each.handle == asked->via)
      out.answers = std::exchange(asked, nullptr)->number;
    tell(self_, each.handle, std::move(out));
  }
  if (asked)
    tell(self_, asked->via, answered{id_, asked->number, stream_position{x.epoch, x.offset}});
}

void relay_state::on_answered(const answered& x) {
  if (!is_current())
    return;
  auto asked = take_request(x.number);
  if (!asked)
    return;
  // Without members no broadcast tells how far the stream is.
  if (const auto* where = std::get_if<stream_position>(&x.what); where && members_.empty())
    if (where->epoch != top_.epoch || where->offset > top_.offset)
      top_ = *where;
  auto answer = x;
  answer.number = asked->number;
  tell(self_, asked->via, std::move(answer));
  watch_idleness();
}

void relay_state::on_stretch(const stretch& x) {
  if (!is_current())
    return;
  auto asked = take_request(x.number);
  if (!asked)
    return;
  const auto& order = std::get<read_stretch>(asked->what);
  auto answer = x;
  answer.number = asked->number;
  for (auto& each : answer.publications)
    if ((order.json && !each.json) || (order.text && !each.text))
      each = make_broadcast(id_, each.pub, each.offset, order.json, order.text);
  tell(self_, asked->via, std::move(answer));
}

void relay_state::on_top(const room_top& x) {
  if (!is_current())
    return;
  for (auto& each : audiences_)
    if (each.members > 0 && !each.gone)
      tell(self_, each.handle, x);
}

void relay_state::count_received() {
  ++received_;
}

// The home goes no further than the slowest fanout here: it hears of what all of them can take.
void relay_state::settle_receipts() {
  auto all_keep_up = std::all_of(audiences_.begin(), audiences_.end(), [this](const audience& x) {
    return x.unreceipted < around_.unreceipted_max / 2;
  });
  if (received_ >= receipt_every && all_keep_up && home_)
    tell(self_, home_, delivery_receipt{handle(), delivered{std::exchange(received_, 0)}});
}

// -- ending -------------------------------------------------------------------

bool relay_state::may_end() const {
  return members_.empty() && requests_.empty();
}

void relay_state::watch_idleness() {
  around_.home.wheel().arm(idle_timer_, options_.idle_close);
}

void relay_state::on_may_close() {
  if (may_end()) {
    self_->quit();
  } else {
    tell(self_, around_.directory, room_stays{id_, true});
    watch_idleness();
  }
}

relay_actor spawn_relay(room_id id, room_options options, relay_surroundings around) {
  auto& home = around.home;
  return spawn_on<relay_state, relay_actor>(home, std::move(id), std::move(options),
                                            std::move(around))
    .handle;
}

} // namespace salon

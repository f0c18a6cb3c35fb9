#include "actors/room.hpp"

#include "actors/failure.hpp"
#include "base/log.hpp"
#include "base/mutants.hpp"
#include "messages/json_codec.hpp"

#include <algorithm>

namespace salon {

namespace {

constexpr std::size_t epoch_letters = 8;

// How long a room that nobody speaks to may not know that it has been taken over.
constexpr auto charge_check = std::chrono::milliseconds{500};

std::size_t index_of(wire_format format) {
  return static_cast<std::size_t>(format);
}

bool is_durable(const room_options& options, const room_storage& storage) {
  return storage.log && options.durability != durability::none && options.has_history();
}

} // namespace

room_state::room_state(home_actor::pointer self, room_id id, room_options options,
                       room_surroundings around)
  : self_(self),
    id_(std::move(id)),
    options_(std::move(options)),
    around_(std::move(around)),
    epoch_(random_letters(epoch_letters)),
    claim_timer_([this] { open_log(); }),
    window_(options_.has_history() ? options_.history_size : 0, options_.history_bytes_max),
    keys_(options_.keys_max, options_.key_window),
    ttl_timer_([this] { on_ttl_timer(); }),
    idle_timer_([this] { on_idle_timer(); }),
    position_timer_([this] { on_position_timer(); }),
    awaited_(std::move(around_.awaited)),
    gather_timer_([this] {
      awaited_.clear();
      if (is_in_charge())
        publish_table();
    }),
    charge_timer_([this] {
      // Not from here: an actor quits when it handles a message.
      if (is_in_charge())
        watch_charge();
      else
        dismiss(home_actor{self_});
    }),
    log_(is_durable(options_, around_.storage) ? log_state::closed : log_state::none),
    retry_timer_([this] { find_out(); }) {
  around_.counts.rooms.inc();
}

room_state::~room_state() {
  // Audiences outlive rooms by far.
  for (auto& each : audiences_)
    each.watch.end();
  around_.counts.rooms.dec();
  around_.counts.members.dec(static_cast<std::int64_t>(members_.size()));
  around_.counts.log_queue_bytes.dec(static_cast<std::int64_t>(staged_bytes_));
  if (has_claimed_)
    tell(around_.storage.log, log_closed{id_});
}

/// Whether the room may still say something. A process that was stopped for a while may find that
/// its rooms live elsewhere by now: then they are silent here, and end. That it has a lease again
/// gives it none of them back.
bool room_state::is_in_charge() const {
  const auto& lease = around_.storage.lease;
  if (!lease || log_ == log_state::none || has_mutant("act without lease"))
    return true;
  auto now = lease();
  return log_ == log_state::closed ? now != 0 : now == lease_;
}

bool room_state::in_charge() {
  if (is_in_charge())
    return true;
  log::warn("room given up", {{"room", id_}, {"reason", "the lease of this node is over"}});
  self_->quit(fail(errc::not_available));
  return false;
}

// It may have been told nothing since.
void room_state::watch_charge() {
  if (around_.storage.lease)
    around_.home.wheel().arm(charge_timer_, charge_check);
}

template <class X>
auto room_state::when_in_charge(void (room_state::*handle)(const X&)) {
  return [this, handle](const X& x) {
    if (in_charge())
      (this->*handle)(x);
  };
}

home_actor::behavior_type room_state::make_behavior() {
  // The first thing that happens on the room's own shard: before, its clock is not ours to touch.
  last_publish_ = around_.home.wheel().now();
  if (around_.state) {
    released_by_ = last_publish_ + around_.gather_timeout;
    adopt_state(*std::exchange(around_.state, nullptr));
  }
  watch_idleness();
  if (!awaited_.empty())
    around_.home.wheel().arm(gather_timer_, around_.gather_timeout);
  // CAF tries one after the other: the most frequent comes first.
  return {
    when_in_charge(&room_state::on_publish),
    when_in_charge(&room_state::on_subscribe),
    [this](const unsubscribe& x) { on_unsubscribe(x); },
    when_in_charge(&room_state::on_presence),
    when_in_charge(&room_state::on_history),
    when_in_charge(&room_state::on_stretch),
    when_in_charge(&room_state::on_receipt),
    [this](describe_room) {
      return room_summary{id_, static_cast<std::uint32_t>(members_.size())};
    },
    [this](room_may_close) { on_may_close(); },
    when_in_charge(&room_state::on_resume),
    [this](give_room) { return on_give(); },
    [this](keep_room) {
      is_given_ = false;
      publish_pending();
    },
  };
}

// -- members ------------------------------------------------------------------

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
  member there{who.who, place, who.format, who.join_leave};
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
  formats_[index_of(who.format)] += change;
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

stream_position room_state::top() const {
  return {epoch_, top_};
}

// -- questions ----------------------------------------------------------------

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

// -- ending -------------------------------------------------------------------

void room_state::on_ttl_timer() {
  auto& wheel = around_.home.wheel();
  auto end = last_publish_ + options_.history_ttl;
  if (end > wheel.now()) {
    wheel.arm(ttl_timer_, end - wheel.now());
    return;
  }
  window_.clear();
  first_ = top_ + 1;
  watch_idleness();
}

void room_state::on_position_timer() {
  if (!is_in_charge())
    return;
  // Whoever is behind without knowing it finds out by this, and recovers.
  for (const auto& each : audiences_)
    if (each.members > 0 && !each.gone)
      tell(self_, each.handle, room_top{id_, top_});
  if (!members_.empty())
    around_.home.wheel().arm(position_timer_, around_.limits.position_check);
}

bool room_state::may_end() const {
  if (!members_.empty() || !pending_.empty() || !recovering_.empty() || !early_.empty()
      || !awaited_.empty() || is_given_ || reads_ > 0)
    return false;
  // What a log keeps needs no room.
  if (log_ != log_state::none)
    return log_ == log_state::closed || log_ == log_state::open;
  auto keys = keys_.last_expiry();
  return window_.empty() && (!keys || *keys <= around_.home.wheel().now());
}

void room_state::watch_idleness() {
  if (members_.empty())
    around_.home.wheel().arm(idle_timer_, options_.idle_close);
}

void room_state::on_idle_timer() {
  if (may_end())
    tell(self_, around_.directory, room_idle{id_});
  else
    watch_idleness();
}

void room_state::on_may_close() {
  if (may_end()) {
    self_->quit();
  } else {
    tell(self_, around_.directory, room_stays{id_});
    watch_idleness();
  }
}

home_actor spawn_room(room_id id, room_options options, room_surroundings around) {
  auto& home = around.home;
  return spawn_on<room_state, home_actor>(home, std::move(id), std::move(options),
                                          std::move(around))
    .handle;
}

} // namespace salon

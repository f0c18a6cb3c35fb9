#include "actors/room.hpp"

#include "actors/failure.hpp"
#include "base/log.hpp"
#include "base/mutants.hpp"

#include <utility>

namespace salon {

namespace {

constexpr std::size_t epoch_letters = 8;

// How long a room that nobody speaks to may not know that it has been taken over.
constexpr auto charge_check = std::chrono::milliseconds{500};

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

stream_position room_state::top() const {
  return {epoch_, top_};
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

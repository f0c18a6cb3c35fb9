#include "actors/failure.hpp"
#include "actors/room.hpp"
#include "base/log.hpp"
#include "base/mutants.hpp"

#include <algorithm>
#include <limits>
#include <unordered_set>
#include <utility>

// How a durable room comes by its log, and finds out what became of a group whose fate it was not
// told.
namespace salon {

namespace {

constexpr std::size_t epoch_letters = 8;

// Between two looks whether an earlier home has given the log back.
constexpr std::chrono::milliseconds claim_interval{20};

retention retention_of(const room_options& options) {
  retention kept;
  kept.publications_max = options.history_size;
  kept.bytes_max = options.history_bytes_max;
  kept.ttl = options.history_ttl;
  kept.age_max = options.history_age;
  kept.meta_ttl = options.history_meta_ttl;
  kept.keys_max = options.keys_max;
  kept.key_window = options.key_window;
  return kept;
}

} // namespace

/// Whether the log is not open yet: then `x` is dealt with when it is. What waits here is bounded
/// by those who wait for an answer.
bool room_state::waits_for_log(early_request x) {
  if (log_ != log_state::closed && log_ != log_state::opening)
    return false;
  early_.push_back(std::move(x));
  if (log_ == log_state::closed)
    open_log();
  return true;
}

void room_state::open_log() {
  log_ = log_state::opening;
  const auto& storage = around_.storage;
  if (storage.lease)
    lease_ = storage.lease();
  has_claimed_ = true;
  watch_charge();
  ask(
    self_, storage.log, storage.options.answer_timeout,
    open_order{id_, options_.durability, retention_of(options_), random_letters(epoch_letters),
               around_.home.wheel().wall_ms()},
    [this](const opened_room& x) {
      if (x.elsewhere.empty())
        on_opened(x);
      else if (around_.home.wheel().now() < released_by_)
        around_.home.wheel().arm(claim_timer_, claim_interval);
      else
        on_elsewhere(x.elsewhere);
    },
    [this](const caf::error&) { on_open_failed(); });
}

void room_state::on_opened(const opened_room& x) {
  if (!in_charge())
    return;
  const auto& record = x.record;
  auto& wheel = around_.home.wheel();
  epoch_ = record.epoch;
  top_ = record.top;
  // What is over goes a little later.
  first_ = std::max(record.first, top_ - std::min<std::uint64_t>(top_, options_.history_size) + 1);
  term_ = record.term;
  adopt(x);
  // Time went on while nobody was here.
  auto since_last = std::chrono::milliseconds{wheel.wall_ms() - record.last_publish};
  last_publish_ = wheel.now() - std::max(since_last, std::chrono::milliseconds{0});
  if (first_ <= top_) {
    if (since_last >= options_.history_ttl)
      first_ = top_ + 1;
    else
      wheel.arm(ttl_timer_, options_.history_ttl - since_last);
  }
  log_ = log_state::open;
  struct handle {
    room_state& room;
    void operator()(const subscribe& x) {
      room.on_subscribe(x);
    }
    void operator()(const unsubscribe& x) {
      room.on_unsubscribe(x);
    }
    void operator()(const presence_request& x) {
      room.on_presence(x);
    }
    void operator()(const history_request& x) {
      room.on_history(x);
    }
    void operator()(const stretch_request& x) {
      room.on_stretch(x);
    }
    void operator()(const resume& x) {
      room.on_resume(x);
    }
  };
  for (auto& each : std::exchange(early_, {}))
    std::visit(handle{*this}, each);
  give_when_still();
  publish_pending();
}

void room_state::adopt(const opened_room& x) {
  auto& wheel = around_.home.wheel();
  keys_.clear();
  if (has_mutant("forget keys"))
    return;
  for (const auto& each : x.keys)
    keys_.add(each.user, each.key, each.hash, each.offset,
              wheel.now() - std::chrono::milliseconds{wheel.wall_ms() - each.time});
}

// Another node has the room still: this one is no home of it. Whoever wants the room looks again.
void room_state::on_elsewhere(const std::string& node) {
  log::info("room is elsewhere", {{"room", id_}, {"node", node}});
  on_open_failed();
  self_->quit(fail(errc::not_available));
}

void room_state::on_open_failed() {
  log_ = log_state::closed;
  struct refusal {
    room_state& room;
    void operator()(const subscribe& x) {
      room.refuse(x, errc::internal);
    }
    void operator()(const unsubscribe& x) {
      room.on_unsubscribe(x);
    }
    void operator()(const presence_request& x) {
      room.on_presence(x);
    }
    void operator()(const history_request& x) {
      tell(room.self_, x.via, answered{room.id_, x.order.number, errc::internal});
    }
    void operator()(const stretch_request& x) {
      tell(room.self_, x.via, stretch{room.id_, x.order.number, false, true, {}});
    }
    void operator()(const resume& x) {
      room.take_seats(x, errc::internal, std::nullopt);
    }
  };
  for (auto& each : std::exchange(early_, {}))
    std::visit(refusal{*this}, each);
  fail_pending(errc::internal);
  give_when_still();
}

// -- after an append whose outcome nobody knows -------------------------------

void room_state::find_out() {
  log_ = log_state::lost;
  const auto& storage = around_.storage;
  ask(
    self_, storage.log, storage.options.answer_timeout,
    open_order{id_, options_.durability, retention_of(options_), epoch_,
               around_.home.wheel().wall_ms()},
    [this](const opened_room& x) { on_found_out(x); }, [this](const caf::error&) { lose_track(); });
}

void room_state::on_found_out(const opened_room& x) {
  if (!in_charge())
    return;
  if (!x.elsewhere.empty()) {
    on_elsewhere(x.elsewhere);
    return;
  }
  // One that has another home by now has another epoch here: none.
  if (x.record.epoch != epoch_ || x.record.top < top_) {
    // What members have seen is not what is stored: they have to start over.
    log::error("log is another", {{"room", id_}});
    self_->quit(fail(errc::internal));
    return;
  }
  adopt(x);
  term_ = x.record.term;
  read_order missing{id_, false, top_, x.record.top, {}};
  missing.most = {x.record.top - top_, std::numeric_limits<std::size_t>::max()};
  if (x.record.top == top_)
    deliver_found({}, top_);
  else
    read_log(missing, [this, stored = x.record.top](const log_part* part) {
      if (part)
        deliver_found(*part, stored);
      else
        lose_track();
    });
}

// What is stored has happened, what is not has not.
void room_state::deliver_found(const log_part& part, std::uint64_t stored_top) {
  for (const auto& each : part.publications) {
    skip_to(each->offset - 1);
    take_in(each, each->offset, nullptr);
  }
  skip_to(stored_top);
  log_ = log_state::open;
  astray_ = false;
  release_staged_bytes();
  auto group = std::exchange(staged_, {});
  // The offset alone says nothing: another publication may have been there first.
  std::unordered_set<std::uint64_t> stored;
  for (const auto& each : group) {
    auto found = std::find_if(part.publications.begin(), part.publications.end(),
                              [&](const auto& x) { return x->offset == each.offset; });
    if (each.pub && found != part.publications.end() && **found == *each.pub)
      stored.insert(each.offset);
  }
  for (const auto& each : group) {
    if (stored.count(each.offset) > 0)
      answer(each.what, stream_position{epoch_, each.offset});
    else
      answer(each.what, errc::internal);
  }
  give_when_still();
  publish_pending();
}

// What was stored meanwhile may be kept no more: those who are here find a gap, and recover.
void room_state::skip_to(std::uint64_t offset) {
  if (offset <= top_)
    return;
  window_.clear();
  top_ = offset;
  first_ = offset + 1;
}

void room_state::lose_track() {
  // Nobody waits longer than it takes to know that this takes longer.
  astray_ = true;
  fail_staged(errc::internal);
  fail_pending(errc::internal);
  around_.home.wheel().arm(retry_timer_, around_.storage.options.retry_interval);
}

} // namespace salon

#include "actors/history.hpp"

#include "actors/failure.hpp"
#include "base/log.hpp"

#include <utility>

namespace salon {

namespace {

// Publications of a room until what they have pushed out goes, so that not each costs a second
// transaction.
constexpr std::size_t trim_after = 64;

// Rows that go in one piece, between two commits.
constexpr std::size_t trim_rows = 256;

// Rooms that one sweep takes up; the next one takes up the rest.
constexpr std::size_t sweep_rooms = 1024;

appended answer_of(store_errc code) {
  switch (code) {
  case store_errc::none:
    return {};
  case store_errc::conflict:
  case store_errc::unknown:
    return {errc::internal, false};
  case store_errc::unavailable:
  case store_errc::corrupt:
  case store_errc::elsewhere:
  case store_errc::refused:
    break;
  }
  return {errc::internal, true};
}

// Whether nothing can be stored; a damaged room is a matter of its own.
bool is_failure(store_errc code) {
  return code != store_errc::none && code != store_errc::conflict && code != store_errc::corrupt;
}

} // namespace

history_state::history_state(history_actor::pointer self, shard& home, history_store& store,
                             metrics& counts, history_options options)
  : self_(self),
    home_(home),
    store_(store),
    counts_(counts),
    options_(options),
    retry_([this] { try_again(); }),
    sweep_([this] { sweep(); }) {
  // nop
}

history_actor::behavior_type history_state::make_behavior() {
  home_.wheel().arm(sweep_, options_.sweep_interval);
  return {
    [this](const open_order& x) { return on_open(x); },
    [this](const append_order& x) { return on_append(x); },
    [this](const log_closed& x) { on_closed(x.room); },
    [this](work_on) { on_work(); },
  };
}

caf::result<opened_room> history_state::on_open(const open_order& x) {
  // Behind what the room, or the one before it, has still to store.
  commit();
  to_release_.erase(x.room);
  auto opened = store_.open_room(x);
  if (opened) {
    in_use_.try_emplace(x.room);
    return std::move(*opened);
  }
  auto why = opened.error();
  if (why.code == store_errc::elsewhere) {
    opened_room away;
    away.elsewhere = why.sentence;
    return away;
  }
  failed(why);
  return fail(errc::internal);
}

caf::result<appended> history_state::on_append(const append_order& x) {
  if (failing_)
    return appended{errc::internal, true};
  queue_.push_back({x, self_->make_response_promise<appended>()});
  work_soon();
  return queue_.back().caller;
}

void history_state::work_soon() {
  // Behind everything that has come in meanwhile.
  if (!std::exchange(reminded_, true))
    tell(self_, history_actor{self_}, work_on{});
}

void history_state::on_work() {
  reminded_ = false;
  commit();
  trim_one();
  if (!trims_.empty() && !failing_)
    work_soon();
}

void history_state::commit() {
  if (queue_.empty())
    return;
  auto group = std::exchange(queue_, {});
  std::vector<append_order> orders;
  orders.reserve(group.size());
  for (auto& each : group)
    orders.push_back(std::move(each.what));
  auto result = store_.append(orders);
  counts_.log_commits.inc();
  for (std::size_t i = 0; i < group.size(); ++i) {
    auto code = result.each[i];
    if (code == store_errc::none) {
      counts_.log_appends.inc(static_cast<std::int64_t>(orders[i].entries.size()));
      auto& since_trim = in_use_[orders[i].room];
      since_trim += orders[i].entries.size();
      if (since_trim >= trim_after)
        trim_later(orders[i].room);
    } else if (code != store_errc::conflict) {
      failed({code, result.sentence});
    }
    group[i].caller.deliver(answer_of(code));
  }
}

// -- what is kept no longer ---------------------------------------------------

void history_state::on_closed(const room_id& room) {
  // Behind what the room has still to store: then other nodes may have it.
  commit();
  to_release_.insert(room);
  release_all();
  auto i = in_use_.find(room);
  if (i != in_use_.end() && i->second > 0) {
    trim_later(room);
    work_soon();
  }
  in_use_.erase(room);
}

void history_state::release_all() {
  while (!to_release_.empty() && !failing_) {
    auto result = store_.release_room(*to_release_.begin());
    if (result.code != store_errc::none)
      failed(result);
    if (!failing_)
      to_release_.erase(to_release_.begin());
  }
}

void history_state::trim_later(const room_id& room) {
  if (trimming_.insert(room).second)
    trims_.push_back(room);
}

void history_state::trim_one() {
  if (trims_.empty() || failing_)
    return;
  auto room = std::move(trims_.front());
  trims_.pop_front();
  trimming_.erase(room);
  auto used = in_use_.find(room);
  if (used != in_use_.end())
    used->second = 0;
  auto more = store_.trim(room, home_.wheel().wall_ms(), trim_rows, used != in_use_.end());
  if (!more)
    failed(more.error());
  else if (*more)
    trim_later(room);
}

void history_state::sweep() {
  home_.wheel().arm(sweep_, options_.sweep_interval);
  if (failing_)
    return;
  auto rooms = store_.overdue(home_.wheel().wall_ms(), sweep_rooms);
  if (!rooms) {
    failed(rooms.error());
    return;
  }
  for (const auto& each : *rooms)
    trim_later(each);
  if (!trims_.empty())
    work_soon();
}

// -- a store that fails -------------------------------------------------------

void history_state::failed(const store_error& why) {
  if (is_failure(why.code) && std::exchange(failing_, true))
    return;
  log::error("storage failed", {{"reason", why.sentence}});
  if (!is_failure(why.code))
    return;
  counts_.log_failing.value(1);
  home_.wheel().arm(retry_, options_.retry_interval);
}

void history_state::try_again() {
  auto still = store_.recover();
  if (still.code != store_errc::none) {
    home_.wheel().arm(retry_, options_.retry_interval);
    return;
  }
  failing_ = false;
  counts_.log_failing.value(0);
  log::info("storage recovered");
  release_all();
  if (!trims_.empty())
    work_soon();
}

history_actor spawn_history(shard& home, history_store& store, metrics& counts,
                            history_options options) {
  return spawn_on<history_state, history_actor>(home, home, store, counts, options).handle;
}

} // namespace salon

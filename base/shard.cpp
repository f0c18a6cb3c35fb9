#include "base/shard.hpp"

#include "base/log.hpp"
#include "base/log_gathering.hpp"
#include "base/prefetch.hpp"
#include "base/thread_name.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <exception>

namespace salon {

namespace {

thread_local shard* current = nullptr;

// Stepped shards live at the same time in every run.
constexpr std::int64_t stepped_start_ms = 1'700'000'000'000;

std::int64_t wall_clock_ms() {
  auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

} // namespace

shard::shard(caf::actor_system& system, std::size_t index, shard_options options)
  : actor_host(system),
    index_(index),
    options_(options),
    io_(1),
    work_(boost::asio::make_work_guard(io_)),
    ticker_(io_),
    wheel_(options.stepped ? timer_wheel::time_point{} : std::chrono::steady_clock::now(),
           options.stepped ? stepped_start_ms : wall_clock_ms()),
    bulk_timer_(io_) {
  // nop
}

shard::~shard() {
  for (auto& left : local_)
    drop(left);
  for (auto& left : remote_)
    drop(left);
}

bool shard::here() const noexcept {
  return options_.stepped || current == this;
}

void shard::run(const std::string& name) {
  if (!name.empty())
    name_thread(name);
  current = this;
  // A write for each would cost more than what it tells of.
  log::gathering events{[this] { arm(); }};
  post([this] { tick(); });
  for (;;) {
    // What escapes a socket's handler is a bug of ours: it costs that handler, not the server.
    try {
      io_.run();
      break;
    } catch (const std::exception& bug) {
      log::error("handler failed", {{"shard", index_}, {"what", bug.what()}});
    }
  }
  wake_others();
  current = nullptr;
}

void shard::stop() {
  post([this] {
    // What another shard has for this one may not have woken it yet.
    take_remote();
    if (!local_.empty()) {
      arm();
      stop();
      return;
    }
    ticker_.cancel();
    io_.stop();
  });
}

void shard::post(std::function<void()> what) {
  boost::asio::post(io_, std::move(what));
}

void shard::flush_soon(flushable& what) {
  what.unlink();
  soon_.push_back(what);
  arm();
}

void shard::flush_in_bulk(flushable& what) {
  if (what.is_linked()) {
    ++marked_again_;
    return;
  }
  ++marked_in_bulk_;
  bulk_.push_back(what);
  arm();
}

std::size_t shard::ready() {
  take_remote();
  return local_.size();
}

bool shard::step(std::size_t which) {
  if (which >= ready())
    return false;
  auto chosen = local_.begin() + static_cast<std::ptrdiff_t>(which);
  std::rotate(local_.begin(), chosen, chosen + 1);
  run_one(1);
  return true;
}

void shard::flush() {
  while (!soon_.empty() || !going_.empty() || !bulk_.empty())
    flush_front(!soon_.empty() ? soon_ : !going_.empty() ? going_ : bulk_);
}

void shard::advance(timer_wheel::duration by) {
  wheel_.advance(wheel_.now() + by);
}

void shard::enqueue(job what) {
  if (current == this) {
    local_.push_back(std::move(what));
    arm();
    return;
  }
  auto wake = false;
  {
    std::lock_guard guard{mutex_};
    remote_.push_back(std::move(what));
    wake = !std::exchange(woken_, true);
  }
  if (!wake || options_.stepped)
    return;
  if (current == nullptr || current->options_.wakes_at_once)
    return wake_up();
  // Not yet: all that this turn has for it can be done in one go.
  current->to_wake_.push_back(this);
  current->arm();
}

void shard::wake_up() {
  boost::asio::post(io_, [this] { turn(); });
}

void shard::wake_others() {
  for (auto* each : to_wake_)
    each->wake_up();
  to_wake_.clear();
}

void shard::take_remote() {
  {
    std::lock_guard guard{mutex_};
    taken_.swap(remote_);
    woken_ = false;
  }
  for (auto& next : taken_)
    local_.push_back(std::move(next));
  taken_.clear();
}

void shard::arm() {
  if (!armed_ && !options_.stepped) {
    armed_ = true;
    boost::asio::post(io_, [this] {
      armed_ = false;
      turn();
    });
  }
}

shard::at_work::~at_work() {
  self_.armed_ = was_armed_;
  auto more_bulk = !self_.going_.empty() || (!self_.bulk_.empty() && !self_.bulk_waits_);
  if (!self_.local_.empty() || !self_.soon_.empty() || more_bulk || !self_.to_wake_.empty())
    self_.arm();
}

void shard::turn() {
  at_work guard{*this};
  turn_now();
}

void shard::turn_now() {
  run_jobs(std::chrono::steady_clock::now());
  wake_others();
  flush_marked(std::chrono::steady_clock::now());
  log::write_gathered();
}

void shard::run_jobs(std::chrono::steady_clock::time_point begin) {
  take_remote();
  for (std::size_t n = 1; !local_.empty(); ++n) {
    run_one(options_.messages_per_resume);
    if (n % 8 == 0) {
      auto spent = std::chrono::steady_clock::now() - begin;
      if (spent >= options_.turn)
        return;
      if (spent >= options_.turn / 4)
        wake_others();
    }
    if (local_.empty())
      take_remote();
  }
}

void shard::run_one(std::size_t messages) {
  auto next = std::move(local_.front());
  local_.pop_front();
  if (resume(next, messages))
    local_.push_back(std::move(next));
}

void shard::flush_front(flush_list& list) {
  auto& next = list.front();
  list.pop_front();
  // The kernel takes its time: that of the next one to come into the processor's caches.
  if (!list.empty())
    prefetch(&list.front(), flushable::hot_bytes);
  next.flush();
}

void shard::flush_marked(std::chrono::steady_clock::time_point now) {
  while (!soon_.empty())
    flush_front(soon_);
  if (going_.empty() && !bulk_.empty())
    begin_bulk(now);
  for (std::size_t n = 0; !going_.empty(); ++n) {
    if (n % 64 == 63 && std::chrono::steady_clock::now() >= now + options_.turn)
      return;
    flush_front(going_);
  }
}

// Whoever was just written to gets what comes next with what comes after it, where much comes: a
// room in which one speaks at a time would wait for nothing.
void shard::begin_bulk(std::chrono::steady_clock::time_point now) {
  auto intervals = (gathers_ ? 1 : 0) + (upcoming_ > 0 ? 1 : 0);
  auto most = bulk_begun_ + intervals * options_.bulk_interval;
  if (now >= most) {
    going_.splice(going_.end(), bulk_);
    bulk_begun_ = now;
    gathers_ = 2 * std::exchange(marked_again_, 0) >= std::exchange(marked_in_bulk_, 0);
  } else if (!bulk_waits_ || most < bulk_timer_.expiry()) {
    bulk_waits_ = true;
    bulk_timer_.expires_at(most);
    bulk_timer_.async_wait([this](boost::system::error_code replaced) {
      if (replaced)
        return;
      bulk_waits_ = false;
      arm();
    });
  }
}

void shard::tick() {
  // The next tick comes even if a timer throws.
  ticker_.expires_after(timer_wheel::tick);
  ticker_.async_wait([this](boost::system::error_code cancelled) {
    if (!cancelled)
      tick();
  });
  wheel_.advance(std::chrono::steady_clock::now());
}

} // namespace salon

#include "tests/support/fake_socket.hpp"

#include <algorithm>
#include <utility>

namespace salon::testing {

fake_socket::fake_socket(shard& home, std::size_t outbox_bytes_max,
                         std::function<void(std::string_view)> note)
  : home_(home),
    outbox_bytes_max_(outbox_bytes_max),
    note_(std::move(note)) {
  // nop
}

void fake_socket::start(received user) {
  user_ = std::move(user);
}

void fake_socket::complain_if_ended(const char* call) {
  if (ended)
    complaints.emplace_back(call);
}

// -- what connections call ----------------------------------------------------

void fake_socket::send(const frame& message, const lane& how) {
  complain_if_ended("send");
  if (closing_)
    return;
  queue_.push_back({message, how});
  queued_ += message.wire().size();
  was_over_half_ = was_over_half_ || queued_ > outbox_bytes_max_ / 2;
  if (queued_ > outbox_bytes_max_ && user_.user)
    user_.user->on_overflow();
  if (queued_ > outbox_bytes_max_)
    close(close_code::slow);
  else if (how.bulk)
    home_.flush_in_bulk(*this);
  else
    home_.flush_soon(*this);
}

std::vector<withdrawn> fake_socket::withdraw() {
  std::vector<withdrawn> result;
  std::erase_if(queue_, [&](const item& x) {
    if (x.how.stream == 0)
      return false;
    if (std::none_of(result.begin(), result.end(),
                     [&](const withdrawn& y) { return y.stream == x.how.stream; }))
      result.push_back({x.how.stream, x.how.offset});
    queued_ -= x.message.wire().size();
    return true;
  });
  return result;
}

std::size_t fake_socket::queued_bytes() const noexcept {
  return queued_;
}

void fake_socket::ping() {
  complain_if_ended("ping");
  if (!closing_)
    ++pings;
}

void fake_socket::pause() {
  complain_if_ended("pause");
  ++pauses;
  paused = true;
}

void fake_socket::resume() {
  complain_if_ended("resume");
  paused = false;
}

void fake_socket::close(close_code code) {
  complain_if_ended("close");
  if (std::exchange(closing_, true))
    return;
  closed_with = code;
  if (code == close_code::slow) {
    queue_.clear();
    queued_ = 0;
  }
  home_.flush_soon(*this);
  // A slow client's user need not wait until the client has answered.
  if (answers_close || code == close_code::slow)
    events_.push_back({event::kind::closed, {}, code});
}

void fake_socket::abandon() noexcept {
  complain_if_ended("abandon");
  abandoned = true;
  ended = true;
  user_.user = nullptr;
  // Not now: this is called from inside the actor.
  released_ = std::exchange(user_.actor, nullptr);
  unlink();
}

void fake_socket::flush() {
  if (!blocked)
    read(queue_.size());
}

// -- what the client does -----------------------------------------------------

void fake_socket::arrive(std::string message) {
  events_.push_back({event::kind::message, std::move(message)});
}

void fake_socket::pong() {
  events_.push_back({event::kind::pong, {}});
}

void fake_socket::lose(close_code code) {
  closing_ = true;
  auto told = [](const event& x) { return x.what == event::kind::closed; };
  if (!ended && std::none_of(events_.begin(), events_.end(), told))
    events_.push_back({event::kind::closed, {}, code});
}

void fake_socket::read(std::size_t messages) {
  for (; messages > 0; --messages) {
    auto next = std::move(queue_.front());
    queue_.pop_front();
    queued_ -= next.message.wire().size();
    note_(next.message.payload());
  }
  if (was_over_half_ && queued_ <= outbox_bytes_max_ / 2) {
    was_over_half_ = false;
    if (!closing_ && user_.user)
      user_.user->on_drained();
  }
}

// -- what the loop does -------------------------------------------------------

bool fake_socket::has_event() const noexcept {
  if (ended)
    return released_ != nullptr;
  return std::any_of(events_.begin(), events_.end(),
                     [this](const event& x) { return x.what == event::kind::closed || !paused; });
}

void fake_socket::run_event() {
  if (ended) {
    released_ = nullptr;
    return;
  }
  auto next = std::find_if(events_.begin(), events_.end(), [this](const event& x) {
    return x.what == event::kind::closed || !paused;
  });
  if (next == events_.end())
    return;
  auto what = std::move(*next);
  events_.erase(next);
  switch (what.what) {
  case event::kind::message:
    if (!closing_)
      user_.user->on_message(what.message);
    return;
  case event::kind::pong:
    if (!closing_)
      user_.user->on_pong();
    return;
  case event::kind::closed:
    // What was queued before goes out.
    unlink();
    flush();
    ended = true;
    user_.user->on_closed(what.code);
    user_ = {nullptr, nullptr};
    return;
  }
}

} // namespace salon::testing

#include "net/websocket_session.hpp"

#include "actors/metrics.hpp"

#include <utility>

namespace salon {

namespace {

// After that many full buffers others have their turn.
constexpr int reads_in_a_row = 4;

constexpr auto framing_of(wire_format format) noexcept {
  return format == wire_format::json ? outbox::framing::lines : outbox::framing::single;
}

} // namespace

websocket_session::websocket_session(front_context& front, polled_socket&& socket,
                                     wire_format format)
  : front_(front),
    outbox_(framing_of(format)),
    socket_(std::move(socket), *this),
    reader_(front.options.frame_bytes_max) {
  // nop
}

void websocket_session::start(std::string_view answer, visit who, std::span<char> rest) {
  self_ = this;
  front_.sockets.push_back(*this);
  front_.counts.connections.inc();
  front_.counts.connections_opened.inc();
  outbox_.push_urgent(answer);
  flush_later(mark::soon);
  try {
    auto user = front_.desk.receive(*this, std::move(who));
    if (!told_)
      receiver_ = std::move(user);
    feed(rest);
    if (!rest.empty())
      keep(rest);
    else
      go_on();
  } catch (...) {
    // A bug of ours: nobody else would ever close the socket.
    on_lost();
    throw;
  }
}

// -- the user's side ----------------------------------------------------------

void websocket_session::send(const frame& message, const lane& how) {
  if (phase_ != phase::open)
    return;
  outbox_.push(message, how);
  flush_later(how.bulk ? mark::bulk : mark::soon);
  hold_to_budget();
}

std::vector<withdrawn> websocket_session::withdraw() {
  return outbox_.withdraw();
}

std::size_t websocket_session::queued_bytes() const noexcept {
  return outbox_.bytes();
}

void websocket_session::ping() {
  send_control(opcode::ping, {});
}

void websocket_session::pause() {
  paused_ = phase_ == phase::open;
}

void websocket_session::resume() {
  if (std::exchange(paused_, false))
    go_on_later();
}

void websocket_session::close(close_code code) {
  if (phase_ != phase::open)
    return;
  if (code == close_code::slow) {
    outbox_.drop_messages();
    front_.counts.slow_clients.inc();
  }
  start_closing(code, reason_of(code), phase::closing);
}

void websocket_session::abandon() noexcept {
  receiver_.user = nullptr;
  // Its last reference must not go while the actor is at work.
  front_.home.post([actor = std::exchange(receiver_.actor, nullptr)] {});
  if (phase_ == phase::open) {
    constexpr auto code = close_code::internal_server_error;
    start_closing(code, reason_of(code), phase::leaving);
  } else if (phase_ == phase::closing) {
    phase_ = phase::leaving;
    flush_later(mark::soon);
  }
  tell_closed(closed_with_);
}

// -- input --------------------------------------------------------------------

bool websocket_session::takes_input() const noexcept {
  return (phase_ == phase::open && !paused_) || phase_ == phase::closing;
}

void websocket_session::want(bool reads, bool writes) {
  reads_ = reads;
  wait_writable_ = writes;
  if (!socket_.want(reads, writes))
    // Nothing would ever come of it.
    front_.home.post([self = pointer{this}] {
      if (self->phase_ != phase::ended)
        self->on_lost();
    });
}

void websocket_session::on_readable() {
  // What came earlier is handed over first; `go_on` wants more again.
  if (paused_ || going_on_ || kept_)
    return want(false, wait_writable_);
  for (auto n = 0; n < reads_in_a_row; ++n) {
    auto got = read_some(socket_.native_handle(), front_.read_buffer);
    if (got.what == transfer::state::blocked)
      return;
    if (got.what != transfer::state::done)
      return on_lost();
    front_.counts.bytes_received.inc(static_cast<std::int64_t>(got.bytes));
    std::span input{front_.read_buffer.data(), got.bytes};
    feed(input);
    if (!input.empty())
      return keep(input);
    if (paused_ || phase_ == phase::ended || got.bytes < front_.read_buffer.size())
      return;
  }
}

void websocket_session::on_writable() {
  wait_writable_ = false;
  flush();
  if (phase_ != phase::ended && !wait_writable_)
    want(reads_, false);
}

void websocket_session::feed(std::span<char>& input) {
  while (takes_input()) {
    auto event = reader_.next(input);
    if (event.what == frame_event::kind::nothing)
      return;
    handle(event);
  }
  if (phase_ != phase::open)
    input = {};
}

void websocket_session::handle(const frame_event& event) {
  auto open = phase_ == phase::open;
  switch (event.what) {
  case frame_event::kind::nothing:
    return;
  case frame_event::kind::message:
    front_.counts.frames_received.inc();
    if (open && receiver_.user)
      receiver_.user->on_message(event.payload);
    return;
  case frame_event::kind::ping:
    return send_control(opcode::pong, event.payload);
  case frame_event::kind::pong:
    if (open && receiver_.user)
      receiver_.user->on_pong();
    return;
  case frame_event::kind::close:
    return on_closing_peer(event.code, {});
  case frame_event::kind::failure:
    return on_closing_peer(event.code, reason_of(event.code));
  }
}

void websocket_session::on_closing_peer(close_code code, std::string_view reason) {
  if (phase_ == phase::open) {
    start_closing(code, reason, phase::leaving);
  } else {
    phase_ = phase::leaving;
    flush_later(mark::soon);
  }
  tell_closed(closed_with_);
}

void websocket_session::keep(std::span<const char> rest) {
  kept_ = std::make_unique<kept_input>();
  kept_->bytes.assign(rest.data(), rest.size());
}

void websocket_session::go_on_later() {
  if (!std::exchange(going_on_, true))
    front_.home.post([self = pointer{this}] {
      self->going_on_ = false;
      self->go_on();
    });
}

void websocket_session::go_on() {
  if (paused_ || phase_ == phase::ended)
    return;
  if (kept_) {
    std::span<char> input{kept_->bytes};
    input = input.subspan(kept_->at);
    feed(input);
    if (!input.empty()) {
      kept_->at = kept_->bytes.size() - input.size();
      return;
    }
    kept_.reset();
  }
  if (!paused_ && phase_ != phase::ended)
    want(true, wait_writable_);
}

// -- output -------------------------------------------------------------------

void websocket_session::send_control(opcode kind, std::string_view payload) {
  if (phase_ != phase::open)
    return;
  std::string bytes;
  append_control_frame(bytes, kind, payload);
  outbox_.push_urgent(bytes);
  flush_later(mark::soon);
  hold_to_budget();
}

void websocket_session::hold_to_budget() {
  auto budget = front_.options.outbox_bytes_max;
  if (outbox_.bytes() > budget / 2)
    was_over_half_ = true;
  if (outbox_.bytes() <= budget)
    return;
  // One turn may put out more than the budget: only a socket that takes it too slowly is slow.
  if (!wait_writable_)
    write();
  if (phase_ == phase::open && outbox_.bytes() > budget && receiver_.user)
    receiver_.user->on_overflow();
  if (phase_ != phase::open || outbox_.bytes() <= budget)
    return;
  front_.counts.slow_clients.inc();
  outbox_.drop_messages();
  // It will hardly read its close frame in time: its user need not wait for that.
  start_closing(close_code::slow, reason_of(close_code::slow), phase::leaving);
  tell_closed(close_code::slow);
}

void websocket_session::flush_later(mark when) {
  if (marked_ > when || phase_ == phase::ended)
    return;
  auto before = std::exchange(marked_, when);
  if (when == mark::bulk)
    front_.home.flush_in_bulk(*this);
  else if (before != mark::soon)
    front_.home.flush_soon(*this);
}

void websocket_session::flush() {
  marked_ = mark::none;
  if (!wait_writable_)
    write();
  settle();
}

void websocket_session::write() {
  while (phase_ != phase::ended && !outbox_.empty()) {
    if (auto sole = outbox_.sole(); !sole.empty()) {
      // write_some only reads, though the type of its parts does not say so.
      iovec part{const_cast<char*>(sole.data()), sole.size()};
      if (!put_out(&part, 1, sole.size()))
        return;
    } else {
      outbox::batch next;
      outbox_.gather(next);
      if (!put_out(next.parts(), next.count(), next.bytes()))
        return;
    }
  }
}

// Whether the socket took all of it.
bool websocket_session::put_out(const iovec* parts, std::size_t count, std::size_t bytes) {
  auto out = write_some(socket_.native_handle(), parts, count);
  front_.counts.writes.inc();
  if (out.what == transfer::state::failed) {
    on_lost();
    return false;
  }
  if (out.what == transfer::state::done) {
    front_.counts.bytes_written.inc(static_cast<std::int64_t>(out.bytes));
    auto frames = outbox_.advance(out.bytes);
    front_.counts.frames_written.inc(static_cast<std::int64_t>(frames));
  }
  if (out.bytes == bytes)
    return true;
  want(reads_, true);
  return false;
}

void websocket_session::settle() {
  if (phase_ == phase::ended)
    return;
  auto queued = outbox_.bytes();
  if (queued != reported_bytes_) {
    front_.counts.outbox_bytes.inc(static_cast<std::int64_t>(queued)
                                   - static_cast<std::int64_t>(reported_bytes_));
    reported_bytes_ = queued;
  }
  if (phase_ == phase::leaving && outbox_.empty() && !std::exchange(sent_all_, true))
    socket_.shut_output();
  if (was_over_half_ && queued <= front_.options.outbox_bytes_max / 2) {
    was_over_half_ = false;
    if (phase_ == phase::open && receiver_.user)
      receiver_.user->on_drained();
  }
}

// -- the end ------------------------------------------------------------------

void websocket_session::start_closing(close_code code, std::string_view reason, phase next) {
  phase_ = next;
  closed_with_ = code;
  paused_ = false;
  outbox_.push_close(code, reason);
  flush_later(mark::soon);
  close_timer_ = std::make_unique<timer>([this] { on_close_timeout(); });
  front_.home.wheel().arm(*close_timer_, front_.options.close_timeout);
  // The peer's part of the handshake is to be read, whatever was paused.
  go_on_later();
}

void websocket_session::tell_closed(close_code code) {
  if (std::exchange(told_, true))
    return;
  front_.counts.closed(code);
  front_.home.post([self = pointer{this}, code] {
    auto receiver = std::exchange(self->receiver_, received{nullptr, nullptr});
    if (receiver.user)
      receiver.user->on_closed(code);
  });
}

void websocket_session::on_lost() {
  tell_closed(closed_with_);
  end(false);
}

void websocket_session::on_close_timeout() {
  tell_closed(closed_with_);
  end(!outbox_.empty());
}

void websocket_session::end(bool reset) {
  if (phase_ == phase::ended)
    return;
  leave_front(reset);
  if (front_.on_socket_gone)
    front_.on_socket_gone();
  // The caller may be inside this very object.
  front_.home.post([gone = std::move(self_)] {});
}

void websocket_session::drop() noexcept {
  auto self = std::move(self_);
  receiver_ = {nullptr, nullptr};
  told_ = true;
  leave_front(false);
}

void websocket_session::leave_front(bool reset) noexcept {
  phase_ = phase::ended;
  socket_.close(reset);
  flushable::unlink();
  tracked::unlink();
  if (close_timer_)
    close_timer_->disarm();
  front_.counts.outbox_bytes.dec(static_cast<std::int64_t>(reported_bytes_));
  front_.counts.connections.dec();
  front_.state.connections.fetch_sub(1, std::memory_order_relaxed);
}

} // namespace salon

#include "actors/connection.hpp"

#include "actors/sdk_connection.hpp"
#include "actors/text_connection.hpp"
#include "base/log.hpp"

#include <memory>
#include <utility>

namespace salon {

connection_state::connection_state(connection_actor::pointer self, shard_locals& here,
                                   transport& socket, const visit& who)
  : self_(self),
    here_(here),
    socket_(&socket),
    member_(std::make_shared<member>()),
    frame_pings_(who.frame_pings),
    pulse_([this] { on_pulse(); }),
    since_(here.home.wheel().now()),
    remote_(who.remote) {
  client_info anonymous;
  anonymous.client = here_.new_client_id();
  member_->who = std::make_shared<const client_info>(std::move(anonymous));
  member_->format = who.format;
  member_->out = socket_;
  member_->owner = this;
  here_.connections.push_back(*this);
  here_.connection_count.fetch_add(1);
}

connection_state::~connection_state() {
  if (socket_)
    socket_->abandon();
  leave();
  // The last that a connection does with what it shares with others.
  here_.connection_count.fetch_sub(1);
}

void connection_state::start() {
  here_.fanout.attend(connection_actor{self_}, member_);
  on_start();
}

connection_actor::behavior_type connection_state::make_behavior() {
  return {
    [this](const disconnect& x) { close(x.code); },
    [this](socket_closed) { self_->quit(); },
    [this](go_on) {
      reminded_ = false;
      if (!is_draining()) {
        on_go_on();
        pace();
      }
    },
  };
}

void connection_state::stop_reading() {
  stopping_ = true;
  pace();
}

void connection_state::quit() {
  tell(self_, connection_actor{self_}, socket_closed{});
}

// -- coming and going ---------------------------------------------------------

void connection_state::open(client_info who) {
  phase_ = phase::open;
  log::info("connection opened", {{"client", to_string(who.client)}, {"remote", to_text(remote_)}});
  member_->who = std::make_shared<const client_info>(std::move(who));
  arm_ping();
}

void connection_state::close(close_code code) {
  if (is_draining() || !socket_)
    return;
  phase_ = phase::draining;
  pulse_.disarm();
  leave();
  socket_->close(code);
}

void connection_state::on_closed(close_code code) {
  auto was_known = phase_ != phase::handshaking;
  phase_ = phase::draining;
  pulse_.disarm();
  leave();
  socket_ = nullptr;
  auto lasted
    = std::chrono::duration_cast<std::chrono::milliseconds>(here_.home.wheel().now() - since_);
  log::write(was_known ? log::level::info : log::level::debug, "connection closed",
             {{"client", to_string(member_->who->client)},
              {"remote", to_text(remote_)},
              {"code", static_cast<int>(code)},
              {"reason", reason_of(code)},
              {"duration_ms", lasted.count()}});
  tell(self_, connection_actor{self_}, socket_closed{});
}

void connection_state::leave() {
  here_.fanout.detach(*member_);
  here_.counts.commands_in_flight.dec(std::exchange(in_flight_, std::uint16_t{0}));
}

// -- pings --------------------------------------------------------------------

void connection_state::expect_first_command() {
  pulse_for_ = waiting_for::first_command;
  here_.home.wheel().arm(pulse_, here_.options.stale_timeout);
}

void connection_state::arm_ping() {
  // The first one comes at a random time of the second half, so that clients that came together do
  // not go on being pinged together.
  auto interval = here_.options.ping_interval;
  auto spread = std::hash<client_id>{}(member_->who->client) % 1024;
  auto first = interval / 2 + interval / 2 * static_cast<int>(spread) / 1024;
  pulse_for_ = waiting_for::ping_time;
  here_.home.wheel().arm(pulse_, first);
}

void connection_state::on_pulse() {
  auto& wheel = here_.home.wheel();
  switch (pulse_for_) {
  case waiting_for::first_command:
    close(close_code::stale);
    return;
  case waiting_for::ping_time:
    if (send_ping()) {
      pulse_for_ = waiting_for::pong;
      wheel.arm(pulse_, here_.options.pong_timeout);
    } else {
      wheel.arm(pulse_, here_.options.ping_interval);
    }
    return;
  case waiting_for::pong:
    if (!paused_) {
      close(close_code::no_pong);
      return;
    }
    // A socket that is not read cannot show its pong. That is no excuse if it is not read because
    // its client does not read either.
    pong_is_late_ = true;
    if (is_stuck())
      close(close_code::slow);
    else
      wheel.arm(pulse_, here_.options.pong_timeout);
    return;
  }
}

// Whether half of what may wait for the client waits, and no less than at the last look.
bool connection_state::is_stuck() {
  auto queued = socket_->queued_bytes();
  if (queued <= here_.options.outbox_bytes_max / 2)
    queued = 0;
  auto before = std::exchange(stuck_bytes_, queued);
  return before != 0 && queued >= before;
}

void connection_state::take_pong() {
  if (pulse_for_ == waiting_for::pong) {
    pulse_for_ = waiting_for::ping_time;
    pong_is_late_ = false;
    here_.home.wheel().arm(pulse_, here_.options.ping_interval);
  } else {
    close(close_code::bad_request);
  }
}

void connection_state::on_pong() {
  // A frame nobody asked for is allowed (RFC 6455, 5.5.3).
  if (frame_pings_ && pulse_for_ == waiting_for::pong)
    take_pong();
}

// -- pace ---------------------------------------------------------------------

bool connection_state::may_start() const {
  const auto& options = here_.options;
  return !stopping_ && !held_up_ && in_flight_ < options.commands_in_flight_max
         && bytes_in_flight_ < options.command_bytes_in_flight_max && socket_
         && socket_->queued_bytes() <= options.outbox_bytes_max / 2;
}

void connection_state::count_started(std::size_t bytes) {
  ++in_flight_;
  bytes_in_flight_ += bytes;
  here_.counts.commands_in_flight.inc();
}

void connection_state::count_finished(std::size_t bytes) {
  if (in_flight_ == 0)
    return;
  --in_flight_;
  bytes_in_flight_ -= bytes;
  here_.counts.commands_in_flight.dec();
  if (in_flight_ == 0)
    held_up_ = false;
  go_on_soon();
}

void connection_state::on_drained() {
  stuck_bytes_ = 0;
  here_.fanout.read_on(*member_);
  go_on_soon();
}

void connection_state::on_overflow() {
  here_.fanout.demote(*member_);
}

void connection_state::go_on_soon() {
  if (paused_ && !is_draining() && may_start() && !std::exchange(reminded_, true))
    tell(self_, connection_actor{self_}, go_on{});
}

void connection_state::pace() {
  if (is_draining())
    return;
  auto must_pause = has_backlog() || !may_start();
  if (must_pause == paused_)
    return;
  paused_ = must_pause;
  if (paused_) {
    socket_->pause();
    return;
  }
  socket_->resume();
  // What the client wrote meanwhile is read only now.
  if (std::exchange(pong_is_late_, false))
    here_.home.wheel().arm(pulse_, here_.options.pong_timeout);
}

namespace {

// What CAF keeps in the actor's own block is large. Both together would just not fit into the
// allocator's next smaller class; apart each fits one.
struct connection_body {
  static inline const char* name = connection_state::name;

  connection_body(connection_actor::pointer self, shard_locals& here, transport& socket,
                  visit&& who) {
    if (who.format == wire_format::text)
      state = std::make_unique<text_connection>(self, here, socket, std::move(who));
    else
      state = std::make_unique<sdk_connection>(self, here, socket, who);
  }

  connection_actor::behavior_type make_behavior() const {
    return state->make_behavior();
  }

  std::unique_ptr<connection_state> state;
};

} // namespace

received spawn_connection(shard_locals& here, transport& socket, visit who) {
  auto made = spawn_on<connection_body, connection_actor>(here.home, here, socket, std::move(who));
  auto& state = *made.state->state;
  state.start();
  return {&state, caf::actor_cast<caf::strong_actor_ptr>(made.handle)};
}

} // namespace salon

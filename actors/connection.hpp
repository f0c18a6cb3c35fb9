#pragma once

#include "actors/member.hpp"
#include "actors/reception.hpp"
#include "actors/shard_locals.hpp"
#include "base/clock.hpp"
#include "messages/contracts.hpp"

#include <cstddef>
#include <cstdint>

namespace salon {

/// What every client's connection is, however its client speaks: an actor that lives as long as its
/// socket, owns its subscriptions, pings, and reads no more commands than its rooms answer.
class connection_state : public connection_hook, public transport_user, public subscriber {
public:
  static inline const char* name = "salon.connection";

  connection_state(connection_actor::pointer self, shard_locals& here, transport& socket,
                   const visit& who);

  connection_state(const connection_state&) = delete;
  connection_state& operator=(const connection_state&) = delete;

  ~connection_state() override;

  /// Ends with a close frame; the messages queued go out before.
  void close(close_code code);

  bool is_draining() const noexcept {
    return phase_ == phase::draining;
  }

  /// Takes no further command; those under way are still answered.
  void stop_reading();

  /// Ends at once; the socket is cut.
  void quit();

  /// Begins, right after the actor was started.
  void start();

  connection_actor::behavior_type make_behavior();

  void on_pong() override;
  void on_drained() override;
  void on_overflow() override;
  void on_closed(close_code code) override;

protected:
  /// From the socket's opening on a client is handshaking until it has said who it is; draining, it
  /// is told no more than what is queued.
  enum class phase : std::uint8_t { handshaking, open, draining };

  virtual void on_start() = 0;

  /// Goes on with what was put off.
  virtual void on_go_on() = 0;

  /// Whether something was put off.
  virtual bool has_backlog() const = 0;

  /// Sends a ping in the client's way; whether a pong will follow.
  virtual bool send_ping() = 0;

  /// The client has said who it is.
  void open(client_info who);

  void expect_first_command();

  /// A pong in whatever form.
  void take_pong();

  /// Whether one more command can be started.
  bool may_start() const;

  void count_started(std::size_t bytes);
  void count_finished(std::size_t bytes);

  /// Stops the socket when nothing can be started, else lets it go on. Call it when a message has
  /// been dealt with.
  void pace();

  bool is_open() const noexcept {
    return phase_ == phase::open;
  }

  connection_actor::pointer self_;
  shard_locals& here_;
  transport* socket_;
  member_ptr member_;
  bool frame_pings_;     ///< Pings are WebSocket frames, not messages of the protocol.
  bool held_up_ = false; ///< Nothing is started until all that was started is answered.

private:
  enum class waiting_for : std::uint8_t { first_command, ping_time, pong };

  void on_pulse();
  bool is_stuck();
  void arm_ping();
  void go_on_soon();
  void leave();

  phase phase_ = phase::handshaking;
  waiting_for pulse_for_ = waiting_for::first_command;
  bool paused_ = false;
  bool stopping_ = false;       ///< For good.
  bool pong_is_late_ = false;   ///< Its time was over while the socket was not read.
  std::size_t stuck_bytes_ = 0; ///< Queued when that was looked at, if over half; else 0.
  bool reminded_ = false;
  std::uint16_t in_flight_ = 0;
  std::size_t bytes_in_flight_ = 0;
  timer pulse_;
  timer_wheel::time_point since_;
  tcp::endpoint remote_;
};

/// Starts the connection actor of an upgraded socket, in the language that `who` speaks.
received spawn_connection(shard_locals& here, transport& socket, visit who);

} // namespace salon

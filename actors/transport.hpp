#pragma once

#include "messages/errors.hpp"
#include "messages/frame.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace salon {

/// How a message goes out, and whether it can be taken back.
struct lane {
  bool bulk = false;        ///< It may wait behind what smaller rooms write.
  std::uint32_t stream = 0; ///< Of which stream it is a part; 0: it stands for itself.
  std::uint64_t offset = 0; ///< Where in the stream.
};

/// A stream that lost messages it had queued: all from `offset` on.
struct withdrawn {
  std::uint32_t stream;
  std::uint64_t offset;
};

/// What a connection needs of its socket. `net/` implements it. Everything here happens on the
/// thread of the connection's shard.
class transport {
public:
  /// What a `send` touches of an implementation should be in this many bytes from its beginning:
  /// they are fetched ahead of it.
  static constexpr std::size_t hot_bytes = 256;

  transport() = default;
  transport(const transport&) = delete;
  transport& operator=(const transport&) = delete;

  /// Queues a message behind all others; it is written when the shard's turn ends. Over the budget
  /// of the outbox its user is told, who can take something back. If it is still over, the client
  /// is too slow: what is queued is dropped and the connection closed with close_code::slow. Does
  /// nothing once closing.
  virtual void send(const frame& message, const lane& how) = 0;

  void send(const frame& message) {
    send(message, lane{});
  }

  /// Takes back every message of a stream, but those in a frame that is begun.
  /// @returns the streams that lost some.
  virtual std::vector<withdrawn> withdraw() = 0;

  /// Bytes queued and not yet taken by the kernel.
  virtual std::size_t queued_bytes() const noexcept = 0;

  /// Sends a ping frame (RFC 6455, 5.5.2).
  virtual void ping() = 0;

  /// Hands over no further message until `resume`, and stops reading the socket.
  virtual void pause() = 0;

  /// Goes on after `pause`. Messages come from the shard's loop, never from inside this call.
  virtual void resume() = 0;

  /// Writes what is queued and a close frame, waits a while for the peer's, then ends; `on_closed`
  /// follows. With close_code::slow the queue is dropped first.
  virtual void close(close_code code) = 0;

  /// The user is gone: calls it no more, closes the socket and ends.
  virtual void abandon() noexcept = 0;

protected:
  ~transport() = default;
};

/// What a socket tells its connection.
class transport_user {
public:
  /// A whole text message, valid UTF-8; `message` is gone when this returns.
  virtual void on_message(std::string_view message) = 0;

  /// A pong frame came (RFC 6455, 5.5.3).
  virtual void on_pong() = 0;

  /// `queued_bytes` has sunk to half the budget or less after it was above.
  virtual void on_drained() = 0;

  /// More is queued than the budget allows, and the socket takes no more: what can be sent later
  /// should be withdrawn. Called from inside `send`.
  virtual void on_overflow() = 0;

  /// The connection is over: nothing is sent or received any more. Called once, last.
  /// @param code  Why: what we closed with, what the peer closed with, or
  ///              close_code::connection_closed when the socket just ended.
  virtual void on_closed(close_code code) = 0;

protected:
  ~transport_user() = default;
};

} // namespace salon

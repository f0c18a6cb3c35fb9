#pragma once

#include "actors/reception.hpp"
#include "actors/transport.hpp"
#include "base/shard.hpp"
#include "net/frame_reader.hpp"
#include "net/front_context.hpp"
#include "net/outbox.hpp"
#include "net/poller.hpp"

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace salon {

/// A socket after its upgrade: frames in, frames out, and the closing handshake (RFC 6455, 5 and
/// 7).
///
/// Reading waits until bytes are there and takes them into the shard's buffer; messages go to the
/// user one by one and stop the moment it pauses. Writing happens once a turn. The session keeps
/// itself alive until the socket is closed.
class websocket_session final
  : public transport,
    public flushable,
    public pollable,
    public tracked,
    public boost::intrusive_ref_counter<websocket_session, boost::thread_unsafe_counter> {
public:
  using pointer = boost::intrusive_ptr<websocket_session>;

  /// @param socket  Connected, with nothing read from it that is not in `start`'s `rest`.
  websocket_session(front_context& front, polled_socket&& socket, wire_format format);

  /// Queues `answer`, which completes the upgrade, has the desk receive `who`, and goes on with
  /// `rest`, bytes that came behind the request.
  void start(std::string_view answer, visit who, std::span<char> rest);

  using transport::send;
  void send(const frame& message, const lane& how) override;
  std::vector<withdrawn> withdraw() override;
  std::size_t queued_bytes() const noexcept override;
  void ping() override;
  void pause() override;
  void resume() override;
  void close(close_code code) override;
  void abandon() noexcept override;

  void flush() override;

  void on_readable() override;
  void on_writable() override;

  void drain() override {
    // Open connections are closed by their users.
  }

  void drop() noexcept override;

private:
  enum class phase : std::uint8_t {
    open,
    closing, ///< Our close frame is on its way; the peer's is awaited.
    leaving, ///< The user is told. What is queued goes out, the socket's end is awaited.
    ended,   ///< The socket is closed.
  };

  enum class mark : std::uint8_t { none, bulk, soon };

  /// Input kept while the user has paused.
  struct kept_input {
    std::string bytes;
    std::size_t at = 0;
  };

  bool takes_input() const noexcept;
  void want(bool reads, bool writes);
  void feed(std::span<char>& input);
  void handle(const frame_event& event);
  void on_closing_peer(close_code code, std::string_view reason);
  void keep(std::span<const char> rest);
  void go_on_later();
  void go_on();

  void send_control(opcode kind, std::string_view payload);
  void hold_to_budget();
  void flush_later(mark when);
  void write();
  bool put_out(const iovec* parts, std::size_t count, std::size_t bytes);
  void settle();

  void start_closing(close_code code, std::string_view reason, phase next);
  void tell_closed(close_code code);
  void on_lost();
  void on_close_timeout();
  void end(bool reset);
  void leave_front(bool reset) noexcept;

  // First what every delivery touches: transport::hot_bytes.
  front_context& front_;
  outbox outbox_;
  std::size_t reported_bytes_ = 0; ///< Of this outbox in the node's gauge.
  close_code closed_with_ = close_code::connection_closed;
  phase phase_ = phase::open;
  mark marked_ = mark::none;
  bool paused_ = false;
  bool going_on_ = false;      ///< `go_on` is posted.
  bool reads_ = false;         ///< The socket tells when there is something to read,
  bool wait_writable_ = false; ///< and when it takes more, which it does not for now.
  bool was_over_half_ = false;
  bool told_ = false;     ///< `on_closed` is posted.
  bool sent_all_ = false; ///< Our side of the socket is shut.
  polled_socket socket_;
  received receiver_{nullptr, nullptr};
  pointer self_; ///< Until the socket is closed.
  frame_reader reader_;
  std::unique_ptr<kept_input> kept_;
  std::unique_ptr<timer> close_timer_;
};

} // namespace salon

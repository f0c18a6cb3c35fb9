#pragma once

#include "actors/reception.hpp"
#include "actors/transport.hpp"
#include "base/shard.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace salon::testing {

/// A transport without a network. It keeps the promises of actors/transport.hpp and holds its user
/// to them: what is called when nothing may be called any more is noted. Messages and the end of
/// the connection wait until the test lets the loop hand them over.
class fake_socket final : public transport, public flushable {
public:
  /// @param note  Called with each message as the client gets it.
  fake_socket(shard& home, std::size_t outbox_bytes_max,
              std::function<void(std::string_view)> note);

  void start(received user);

  // -- what connections call --------------------------------------------------

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

  // -- what the client does ---------------------------------------------------

  void arrive(std::string message);
  void pong();

  /// Takes that many messages from the queue, also when blocked.
  void read(std::size_t messages);

  /// The socket ends without our doing.
  void lose(close_code code);

  // -- what the loop does -----------------------------------------------------

  bool has_event() const noexcept;

  /// Hands over one thing that happened.
  void run_event();

  bool has_output() const noexcept {
    return is_linked();
  }

  bool blocked = false;      ///< Nothing is taken from the queue.
  bool answers_close = true; ///< The client closes when told to.

  std::optional<close_code> closed_with; ///< The code of our close frame.
  std::size_t pings = 0;
  std::size_t pauses = 0;
  bool paused = false;
  bool ended = false; ///< The user heard of the end, or gave the socket up.
  bool abandoned = false;
  std::vector<std::string> complaints;

  const caf::strong_actor_ptr& actor() const noexcept {
    return user_.actor;
  }

private:
  struct event {
    enum class kind { message, pong, closed };

    kind what;
    std::string message;
    close_code code = close_code::connection_closed;
  };

  void complain_if_ended(const char* call);
  void end();

  shard& home_;
  std::size_t outbox_bytes_max_;
  std::function<void(std::string_view)> note_;
  received user_{nullptr, nullptr};
  caf::strong_actor_ptr released_; ///< An abandoned user's, until nobody is at work.
  std::deque<event> events_;
  struct item {
    frame message;
    lane how;
  };

  std::deque<item> queue_;
  std::size_t queued_ = 0;
  bool was_over_half_ = false;
  bool closing_ = false;
};

} // namespace salon::testing

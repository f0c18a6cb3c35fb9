#pragma once

#include "base/clock.hpp"
#include "net/front_context.hpp"
#include "net/socket.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace salon {

/// Accepts sockets on one shard and starts their http_session. Out of descriptors or with too many
/// unfinished requests it pauses, and goes on by itself.
class listener {
public:
  /// How the listeners of one port share it: the first takes it for itself, so that a second server
  /// cannot, and then lets the others in.
  enum class role : std::uint8_t { first, further };

  /// How long accepting rests when descriptors are exhausted and no socket ends before.
  static constexpr auto retry_interval = std::chrono::milliseconds{200};

  explicit listener(front_context& front);
  ~listener();

  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;

  /// Takes the address, and lets connections wait until `start`. Returns why it could not, as a
  /// sentence without address and port.
  std::optional<std::string> open(const tcp::endpoint& at, role which);

  /// Where it listens, with the real port.
  tcp::endpoint local() const;

  /// Accepts from now on. On the shard's thread, as all below.
  void start();

  /// Closes the door. Sockets that came in stay.
  void stop();

  /// A socket has ended: one more may come in.
  void on_socket_gone();

private:
  enum class state : std::uint8_t { closed, waiting, crowded, exhausted };

  void wait();
  void accept_all();
  bool accept_one();
  void pause(state why);
  void prepare_accepted();
  void welcome(int socket, const tcp::endpoint& peer);
  void resumed();

  front_context& front_;
  tcp_acceptor acceptor_;
  timer retry_;
  std::shared_ptr<listener*> self_; ///< What a pending wait finds it by; null once gone.
  state state_ = state::closed;
  bool episode_ = false; ///< Accepting was paused and has not caught up.
};

} // namespace salon

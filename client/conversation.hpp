#pragma once

#include "client/chat_events.hpp"
#include "client/sdk_session.hpp"
#include "messages/publication.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace salon {

struct conversation_options {
  std::string name;             ///< What we are called; up to 64 bytes, or empty.
  std::size_t history = 20;     ///< Publications to be told of on entry.
  std::size_t waiting_max = 64; ///< Texts that have not been sent; further ones are not taken.
  int attempts_max = 5;         ///< To send a text that is not answered, or only for now refused.
};

/// One person's chat in one room at a time, over connections that may end: who comes back hears
/// what was said meanwhile, and what was not answered is sent again, once for the room. Calls wait
/// for the server's answers; what happens is told meanwhile, in its order. For one thread.
class conversation {
public:
  using duration = std::chrono::milliseconds;

  /// Is told of everything; must not call back.
  using teller = std::function<void(const chat::event&)>;

  conversation(chat_address where, conversation_options options, teller tell);

  /// Connects and enters `room`. Returns a sentence when there is no server, or when it does not
  /// let us in.
  std::optional<std::string> open(const std::string& room);

  /// Sends a text, or keeps it until it can be sent. Returns whether it was taken; tells why not.
  bool say(std::string_view text, bool is_action = false);

  void join(const std::string& room);
  void leave();
  void list_people();
  void list_rooms();

  /// Takes what has come, comes back to a server that is there again, and sends what waits. To be
  /// called when there is something to read, and after `rest`.
  void turn();

  /// How long nothing happens but for what is to be read.
  duration rest() const;

  /// How long the connection has been lost; nothing while it is open.
  std::optional<duration> away() const;

  /// Whether the server wants no more of us; it has been told why. `turn` does nothing any more.
  bool is_over() const noexcept {
    return is_over_;
  }

  /// Takes leave.
  void close() {
    session_.close();
  }

  /// Empty: in none.
  const std::string& room() const noexcept {
    return room_;
  }

  /// The socket to be watched; -1 without one.
  int native_handle() const noexcept {
    return session_.native_handle();
  }

  /// How many texts have not been answered.
  std::size_t waiting() const noexcept {
    return waiting_.size();
  }

  /// How many were not accepted in the end, those that were not even taken included.
  std::size_t refused() const noexcept {
    return refused_;
  }

private:
  using clock = std::chrono::steady_clock;

  struct outgoing {
    std::string text;
    std::string arguments; ///< The same at each attempt, its key above all.
    int attempts = 0;
  };

  void hear(const sdk::push& what);
  void hear_publication(chat::said pub);
  std::optional<std::string> enter();
  sdk_answer subscribe();
  bool read_history();
  void lose();
  void come_back();
  void send_waiting();
  void refuse(std::string_view text, const std::string& why);
  void tell_trouble(const std::string& what, const sdk_answer& answer);

  chat_address where_;
  conversation_options options_;
  teller tell_;
  sdk_session session_;
  std::string room_;
  std::optional<stream_position> position_; ///< Up to where the room has been told of.
  bool is_outside_ = false;                 ///< The server ended the subscription; enter again.
  bool is_over_ = false;
  std::optional<clock::time_point> lost_;
  clock::time_point next_attempt_; ///< To come back.
  duration delay_{};
  clock::time_point next_sending_;
  std::deque<outgoing> waiting_;
  std::size_t refused_ = 0;
};

} // namespace salon

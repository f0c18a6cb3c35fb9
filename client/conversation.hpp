#pragma once

#include "client/chat_events.hpp"
#include "client/chat_outbox.hpp"
#include "client/chat_room.hpp"
#include "client/sdk_session.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace salon {

struct conversation_options {
  std::string name;         ///< What we are called; up to 64 bytes, or empty.
  std::size_t history = 20; ///< Publications to be told of on entry.
  chat_outbox_options outbox;
};

/// One person's chat in one room at a time, over connections that may end: who comes back hears
/// what was said meanwhile, and what was not answered is sent again, once for the room. Only `open`
/// and `close` wait for the server; what comes of the other calls is told during `turn`, in its
/// order. For one thread.
class conversation {
public:
  using duration = std::chrono::milliseconds;

  conversation(chat_address where, conversation_options options, chat::teller tell);

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

  /// Takes leave. What is not answered by then, a second later, is told to be refused.
  void close();

  /// Empty: in none.
  const std::string& room() const noexcept {
    return room_.name();
  }

  /// The socket to be watched; -1 without one.
  int native_handle() const noexcept {
    return session_.native_handle();
  }

  /// How many texts have not been answered.
  std::size_t waiting() const noexcept {
    return outbox_.waiting();
  }

  /// How many were not accepted in the end, those that were not even taken included.
  std::size_t refused() const noexcept {
    return outbox_.refused();
  }

private:
  using clock = std::chrono::steady_clock;

  void connect();
  void learn_limits();
  void enter();
  void end_entry(const chat_room::entry& how);
  void end_opening(const std::optional<std::string>& wrong);
  void go_to(const std::string& room);
  void come_back();
  void send();
  bool may_send() const;
  void tell_trouble(const std::string& what, const sdk_answer& answer);

  chat_address where_;
  conversation_options options_;
  chat::teller tell_;
  sdk_session session_;
  chat_room room_;
  chat_outbox outbox_;
  bool is_opening_ = false;
  std::optional<std::string> refusal_; ///< Why it could not be opened.
  bool is_over_ = false;
  std::optional<clock::time_point> lost_;
  bool is_entering_ = false;
  bool is_coming_back_ = false;    ///< An attempt is under way.
  clock::time_point next_attempt_; ///< To come back.
  duration delay_{};
};

} // namespace salon

#pragma once

#include "client/chat_events.hpp"
#include "client/sdk_session.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace salon {

struct chat_outbox_options {
  std::size_t waiting_max = 200; ///< Texts without an answer; further ones are not taken.
  int attempts_max = 5;          ///< To send a text that is not answered, or only for now refused.
};

/// The texts one has said and that nobody has answered for, in their order: one is under way at a
/// time. What is temporary is tried again, with the same key: a room has a text once.
class chat_outbox {
public:
  using duration = sdk_session::duration;

  chat_outbox(sdk_session& session, chat_outbox_options options, chat::teller tell)
    : session_(session),
      options_(options),
      tell_(std::move(tell)) {
    // nop
  }

  /// What this server takes in one message.
  void limit_messages(std::size_t bytes) noexcept {
    message_bytes_max_ = bytes;
  }

  /// Takes a text for `room`. Returns whether it did; tells why not.
  bool add(const std::string& room, std::string_view text, bool is_action);

  /// Sends what is next, if nothing is under way and its time has come. Tells, once, of a text that
  /// has had no answer for long: it is not on the screen any more, and not in the room yet.
  void send();

  /// Says what waits that it will not be sent.
  void refuse_all(const std::string& why);

  /// Refuses a text that was not even added.
  void refuse(std::string_view text, const std::string& why);

  /// How long nothing is to be sent.
  duration rest() const;

  std::size_t waiting() const noexcept {
    return waiting_.size();
  }

  /// How many were not accepted in the end.
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

  void tell_of_waiting();
  std::string objection(const std::string& arguments) const;
  void end_sending(const sdk_answer& answer);

  sdk_session& session_;
  chat_outbox_options options_;
  chat::teller tell_;
  std::size_t message_bytes_max_ = 65'536; // if nobody changed that
  std::deque<outgoing> waiting_;
  bool is_sending_ = false; ///< The first.
  std::optional<clock::time_point> tell_at_;
  clock::time_point next_sending_;
  std::size_t refused_ = 0;
};

} // namespace salon

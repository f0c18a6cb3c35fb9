#pragma once

#include "client/chat_events.hpp"
#include "client/sdk_session.hpp"
#include "messages/publication.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace salon {

/// The room one is in: tells of what happens there, each publication once and in order, over
/// connections that may end.
class chat_room {
public:
  /// How an entry ended; without a sentence, well.
  struct entry {
    std::optional<std::string> wrong;
    bool may_help = false; ///< To try again.
  };

  using entered = std::function<void(const entry&)>;

  /// @param history  How many publications to tell of on the first entry.
  chat_room(sdk_session& session, std::size_t history, chat::teller tell, entered then)
    : session_(session),
      history_(history),
      tell_(std::move(tell)),
      then_(std::move(then)) {
    // nop
  }

  /// Leaves the room, if there is one, and is to be in `name` from now on; empty: in none.
  void go_to(const std::string& name);

  /// Enters it over a connection that is open, and comes back to where one was. Says how that
  /// ended, unless one has gone elsewhere meanwhile.
  void enter();

  /// What the server said unasked.
  void hear(const sdk::push& what);

  const std::string& name() const noexcept {
    return name_;
  }

  /// Whether the server ended the subscription, to be entered again.
  bool is_outside() const noexcept {
    return is_outside_;
  }

  /// Whether one is where one wants to be: in the room, or in none.
  bool is_settled() const noexcept {
    return name_.empty() || is_in_;
  }

private:
  void read_history();
  void take_history(const sdk_answer& answer);
  void subscribe();
  void take_subscription(const sdk_answer& answer);
  void end_without(const sdk_answer& answer);
  void tell_of(chat::said pub);

  // Calls the member with an answer, unless one has entered again or gone elsewhere since.
  sdk_session::answered with(void (chat_room::*then)(const sdk_answer&));

  sdk_session& session_;
  std::size_t history_;
  chat::teller tell_;
  entered then_;
  std::string name_;
  std::optional<stream_position> position_; ///< Up to where the room has been told of.
  bool is_in_ = false;
  bool is_outside_ = false;
  bool is_first_ = true; ///< The entry that is under way.
  int attempts_ = 0;
  std::uint64_t entries_ = 0;
};

} // namespace salon

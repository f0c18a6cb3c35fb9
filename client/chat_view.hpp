#pragma once

#include "client/chat_events.hpp"

#include <string>
#include <string_view>

namespace salon::chat {

/// How events look, line by line. What strangers wrote is text: nothing in it reaches the terminal
/// as a control character, nor turns the direction of what stands around it.
class view {
public:
  /// @param colours  A colour for each person, the rest dimmed. Without them a view only uses
  ///                 bytes that it was given, spaces and punctuation.
  explicit view(bool colours) noexcept : colours_(colours) {
    // nop
  }

  /// What to show for `what` on a terminal, without a newline at the end.
  std::string show(const event& what) const;

  /// A publication as one line for other programs: `NAME: TEXT`.
  static std::string line_of(const said& what);

private:
  std::string dimmed(const std::string& text) const;
  std::string named(const person& who) const;

  bool colours_;
};

/// What `who` is called: their name, or a guest's.
std::string name_of(const person& who);

/// `text` (UTF-8) on one line: tabs and newlines become spaces; other control characters, and those
/// that turn the writing's direction, are left out.
std::string harmless(std::string_view text);

/// How `text` begins, in quotes and harmless; whatever bytes it has.
std::string quoted_start(std::string_view text);

} // namespace salon::chat

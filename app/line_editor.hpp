#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace salon {

/// What goes on while somebody types.
struct line_editor_watch {
  std::function<std::string()> prompt; ///< What stands before the line; may change meanwhile.
  std::function<int()> descriptor;     ///< To be readable; -1 for none.
  std::function<std::chrono::milliseconds()> rest;
  /// Called at first, when the descriptor is readable, and after each rest. False ends the line.
  std::function<bool()> turn;
};

/// Edits lines on the terminal that is standard input and output, with a history of them. There is
/// one in a process; for one thread.
class line_editor {
public:
  explicit line_editor(line_editor_watch watch);

  line_editor(const line_editor&) = delete;
  line_editor& operator=(const line_editor&) = delete;

  /// Leaves the terminal as it was.
  ~line_editor();

  /// Waits for a line, which is then wiped from the screen. Nothing at the end of the input, and
  /// when a turn ended it.
  std::optional<std::string> read_line();

  /// Writes a line, above what is being typed.
  void print(std::string_view line);

private:
  class editing;

  std::unique_ptr<editing> editing_;
};

} // namespace salon

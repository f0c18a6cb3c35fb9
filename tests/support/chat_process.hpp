#pragma once

#include "tests/support/screen.hpp"
#include "tests/support/server_process.hpp"

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace salon::testing {

/// `salon chat` in a process of its own: at a pseudo terminal, between pipes, or with a standard
/// input that is closed.
class chat_process {
public:
  enum class at { terminal, pipes, no_input };

  /// @param arguments    Of `salon chat`.
  /// @param environment  Further variables, `NAME=VALUE`.
  chat_process(at where, const std::vector<std::string>& arguments,
               const std::vector<std::string>& environment = {});

  chat_process(const chat_process&) = delete;
  chat_process& operator=(const chat_process&) = delete;

  /// Kills what still runs.
  ~chat_process();

  /// What somebody types, or another program writes.
  void write(std::string_view bytes) const;

  /// Closes the pipe.
  void end_input();

  /// Its terminal gets another width.
  void resize(std::size_t columns);

  /// Waits until `text` has come. Throws when it does not.
  void await(std::string_view text);

  /// Waits until the screen shows what is asked for. Throws when it does not come to.
  void await_screen(const std::function<bool(const std::string&)>& is_so);

  /// Waits for its end, and takes all that it wrote. Returns the exit status; 128 and the signal's
  /// number when it was killed.
  int wait();

  /// Everything it has written so far; standard error is among it.
  const std::string& output() const noexcept {
    return output_;
  }

  std::string shown() const {
    return screen_.text();
  }

  const screen& display() const noexcept {
    return screen_;
  }

  /// Whether its terminal is as shells want it: it shows what is typed, and hands over lines.
  bool echoes() const;

private:
  bool read_more();

  pid_t pid_ = -1;
  int in_ = -1;
  int out_ = -1;
  bool is_ended_ = false;
  std::string output_;
  screen screen_;
};

/// One between pipes, at a server on this machine.
class piped_chat : public chat_process {
public:
  explicit piped_chat(const std::vector<std::string>& arguments)
    : chat_process(at::pipes, arguments) {
    // nop
  }

  piped_chat(std::uint16_t port, const std::string& name)
    : piped_chat({"127.0.0.1:" + std::to_string(port), "--name", name}) {
    // nop
  }
};

/// One at a terminal, at a server on this machine.
class terminal_chat : public chat_process {
public:
  explicit terminal_chat(std::uint16_t port, const std::string& name = "ana",
                         const std::vector<std::string>& environment = {});

  /// Waits until the screen shows `text` last; times are shown as 12:00.
  void await_end(const std::string& text);

  /// A line, and what the screen shows last when it is done.
  void type(const std::string& line, const std::string& then);
};

/// What a screen shows, with all times as 12:00.
std::string at_noon(const std::string& text);

/// How often `part` is in `text`.
std::size_t count(std::string_view text, std::string_view part);

inline bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

} // namespace salon::testing

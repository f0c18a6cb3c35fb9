#pragma once

#include <string>
#include <vector>

namespace salon::testing {

/// `salon`, to be run by a child of the test. Made ready before the fork: between that and the
/// program a child may do only what a signal handler may.
class child_program {
public:
  /// @param arguments    Without the program's name.
  /// @param environment  All of it, `NAME=VALUE`.
  child_program(std::vector<std::string> arguments, std::vector<std::string> environment);

  child_program(const child_program&) = delete;
  child_program& operator=(const child_program&) = delete;

  /// Becomes it, in the child. It does not outlive the test.
  [[noreturn]] void run() const noexcept;

private:
  std::vector<std::string> arguments_;
  std::vector<std::string> environment_;
  std::vector<char*> argv_;
  std::vector<char*> envp_;
  int parent_;
};

/// What waitpid(2) said, as shells have it: the exit status; 128 and the signal's number for one
/// that was killed.
int exit_status_of(int raw) noexcept;

/// Throws what the system said about `what`.
[[noreturn]] void fail_with_errno(const std::string& what);

} // namespace salon::testing

#include "tests/support/child_program.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace salon::testing {

namespace {

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (auto& each : texts)
    result.push_back(each.data());
  result.push_back(nullptr);
  return result;
}

} // namespace

child_program::child_program(std::vector<std::string> arguments,
                             std::vector<std::string> environment)
  : arguments_(std::move(arguments)),
    environment_(std::move(environment)),
    parent_(::getpid()) {
  arguments_.insert(arguments_.begin(), SALON_BINARY);
  argv_ = pointers_to(arguments_);
  envp_ = pointers_to(environment_);
}

void child_program::run() const noexcept {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent_)
    ::_exit(126);
  ::execve(argv_.front(), argv_.data(), envp_.data());
  ::_exit(127);
}

int exit_status_of(int raw) noexcept {
  return WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
}

void fail_with_errno(const std::string& what) {
  throw std::runtime_error{what + ": " + std::strerror(errno)};
}

} // namespace salon::testing

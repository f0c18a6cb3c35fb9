#include "tests/support/server_process.hpp"

#include "tests/support/child_program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <stdexcept>
#include <utility>

namespace salon::testing {

namespace {

// The test's environment without what would configure the server.
std::vector<std::string> plain_environment() {
  std::vector<std::string> result;
  for (auto** each = environ; *each != nullptr; ++each)
    if (!std::string_view{*each}.starts_with("SALON_"))
      result.emplace_back(*each);
  return result;
}

// Thousands of clients need a descriptor each, here and in the server, which inherits the limit.
void raise_descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

} // namespace

salon_process::salon_process(const std::vector<std::string>& arguments, limits of) {
  raise_descriptor_limit();
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0)
    fail_with_errno("no pipe");
  start(arguments, of, pipe[1]);
  ::close(pipe[1]);
  collector_ = std::thread{[this, from = pipe[0]] { collect(from); }};
}

void salon_process::start(const std::vector<std::string>& arguments, limits of, int output) {
  child_program program{arguments, plain_environment()};
  pid_ = ::fork();
  if (pid_ < 0)
    fail_with_errno("no process");
  if (pid_ == 0) {
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    if (of.descriptors > 0) {
      rlimit limit{of.descriptors, of.descriptors};
      ::setrlimit(RLIMIT_NOFILE, &limit);
    }
    program.run();
  }
  watch_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  if (watch_ < 0)
    fail_with_errno("no descriptor for a process");
}

salon_process::~salon_process() {
  if (!status_)
    ::kill(pid_, SIGKILL);
  wait();
  collector_.join();
  ::close(watch_);
}

void salon_process::signal(int number) const {
  if (!status_ && ::kill(pid_, number) != 0)
    fail_with_errno("no signal");
}

int salon_process::wait(std::chrono::milliseconds within) {
  if (status_)
    return *status_;
  pollfd ended{watch_, POLLIN, 0};
  if (::poll(&ended, 1, static_cast<int>(within.count())) <= 0)
    return -1;
  int raw = 0;
  ::waitpid(pid_, &raw, 0);
  status_ = exit_status_of(raw);
  // Its last words belong to it.
  std::unique_lock lock{mutex_};
  changed_.wait_for(lock, patience, [this] { return is_over_; });
  return *status_;
}

void salon_process::collect(int from) {
  std::array<char, 16 * 1024> buffer{};
  for (;;) {
    auto got = ::read(from, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR)
      continue;
    std::lock_guard lock{mutex_};
    if (got > 0)
      log_.append(buffer.data(), static_cast<std::size_t>(got));
    else
      is_over_ = true;
    changed_.notify_all();
    if (is_over_)
      break;
  }
  ::close(from);
}

std::string salon_process::log() const {
  std::lock_guard lock{mutex_};
  return log_;
}

std::string salon_process::await_log(std::string_view text, std::size_t lines) const {
  std::unique_lock lock{mutex_};
  std::string found;
  changed_.wait_for(lock, patience, [&] {
    found = line_with(text, lines);
    return is_over_ || !found.empty();
  });
  if (found.empty())
    throw std::runtime_error{"no \"" + std::string{text} + "\" in the server's log:\n" + log_};
  return found;
}

// The complete line of the log that is the nth with `text` in it; empty without one.
std::string salon_process::line_with(std::string_view text, std::size_t number) const {
  std::size_t begin = 0;
  for (auto end = log_.find('\n'); end != std::string::npos; end = log_.find('\n', begin)) {
    auto line = std::string_view{log_}.substr(begin, end - begin);
    if (line.find(text) != std::string_view::npos && --number == 0)
      return std::string{line};
    begin = end + 1;
  }
  return {};
}

std::size_t salon_process::log_lines_with(std::string_view text) const {
  std::lock_guard lock{mutex_};
  std::size_t count = 0;
  for (auto at = log_.find(text); at != std::string::npos;) {
    ++count;
    auto end = log_.find('\n', at);
    at = end == std::string::npos ? end : log_.find(text, end);
  }
  return count;
}

std::size_t salon_process::resident_bytes() const {
  std::ifstream status{"/proc/" + std::to_string(pid_) + "/status"};
  for (std::string word; status >> word;) {
    std::size_t kib = 0;
    if (word == "VmRSS:" && status >> kib)
      return kib * 1024;
  }
  throw std::runtime_error{"nobody knows the server's memory"};
}

} // namespace salon::testing

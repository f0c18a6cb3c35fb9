#include "tests/support/chat_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>

namespace salon::testing {

namespace {

constexpr std::size_t rows = 24;
constexpr std::size_t columns = 72;

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error{what + ": " + std::strerror(errno)};
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (auto& each : texts)
    result.push_back(each.data());
  result.push_back(nullptr);
  return result;
}

} // namespace

chat_process::chat_process(at where, const std::vector<std::string>& arguments,
                           const std::vector<std::string>& environment)
  : screen_(rows, columns) {
  std::vector<std::string> words{SALON_BINARY, "chat"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> variables{"TERM=xterm", "LC_ALL=C.UTF-8", "TZ=UTC", "USER=nobody"};
  variables.insert(variables.end(), environment.begin(), environment.end());
  auto argv = pointers_to(words);
  auto envp = pointers_to(variables);
  std::array<int, 2> input{-1, -1};
  std::array<int, 2> output{-1, -1};
  if (where == at::pipes) {
    if (::pipe2(input.data(), O_CLOEXEC) != 0 || ::pipe2(output.data(), O_CLOEXEC) != 0)
      fail("no pipe");
    pid_ = ::fork();
  } else {
    winsize size{rows, columns, 0, 0};
    pid_ = ::forkpty(&out_, nullptr, nullptr, &size);
  }
  if (pid_ < 0)
    fail("no process");
  if (pid_ == 0) {
    // Between fork and exec only what a signal handler may do.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (where == at::pipes) {
      ::dup2(input[0], STDIN_FILENO);
      ::dup2(output[1], STDOUT_FILENO);
      ::dup2(output[1], STDERR_FILENO);
    }
    ::execve(argv.front(), argv.data(), envp.data());
    ::_exit(127);
  }
  if (where == at::pipes) {
    ::close(input[0]);
    ::close(output[1]);
    in_ = input[1];
    out_ = output[0];
  } else {
    in_ = ::fcntl(out_, F_DUPFD_CLOEXEC, 0);
    ::fcntl(out_, F_SETFD, FD_CLOEXEC);
  }
}

chat_process::~chat_process() {
  if (!is_ended_) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  end_input();
  ::close(out_);
}

void chat_process::write(std::string_view bytes) const {
  while (!bytes.empty()) {
    auto written = ::write(in_, bytes.data(), bytes.size());
    if (written < 0)
      fail("nothing can be written");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void chat_process::end_input() {
  if (in_ >= 0)
    ::close(in_);
  in_ = -1;
}

void chat_process::await(std::string_view text) {
  while (output_.find(text) == std::string::npos)
    if (!read_more())
      throw std::runtime_error{"no \"" + std::string{text} + "\" in:\n" + output_};
}

void chat_process::await_screen(const std::function<bool(const std::string&)>& is_so) {
  while (!is_so(shown()))
    if (!read_more())
      throw std::runtime_error{"the screen does not come to show it:\n" + shown()};
}

int chat_process::wait() {
  while (read_more()) {
  }
  int raw = 0;
  if (::waitpid(pid_, &raw, 0) != pid_)
    fail("no such process");
  is_ended_ = true;
  return WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
}

bool chat_process::echoes() const {
  termios now{};
  if (::tcgetattr(out_, &now) != 0)
    fail("no terminal");
  return (now.c_lflag & ECHO) != 0 && (now.c_lflag & ICANON) != 0;
}

// False at the end of its output. Throws when nothing comes.
bool chat_process::read_more() {
  pollfd watched{out_, POLLIN, 0};
  auto most = std::chrono::duration_cast<std::chrono::milliseconds>(patience);
  if (::poll(&watched, 1, static_cast<int>(most.count())) <= 0)
    throw std::runtime_error{"nothing more comes after:\n" + output_};
  std::array<char, 16 * 1024> buffer{};
  auto got = ::read(out_, buffer.data(), buffer.size());
  // A pseudo terminal whose other side is closed says EIO.
  if (got <= 0)
    return false;
  std::string_view bytes{buffer.data(), static_cast<std::size_t>(got)};
  output_ += bytes;
  screen_.write(bytes);
  return true;
}

} // namespace salon::testing

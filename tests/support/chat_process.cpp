#include "tests/support/chat_process.hpp"

#include "tests/support/child_program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <regex>
#include <stdexcept>
#include <utility>

namespace salon::testing {

namespace {

constexpr std::size_t rows = 24;
constexpr std::size_t columns = 72;

} // namespace

chat_process::chat_process(at where, const std::vector<std::string>& arguments,
                           const std::vector<std::string>& environment)
  : screen_(rows, columns) {
  std::vector<std::string> words{"chat"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> variables{"TERM=xterm", "LC_ALL=C.UTF-8", "TZ=UTC", "USER=nobody"};
  variables.insert(variables.end(), environment.begin(), environment.end());
  child_program program{std::move(words), std::move(variables)};
  std::array<int, 2> input{-1, -1};
  std::array<int, 2> output{-1, -1};
  if (where != at::terminal) {
    if (::pipe2(input.data(), O_CLOEXEC) != 0 || ::pipe2(output.data(), O_CLOEXEC) != 0)
      fail_with_errno("no pipe");
    pid_ = ::fork();
  } else {
    winsize size{rows, columns, 0, 0};
    pid_ = ::forkpty(&out_, nullptr, nullptr, &size);
  }
  if (pid_ < 0)
    fail_with_errno("no process");
  if (pid_ == 0) {
    if (where != at::terminal) {
      where == at::pipes ? ::dup2(input[0], STDIN_FILENO) : ::close(STDIN_FILENO);
      ::dup2(output[1], STDOUT_FILENO);
      ::dup2(output[1], STDERR_FILENO);
    }
    program.run();
  }
  if (where != at::terminal) {
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
      fail_with_errno("nothing can be written");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void chat_process::end_input() {
  if (in_ >= 0)
    ::close(in_);
  in_ = -1;
}

// What it wrote before goes to the screen as it was.
void chat_process::resize(std::size_t columns) {
  winsize size{rows, static_cast<unsigned short>(columns), 0, 0};
  screen_.resize(columns);
  if (::ioctl(out_, TIOCSWINSZ, &size) != 0)
    fail_with_errno("no other size");
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
    fail_with_errno("no such process");
  is_ended_ = true;
  return exit_status_of(raw);
}

bool chat_process::echoes() const {
  termios now{};
  if (::tcgetattr(out_, &now) != 0)
    fail_with_errno("no terminal");
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

// -- at a terminal ------------------------------------------------------------

terminal_chat::terminal_chat(std::uint16_t port, const std::string& name,
                             const std::vector<std::string>& environment)
  : chat_process(at::terminal, {"127.0.0.1:" + std::to_string(port), "--name", name}, environment) {
  // nop
}

void terminal_chat::await_end(const std::string& text) {
  await_screen([&](const std::string& all) { return at_noon(all).ends_with(text); });
}

void terminal_chat::type(const std::string& line, const std::string& then) {
  write(line + '\r');
  await_end(then);
}

std::string at_noon(const std::string& text) {
  static const std::regex time{R"(\d\d:\d\d )"};
  return std::regex_replace(text, time, "12:00 ");
}

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (auto i = text.find(part); i != std::string_view::npos; i = text.find(part, i + 1))
    ++found;
  return found;
}

} // namespace salon::testing

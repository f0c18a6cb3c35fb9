#include "app/line_editor.hpp"

#include <histedit.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <clocale>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cwchar>
#include <utility>

namespace salon {

namespace {

constexpr int lines_remembered = 200;
constexpr std::size_t columns_if_unknown = 80;

std::size_t columns_of_terminal() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
    return columns_if_unknown;
  return size.ws_col;
}

// The row, from 0, in which the cursor stands behind `text` that began in the first column.
std::size_t row_behind(std::wstring_view text, std::size_t columns) {
  std::size_t row = 0;
  std::size_t column = 0;
  for (auto c : text) {
    // What is no printable character is shown as two: ^X.
    auto width = ::wcwidth(c) >= 0 ? static_cast<std::size_t>(::wcwidth(c)) : 2;
    if (column + width > columns) {
      ++row;
      column = 0;
    }
    column += width;
    if (column == columns) {
      ++row;
      column = 0;
    }
  }
  return row;
}

std::wstring wide(const std::string& text) {
  std::wstring result(text.size() + 1, L'\0');
  auto size = std::mbstowcs(result.data(), text.c_str(), result.size());
  result.resize(size == static_cast<std::size_t>(-1) ? 0 : size);
  return result;
}

} // namespace

class line_editor::editing {
public:
  explicit editing(line_editor_watch watch) : watch_(std::move(watch)) {
    std::setlocale(LC_CTYPE, "");
    if (MB_CUR_MAX == 1)
      std::setlocale(LC_CTYPE, "C.UTF-8");
    HistEvent ignored{};
    history_ = ::history_init();
    ::history(history_, &ignored, H_SETSIZE, lines_remembered);
    editor_ = ::el_init("salon", stdin, stdout, stderr);
    ::el_set(editor_, EL_CLIENTDATA, this);
    ::el_set(editor_, EL_PROMPT, &editing::prompt_of);
    ::el_set(editor_, EL_EDITOR, "emacs");
    ::el_set(editor_, EL_BIND, "^R", "em-inc-search-prev", nullptr);
    ::el_set(editor_, EL_HIST, &::history, history_);
    // An interrupt leaves the terminal in order, and a new size of the window is heeded.
    ::el_set(editor_, EL_SIGNAL, 1);
    ::el_set(editor_, EL_GETCFN, &editing::read_character);
  }

  editing(const editing&) = delete;
  editing& operator=(const editing&) = delete;

  ~editing() {
    ::el_set(editor_, EL_PREP_TERM, 0);
    ::el_end(editor_);
    ::history_end(history_);
  }

  std::optional<std::string> read_line() {
    hold_terminal();
    prompt_ = watch_.prompt();
    is_typing_ = true;
    auto size = 0;
    const auto* line = ::el_gets(editor_, &size);
    is_typing_ = false;
    ::el_set(editor_, EL_PREP_TERM, 1);
    if (line == nullptr || size <= 0) {
      std::fputc('\n', stdout);
      std::fflush(stdout);
      return std::nullopt;
    }
    std::string result{line, static_cast<std::size_t>(size)};
    while (!result.empty() && (result.back() == '\n' || result.back() == '\r'))
      result.pop_back();
    wipe(row_behind(wide(prompt_ + result), columns_) + 1);
    HistEvent ignored{};
    if (!result.empty())
      ::history(history_, &ignored, H_ENTER, result.c_str());
    return result;
  }

  void print(std::string_view line) {
    wipe_typed();
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fputc('\n', stdout);
    std::fflush(stdout);
  }

private:
  static editing& self_of(EditLine* editor) {
    void* self = nullptr;
    ::el_get(editor, EL_CLIENTDATA, &self);
    return *static_cast<editing*>(self);
  }

  // Between two lines, too, the terminal is not to show what is typed: it would stand anywhere.
  // Signals that end us have to wait until libedit can put that right.
  void hold_terminal() {
    if (std::exchange(is_holding_, true))
      return;
    sigset_t ending{};
    ::sigemptyset(&ending);
    for (auto each : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH})
      ::sigaddset(&ending, each);
    ::pthread_sigmask(SIG_BLOCK, &ending, &signals_);
    ::el_set(editor_, EL_PREP_TERM, 1);
  }

  static char* prompt_of(EditLine* editor) {
    return self_of(editor).prompt_.data();
  }

  static int read_character(EditLine* editor, wchar_t* to) {
    return self_of(editor).wait_for_character(*to);
  }

  // 1: there is one; 0: the end.
  int wait_for_character(wchar_t& to) {
    std::mbstate_t state{};
    for (;;) {
      if (!wait_for_input())
        return 0;
      char byte = 0;
      auto got = ::read(STDIN_FILENO, &byte, 1);
      if (got < 0 && (errno == EINTR || errno == EAGAIN))
        continue;
      if (got <= 0)
        return 0;
      auto done = std::mbrtowc(&to, &byte, 1, &state);
      if (done == static_cast<std::size_t>(-1))
        state = {}; // no UTF-8: passed over
      else if (done != static_cast<std::size_t>(-2))
        return 1;
    }
  }

  bool wait_for_input() {
    // libedit's own handler is good for one new size in a line.
    std::signal(SIGWINCH, [](int) {});
    for (;;) {
      heed_size();
      auto goes_on = watch_.turn();
      renew_prompt();
      if (std::exchange(is_disturbed_, false))
        ::el_set(editor_, EL_REFRESH);
      if (!goes_on)
        return false;
      std::array<pollfd, 2> watched{{{STDIN_FILENO, POLLIN, 0}, {watch_.descriptor(), POLLIN, 0}}};
      auto rest = watch_.rest();
      auto seconds = std::chrono::duration_cast<std::chrono::seconds>(rest);
      timespec time{seconds.count(), std::chrono::nanoseconds{rest - seconds}.count()};
      auto ready = ::ppoll(watched.data(), watched.size(), &time, &signals_);
      if (ready > 0 && watched[0].revents != 0)
        return true;
    }
  }

  void renew_prompt() {
    auto now = watch_.prompt();
    if (now == prompt_)
      return;
    wipe_typed();
    prompt_ = std::move(now);
  }

  // A terminal of another width breaks its lines anew, those that are typed with them.
  void heed_size() {
    auto now = columns_of_terminal();
    if (std::exchange(columns_, now) == now)
      return;
    wipe_typed();
    ::el_resize(editor_);
  }

  // Once, however much is written before it is shown again.
  void wipe_typed() {
    if (is_typing_ && !std::exchange(is_disturbed_, true))
      wipe(row_of_cursor());
  }

  std::size_t row_of_cursor() {
    const auto* line = ::el_wline(editor_);
    auto typed = wide(prompt_);
    typed.append(line->buffer, line->cursor);
    return row_behind(typed, columns_);
  }

  // Clears the screen from `rows` above the cursor on.
  static void wipe(std::size_t rows) {
    if (rows > 0)
      std::fprintf(stdout, "\x1b[%zuA", rows);
    std::fputs("\r\x1b[J", stdout);
    std::fflush(stdout);
  }

  line_editor_watch watch_;
  EditLine* editor_ = nullptr;
  History* history_ = nullptr;
  std::string prompt_;
  std::size_t columns_ = columns_of_terminal();
  sigset_t signals_{}; ///< Those blocked before us.
  bool is_holding_ = false;
  bool is_typing_ = false;
  bool is_disturbed_ = false; ///< What is typed has been wiped.
};

line_editor::line_editor(line_editor_watch watch)
  : editing_(std::make_unique<editing>(std::move(watch))) {
  // nop
}

line_editor::~line_editor() = default;

std::optional<std::string> line_editor::read_line() {
  return editing_->read_line();
}

void line_editor::print(std::string_view line) {
  editing_->print(line);
}

} // namespace salon

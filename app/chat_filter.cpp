#include "app/chat_filter.hpp"

#include "client/chat_view.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <ostream>
#include <utility>
#include <variant>

namespace salon {

namespace {

// Nobody is there who would see that it takes long.
constexpr std::chrono::seconds away_max{30};

/// Standard input, line by line.
class input_lines {
public:
  // Longer lines are cut here: too long for any message, and refused as such.
  static constexpr std::size_t line_bytes_max = 128 * 1024;

  /// The next whole line of what has been read.
  std::optional<std::string> next() {
    auto end = read_.find('\n');
    if (end == std::string::npos && !(is_over_ && !read_.empty())) {
      if (read_.size() > line_bytes_max)
        read_.resize(line_bytes_max);
      return std::nullopt;
    }
    auto line = read_.substr(0, end);
    read_.erase(0, end == std::string::npos ? end : end + 1);
    if (line.ends_with('\r'))
      line.pop_back();
    return line;
  }

  /// Reads what there is; waits if there is nothing.
  void read() {
    std::array<char, 16 * 1024> buffer{};
    auto got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (got > 0)
      read_.append(buffer.data(), static_cast<std::size_t>(got));
    else if (got == 0 || (errno != EINTR && errno != EAGAIN))
      is_over_ = true;
  }

  bool is_over() const noexcept {
    return is_over_;
  }

private:
  std::string read_;
  bool is_over_ = false;
};

class filter_chat {
public:
  filter_chat(const chat_address& where, conversation_options options, std::ostream& out,
              std::ostream& err)
    : out_(out),
      err_(err),
      talk_(where, std::move(options), [this](const chat::event& what) { show(what); }) {
    // nop
  }

  int run(const std::string& room) {
    if (auto wrong = talk_.open(room)) {
      err_ << *wrong << '\n';
      return 1;
    }
    auto is_well = may_go_on();
    while (is_well && (say_what_was_read() || !input_.is_over() || talk_.waiting() > 0)) {
      wait();
      is_well = may_go_on();
    }
    talk_.close();
    return is_well && talk_.refused() == 0 ? 0 : 1;
  }

private:
  void show(const chat::event& what) {
    if (const auto* pub = std::get_if<chat::said>(&what))
      out_ << chat::view::line_of(*pub) << std::endl;
    else if (const auto* wrong = std::get_if<chat::trouble>(&what))
      err_ << wrong->sentence << std::endl;
  }

  bool may_go_on() {
    talk_.turn();
    if (talk_.is_over() || talk_.room().empty() || !out_)
      return false;
    if (talk_.away().value_or(conversation::duration{0}) < away_max)
      return true;
    err_ << "The server did not come back\n";
    return false;
  }

  // One at a time: the next is read once there is an answer. Returns whether there may be more.
  bool say_what_was_read() {
    while (talk_.waiting() == 0) {
      auto line = input_.next();
      if (!line)
        return false;
      if (!line->empty())
        talk_.say(*line);
    }
    return true;
  }

  void wait() {
    auto takes_input = talk_.waiting() == 0 && !input_.is_over();
    std::array<pollfd, 2> watched{
      {{takes_input ? STDIN_FILENO : -1, POLLIN, 0}, {talk_.native_handle(), POLLIN, 0}}};
    ::poll(watched.data(), watched.size(), static_cast<int>(talk_.rest().count()));
    if (watched[0].revents != 0)
      input_.read();
  }

  std::ostream& out_;
  std::ostream& err_;
  conversation talk_;
  input_lines input_;
};

} // namespace

int chat_as_filter(const chat_address& where, conversation_options options, const std::string& room,
                   std::ostream& out, std::ostream& err) {
  options.history = 0;
  return filter_chat{where, std::move(options), out, err}.run(room);
}

} // namespace salon

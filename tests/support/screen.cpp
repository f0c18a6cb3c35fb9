#include "tests/support/screen.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace salon::testing {

namespace {

std::size_t bytes_of(char lead) {
  auto byte = static_cast<unsigned char>(lead);
  return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

} // namespace

screen::screen(std::size_t rows, std::size_t columns) : rows_(rows), columns_(columns), lines_(1) {
  // nop
}

void screen::write(std::string_view bytes) {
  for (auto c : bytes) {
    if (pending_.empty() && static_cast<unsigned char>(c) < 0x20 && c != '\x1b') {
      control(c);
      continue;
    }
    pending_ += c;
    if (pending_[0] != '\x1b') {
      if (pending_.size() == bytes_of(pending_[0]))
        put(std::exchange(pending_, {}));
    } else if (pending_.size() > 2 && c >= '@' && c <= '~') {
      auto all = std::exchange(pending_, {});
      sequence(std::string_view{all}.substr(2, all.size() - 3), c);
    } else if (pending_.size() == 2 && c != '[') {
      pending_.clear(); // a mode that we have not
    }
  }
}

std::string screen::text() const {
  std::string result;
  for (const auto& line : lines_) {
    std::string shown;
    for (const auto& each : line)
      shown += each;
    shown.erase(shown.find_last_not_of(' ') + 1);
    if (!shown.empty())
      result += (result.empty() ? "" : "\n") + shown;
  }
  return result;
}

void screen::put(std::string character) {
  if (x_ == columns_) {
    x_ = 0;
    new_line();
  }
  if (row().size() <= x_)
    row().resize(x_ + 1, " ");
  row()[x_++] = std::move(character);
}

void screen::new_line() {
  if (++y_ == lines_.size())
    lines_.emplace_back();
}

void screen::control(char what) {
  if (what == '\r')
    x_ = 0;
  else if (what == '\n')
    new_line();
  else if (what == '\b' && x_ > 0)
    x_ = std::min(x_, columns_ - 1) - (x_ == columns_ ? 0 : 1);
}

void screen::sequence(std::string_view parameters, char what) {
  auto count = parameters.empty() ? std::size_t{1} : std::stoul("0" + std::string{parameters});
  auto top = lines_.size() > rows_ ? lines_.size() - rows_ : 0;
  if (what == 'A')
    y_ = std::max(y_ - std::min(y_, count), top);
  else if (what == 'B')
    y_ = std::min(y_ + count, lines_.size() - 1);
  else if (what == 'C')
    x_ = std::min(x_ + count, columns_ - 1);
  else if (what == 'D')
    x_ -= std::min(x_, count);
  else if (what == 'G')
    x_ = std::min(std::max(count, std::size_t{1}), columns_) - 1;
  else if (what == 'K')
    row().resize(std::min(row().size(), x_));
  else if (what == 'J') {
    row().resize(std::min(row().size(), x_));
    lines_.resize(y_ + 1);
  } else if (what == 'P') {
    auto from = row().begin() + static_cast<std::ptrdiff_t>(std::min(x_, row().size()));
    auto left = static_cast<std::size_t>(row().end() - from);
    row().erase(from, from + static_cast<std::ptrdiff_t>(std::min(count, left)));
  } else if (what == '@') {
    row().resize(std::max(row().size(), x_), " ");
    row().insert(row().begin() + static_cast<std::ptrdiff_t>(x_), count, " ");
  } else if (what != 'm' && what != 'h' && what != 'l') {
    throw std::runtime_error{"the screen knows no ESC [ " + std::string{parameters} + what};
  }
}

std::vector<std::string>& screen::row() {
  return lines_[y_];
}

} // namespace salon::testing

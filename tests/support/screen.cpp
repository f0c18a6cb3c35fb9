#include "tests/support/screen.hpp"

#include <algorithm>
#include <clocale>
#include <cwchar>
#include <stdexcept>
#include <utility>

namespace salon::testing {

namespace {

std::size_t bytes_of(char lead) {
  auto byte = static_cast<unsigned char>(lead);
  return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

std::size_t width_of(const std::string& character) {
  wchar_t wide = 0;
  std::mbstate_t state{};
  std::mbrtowc(&wide, character.data(), character.size(), &state);
  return static_cast<std::size_t>(std::max(::wcwidth(wide), 0));
}

} // namespace

screen::screen(std::size_t rows, std::size_t columns) : rows_(rows), columns_(columns), lines_(1) {
  std::setlocale(LC_CTYPE, "C.UTF-8");
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

void screen::resize(std::size_t columns) {
  auto old = std::exchange(lines_, {});
  columns_ = columns;
  auto cursor = std::exchange(y_, 0);
  auto is_going_on = false;
  for (std::size_t i = 0; i < old.size(); ++i) {
    if (!std::exchange(is_going_on, old[i].goes_on))
      lines_.emplace_back();
    auto before = lines_.back().cells.size();
    if (i == cursor) {
      y_ = lines_.size() - 1 + (before + x_) / columns;
      x_ = (before + x_) % columns;
    }
    for (auto& each : old[i].cells) {
      if (lines_.back().cells.size() == columns) {
        lines_.back().goes_on = true;
        lines_.emplace_back();
      }
      lines_.back().cells.push_back(std::move(each));
    }
  }
  lines_.resize(std::max(lines_.size(), y_ + 1));
}

std::string screen::text() const {
  std::string result;
  for (const auto& row : runs()) {
    std::string shown;
    for (const auto& each : row)
      shown += each.text;
    result += (result.empty() ? "" : "\n") + shown;
  }
  return result;
}

std::vector<std::vector<screen::run>> screen::runs() const {
  std::vector<std::vector<run>> result;
  for (const auto& [cells, goes_on] : lines_) {
    std::vector<run> row;
    for (std::size_t x = 0; x < cells.size(); ++x) {
      if (row.empty() || row.back().look != cells[x].look)
        row.push_back({x, 0, {}, cells[x].look});
      row.back().text += cells[x].text;
      ++row.back().width;
    }
    while (!row.empty()) {
      auto& text = row.back().text;
      text.erase(text.find_last_not_of(' ') + 1);
      if (!text.empty())
        break;
      row.pop_back();
    }
    if (!row.empty())
      result.push_back(std::move(row));
  }
  return result;
}

void screen::put(const std::string& character) {
  auto width = width_of(character);
  if (width == 0) {
    if (x_ > 0 && x_ <= here().cells.size())
      here().cells[x_ - 1].text += character;
    return;
  }
  if (x_ + width > columns_) {
    here().goes_on = true;
    x_ = 0;
    new_line();
  }
  if (here().cells.size() < x_ + width)
    here().cells.resize(x_ + width);
  here().cells[x_++] = {character, look_};
  if (width == 2)
    here().cells[x_++] = {"", look_};
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
  else if (what == 'K' || what == 'J') {
    here().cells.resize(std::min(here().cells.size(), x_));
    here().goes_on = false;
    if (what == 'J')
      lines_.resize(y_ + 1);
  } else if (what == 'P') {
    auto& cells = here().cells;
    auto from = cells.begin() + static_cast<std::ptrdiff_t>(std::min(x_, cells.size()));
    auto left = static_cast<std::size_t>(cells.end() - from);
    cells.erase(from, from + static_cast<std::ptrdiff_t>(std::min(count, left)));
  } else if (what == '@') {
    auto& cells = here().cells;
    cells.resize(std::max(cells.size(), x_));
    cells.insert(cells.begin() + static_cast<std::ptrdiff_t>(x_), count, cell{});
  } else if (what == 'm') {
    look_ = parameters == "0" ? "" : parameters;
  } else if (what != 'h' && what != 'l') {
    throw std::runtime_error{"the screen knows no ESC [ " + std::string{parameters} + what};
  }
}

} // namespace salon::testing

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace salon::testing {

/// What a terminal shows of the bytes that a program wrote to it: enough of a VT100 for programs
/// that edit a line. Wide characters, such as Chinese ones, take two columns.
class screen {
public:
  /// Characters in a row of a row that look the same.
  struct run {
    std::size_t column;
    std::size_t width; ///< Columns.
    std::string text;
    std::string look; ///< As in ESC [ ... m; empty: nothing special.
  };

  screen(std::size_t rows, std::size_t columns);

  void write(std::string_view bytes);

  /// Becomes wider or narrower: lines that were broken at the edge are broken anew, as terminals
  /// of today do.
  void resize(std::size_t columns);

  /// The rows with something on them, those that have scrolled away first; without the spaces at
  /// their ends, joined by newlines.
  std::string text() const;

  /// The same rows, with how they look.
  std::vector<std::vector<run>> runs() const;

private:
  struct cell {
    std::string text = " "; ///< Empty: the second half of the one before.
    std::string look;
  };

  struct line {
    std::vector<cell> cells;
    bool goes_on = false; ///< In the next, because the edge was reached.
  };

  void put(const std::string& character);
  void new_line();
  void control(char what);
  void sequence(std::string_view parameters, char what);

  line& here() {
    return lines_[y_];
  }

  std::size_t rows_;
  std::size_t columns_;
  std::vector<line> lines_; ///< All there ever were; the last rows are seen.
  std::size_t y_ = 0;       ///< Among these.
  std::size_t x_ = 0;       ///< `columns_`: behind the last, until the next.
  std::string look_;
  std::string pending_; ///< The beginning of a sequence or a character.
};

} // namespace salon::testing

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace salon::testing {

/// What a terminal shows of the bytes that a program wrote to it: enough of a VT100 for programs
/// that edit a line. Colours are not seen; a character, of whatever script, is one column.
class screen {
public:
  screen(std::size_t rows, std::size_t columns);

  void write(std::string_view bytes);

  /// The rows with something on them, those that have scrolled away first; without the spaces at
  /// their ends, joined by newlines.
  std::string text() const;

private:
  void put(std::string character);
  void new_line();
  void control(char what);
  void sequence(std::string_view parameters, char what);
  std::vector<std::string>& row();

  std::size_t rows_;
  std::size_t columns_;
  std::vector<std::vector<std::string>> lines_; ///< All there ever were; the last rows are seen.
  std::size_t y_ = 0;                           ///< Among these.
  std::size_t x_ = 0;                           ///< `columns_`: behind the last, until the next.
  std::string pending_;                         ///< The beginning of a sequence or a character.
};

} // namespace salon::testing

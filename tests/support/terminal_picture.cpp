#include "tests/support/terminal_picture.hpp"

#include <algorithm>
#include <regex>

namespace salon::testing {

namespace {

// Pixels.
constexpr std::size_t column_width = 9;
constexpr std::size_t row_height = 22;
constexpr std::size_t margin = 20;
constexpr std::size_t title_height = 36;

constexpr std::size_t columns_min = 60;

std::string escaped(std::string_view text) {
  std::string result;
  for (auto c : text) {
    if (c == '<')
      result += "&lt;";
    else if (c == '&')
      result += "&amp;";
    else
      result += c;
  }
  return result;
}

// Of ESC [ ... m, on a dark ground.
std::string_view fill_of(std::string_view look) {
  if (look == "2")
    return "#9099ad";
  switch (look.empty() ? '\0' : look.back()) {
  case '1':
    return "#ff8f87";
  case '2':
    return "#7ddc9a";
  case '3':
    return "#e8c66a";
  case '4':
    return "#8ea7ff";
  case '5':
    return "#dd9df0";
  case '6':
    return "#6fd3e0";
  default:
    return "#e6e9f2";
  }
}

std::string number(std::size_t value) {
  return std::to_string(value);
}

// Each row says where its columns are, so that it fits whatever font there is.
std::string row_of(const std::vector<screen::run>& runs, std::size_t y) {
  std::string result;
  for (const auto& [column, width, text, look] : runs) {
    auto blank = std::min(text.find_first_not_of(' '), text.size());
    result += "<text x=\"" + number(margin + (column + blank) * column_width) + "\" y=\""
              + number(y) + "\" fill=\"" + std::string{fill_of(look)} + "\" textLength=\""
              + number((width - blank) * column_width) + "\""
              + (look.starts_with("1;") ? " font-weight=\"bold\"" : "") + '>'
              + escaped(std::string_view{text}.substr(blank)) + "</text>\n";
  }
  static const std::regex time{R"(>\d\d:\d\d<)"};
  return std::regex_replace(result, time, ">12:00<");
}

} // namespace

std::string picture_of(const screen& what, std::string_view title) {
  auto rows = what.runs();
  std::size_t columns = columns_min;
  for (const auto& row : rows)
    columns = std::max(columns, row.back().column + row.back().width);
  auto width = number(2 * margin + columns * column_width);
  auto height = number(title_height + 2 * margin + rows.size() * row_height);
  auto result
    = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + width + "\" height=\"" + height
      + "\" viewBox=\"0 0 " + width + ' ' + height
      + "\" font-family=\"ui-monospace, 'DejaVu Sans Mono', monospace\" font-size=\"15\">\n"
        "<title>"
      + escaped(title)
      + "</title>\n"
        "<rect width=\"100%\" height=\"100%\" rx=\"10\" fill=\"#10131a\"/>\n"
        "<path d=\"M0 36h"
      + width
      + "\" stroke=\"#2a3040\"/>\n"
        "<text x=\"50%\" y=\"23\" text-anchor=\"middle\" font-size=\"13\" fill=\"#9099ad\">"
      + escaped(title) + "</text>\n";
  for (std::size_t i = 0; i < rows.size(); ++i)
    result += row_of(rows[i], title_height + margin + i * row_height + row_height / 2 + 5);
  return result + "</svg>\n";
}

} // namespace salon::testing

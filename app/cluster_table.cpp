#include "app/cluster_table.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <string_view>
#include <vector>

namespace salon {

namespace {

constexpr std::size_t columns = 7;
constexpr std::size_t first_number = 3; // From here on to the right.

using row = std::array<std::string, columns>;

std::string shortened(double number, const char* unit) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), number < 10 ? "%.1f %s" : "%.0f %s", number, unit);
  return text.data();
}

std::string bytes_text(std::uint64_t bytes) {
  if (bytes < 1'024)
    return std::to_string(bytes) + " B";
  auto number = static_cast<double>(bytes) / 1'024;
  return number < 1'024 ? shortened(number, "KiB") : shortened(number / 1'024, "MiB");
}

std::string age_text(std::chrono::milliseconds age) {
  return shortened(static_cast<double>(age.count()) / 1'000, "s");
}

row row_of(const node_status& x) {
  return {x.name,
          x.address.empty() ? "-" : x.address,
          std::string{name_of(x.state)},
          std::to_string(x.rooms),
          std::to_string(x.connections),
          x.is_self ? "-" : bytes_text(x.queue_bytes),
          x.is_self ? "-" : age_text(x.heartbeat_age)};
}

std::string line_of(const row& cells, const std::array<std::size_t, columns>& widths,
                    std::string_view mark) {
  std::string line{mark};
  for (std::size_t i = 0; i < columns; ++i) {
    auto space = std::string(widths[i] - cells[i].size(), ' ');
    line += i == 0 ? " " : "  ";
    line += i < first_number ? cells[i] + space : space + cells[i];
  }
  return line + '\n';
}

} // namespace

std::string write_table(const cluster_status& what) {
  const row header{"NODE", "ADDRESS", "STATE", "ROOMS", "CONNECTIONS", "QUEUE", "HEARTBEAT"};
  std::vector<row> rows;
  for (const auto& each : what.nodes)
    rows.push_back(row_of(each));
  std::array<std::size_t, columns> widths{};
  for (std::size_t i = 0; i < columns; ++i) {
    widths[i] = header[i].size();
    for (const auto& each : rows)
      widths[i] = std::max(widths[i], each[i].size());
  }
  auto result = line_of(header, widths, " ");
  for (std::size_t i = 0; i < rows.size(); ++i)
    result += line_of(rows[i], widths, what.nodes[i].is_self ? "*" : " ");
  return result;
}

} // namespace salon

#include "server/units.hpp"

#include <array>
#include <charconv>
#include <limits>
#include <system_error>
#include <utility>

namespace salon {

namespace {

using unit = std::pair<std::string_view, std::int64_t>;

constexpr std::int64_t second = 1'000'000;

constexpr std::array<unit, 5> duration_units{
  {{"h", 3600 * second}, {"m", 60 * second}, {"s", second}, {"ms", 1000}, {"us", 1}}};

constexpr std::array<unit, 4> size_units{
  {{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}};

constexpr std::int64_t longest = 100LL * 365 * 24 * 3600 * second;

// A number and its unit, as one number of the smallest unit, at most `max`.
template <std::size_t Count>
std::optional<std::int64_t> parse(std::string_view text, const std::array<unit, Count>& units,
                                  std::int64_t max) {
  std::int64_t number = 0;
  const auto* end = text.data() + text.size();
  auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || number < 0)
    return std::nullopt;
  auto name = std::string_view{rest, static_cast<std::size_t>(end - rest)};
  for (const auto& [known, factor] : units)
    if (name == known && number <= max / factor)
      return number * factor;
  return std::nullopt;
}

} // namespace

std::optional<std::chrono::microseconds> parse_duration(std::string_view text) {
  if (auto parsed = parse(text, duration_units, longest))
    return std::chrono::microseconds{*parsed};
  return std::nullopt;
}

std::string duration_text(std::chrono::microseconds value) {
  if (value.count() == 0)
    return "0s";
  for (const auto& [name, factor] : duration_units)
    if (value.count() % factor == 0)
      return std::to_string(value.count() / factor) + std::string{name};
  return {};
}

std::optional<std::int64_t> parse_size(std::string_view text) {
  constexpr auto max = std::numeric_limits<std::int64_t>::max();
  if (auto parsed = parse(text, size_units, max))
    return parsed;
  return parse(text, std::array<unit, 1>{{{"", 1}}}, max);
}

std::string size_text(std::int64_t bytes) {
  for (const auto& [name, factor] : size_units)
    if (factor > 1 && bytes > 0 && bytes % factor == 0)
      return std::to_string(bytes / factor) + std::string{name};
  return std::to_string(bytes);
}

} // namespace salon

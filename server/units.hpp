#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Durations and sizes as people write them in a configuration.
namespace salon {

/// Reads a whole number followed by its unit, one of `us`, `ms`, `s`, `m` and `h`: `200ms`, `25s`.
/// Nothing when it is not that, or longer than 100 years.
std::optional<std::chrono::microseconds> parse_duration(std::string_view text);

/// The shortest text that reads back as `value`, which is not negative: `10m`, never `600s`.
std::string duration_text(std::chrono::microseconds value);

/// Reads a whole number of bytes, followed by nothing or by `B`, `KiB`, `MiB` or `GiB` (IEC
/// 80000-13: powers of 1024). Nothing when it is not that, or does not fit.
std::optional<std::int64_t> parse_size(std::string_view text);

/// The shortest text that reads back as `bytes`, which is not negative: `64KiB`, and `1000` for
/// what is no multiple of a unit.
std::string size_text(std::int64_t bytes);

} // namespace salon

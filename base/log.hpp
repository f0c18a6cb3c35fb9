#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

/// Facts with fields, written once, where they are decided. The door to spdlog.
namespace salon::log {

enum class level : std::uint8_t { trace, debug, info, warn, error, off };

enum class format : std::uint8_t { text, json };

/// A named value of an event: text, a whole number, or yes and no.
struct field {
  template <class T>
  field(std::string_view its_name, const T& its_value) : name(its_name) {
    if constexpr (std::is_same_v<T, bool>) {
      value = its_value ? "true" : "false";
      quoted = false;
    } else if constexpr (std::is_integral_v<T>) {
      value = std::to_string(its_value);
      quoted = false;
    } else {
      value = std::string{std::string_view{its_value}};
    }
  }

  std::string_view name;
  std::string value;
  bool quoted = true; ///< Whether JSON shows the value as a string.
};

using fields = std::initializer_list<field>;

/// What is written, and how. Call it before threads log. Events go to standard error, one a line.
void configure(level lowest, format shape);

/// Whether events of level `of` are written.
bool enabled(level of) noexcept;

/// Writes the event `what` (see docs/log-events.md) with its fields. Control characters in values
/// are escaped: one event is always one line.
void write(level of, std::string_view what, fields with = {});

inline void debug(std::string_view what, fields with = {}) {
  write(level::debug, what, with);
}

inline void info(std::string_view what, fields with = {}) {
  write(level::info, what, with);
}

inline void warn(std::string_view what, fields with = {}) {
  write(level::warn, what, with);
}

inline void error(std::string_view what, fields with = {}) {
  write(level::error, what, with);
}

} // namespace salon::log

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace salon {

/// A value that no option accepts, such as a date, in the words of its author.
struct foreign_value {
  std::string text;

  friend bool operator==(const foreign_value&, const foreign_value&) = default;
};

/// An option's value as a configuration file holds it. Durations and sizes with units are strings.
using option_value
  = std::variant<foreign_value, bool, std::int64_t, std::string, std::vector<std::string>>;

/// Which of the alternatives an option takes; `size` is a whole number or a string.
enum class option_kind : std::uint8_t { boolean, number, size, text, list };

/// What `text`, from the environment or a flag, stands for. Where it is nothing of `kind`, it stays
/// a string, which the option then refuses. A list's members are separated by commas.
option_value read_text(option_kind kind, std::string_view text);

/// The value as a configuration file spells it: `25`, `true`, `"25s"`, `["a", "b"]`.
std::string show(const option_value& value);

} // namespace salon

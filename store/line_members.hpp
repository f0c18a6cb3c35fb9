#pragma once

#include "messages/json_scanner.hpp"

#include <charconv>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace salon {

/// The members of a line of JSON, taken one after the other. The first thing that is wrong is kept;
/// what is taken after it means nothing.
class line_members {
public:
  explicit line_members(std::string_view line);

  bool has(std::string_view name) const;

  /// A string member; nothing when it is not there.
  std::optional<std::string> text(std::string_view name);

  /// A member that must be there.
  std::string required_text(std::string_view name);

  /// The bytes of a member whose value is JSON; empty when it is not there.
  std::string_view json(std::string_view name);

  /// A whole number; `otherwise` when it is not there, unless that is nothing.
  template <std::integral T>
  T number(std::string_view name, std::optional<T> otherwise = std::nullopt) {
    auto value = take(name);
    if (!value && otherwise)
      return *otherwise;
    T result{};
    if (!value)
      complain("\"" + std::string{name} + "\" is missing");
    else if (auto end = value->data() + value->size();
             std::from_chars(value->data(), end, result) != std::from_chars_result{end, {}})
      complain("\"" + std::string{name} + "\" is not a whole number in its range");
    return result;
  }

  void complain(const std::string& about);

  /// What is wrong, a member that nobody took included; empty when nothing is.
  const std::string& verdict();

private:
  std::optional<std::string_view> take(std::string_view name);

  std::vector<std::pair<std::string, std::string_view>> members_;
  std::string complaint_;
};

} // namespace salon

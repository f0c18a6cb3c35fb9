#pragma once

#include "server/options.hpp"
#include "server/units.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

/// Makes options out of the place of a member (`[](auto& c) -> auto& { return c.port; }`), what it
/// accepts, and a sentence. For the tables alone.
namespace salon::option_makers {

inline constexpr std::int64_t kib = 1024;
inline constexpr std::int64_t mib = 1024 * kib;
inline constexpr std::int64_t gib = 1024 * mib;

/// Whether the system could take it for the name of a file.
inline bool is_path(const std::string& text) {
  return text.find('\0') == std::string::npos;
}

/// `true` or `false`.
template <class Target, class Place>
basic_option<Target> boolean(std::string key, Place place, std::string about) {
  auto set = [place](Target& target, const option_value& value) {
    const auto* given = std::get_if<bool>(&value);
    if (given != nullptr)
      place(target) = *given;
    return given != nullptr;
  };
  auto get = [place](const Target& target) { return option_value{place(target)}; };
  return {std::move(key), option_kind::boolean, "true or false", std::move(about), set, get};
}

/// A whole number from `min` to `max`.
template <class Target, class Place>
basic_option<Target> number(std::string key, Place place, std::int64_t min, std::int64_t max,
                            std::string about) {
  auto set = [=](Target& target, const option_value& value) {
    const auto* given = std::get_if<std::int64_t>(&value);
    if (given == nullptr || *given < min || *given > max)
      return false;
    auto& member = place(target);
    member = static_cast<std::decay_t<decltype(member)>>(*given);
    return true;
  };
  auto get = [place](const Target& target) {
    return option_value{static_cast<std::int64_t>(place(target))};
  };
  auto accepted = "a whole number from " + std::to_string(min) + " to " + std::to_string(max);
  return {std::move(key), option_kind::number, std::move(accepted), std::move(about), set, get};
}

/// Bytes, from `min` to `max`: a whole number or a text with a unit.
template <class Target, class Place>
basic_option<Target> size(std::string key, Place place, std::int64_t min, std::int64_t max,
                          std::string about) {
  auto set = [=](Target& target, const option_value& value) {
    std::optional<std::int64_t> given;
    if (const auto* whole = std::get_if<std::int64_t>(&value))
      given = *whole;
    else if (const auto* text = std::get_if<std::string>(&value))
      given = parse_size(*text);
    if (!given || *given < min || *given > max)
      return false;
    place(target) = static_cast<std::size_t>(*given);
    return true;
  };
  auto get = [place](const Target& target) {
    auto bytes = static_cast<std::int64_t>(place(target));
    auto text = size_text(bytes);
    return text.back() == 'B' ? option_value{text} : option_value{bytes};
  };
  auto accepted = "a size from " + size_text(min) + " to " + size_text(max) + ", such as "
                  + show(get(Target{}));
  return {std::move(key), option_kind::size, std::move(accepted), std::move(about), set, get};
}

/// A time from `min` to `max`, with its unit.
template <class Target, class Place>
basic_option<Target> duration(std::string key, Place place, std::chrono::microseconds min,
                              std::chrono::microseconds max, std::string about) {
  auto set = [=](Target& target, const option_value& value) {
    const auto* text = std::get_if<std::string>(&value);
    auto given = text != nullptr ? parse_duration(*text) : std::nullopt;
    if (!given || *given < min || *given > max)
      return false;
    auto& member = place(target);
    auto whole = std::chrono::duration_cast<std::decay_t<decltype(member)>>(*given);
    if (whole != *given)
      return false;
    member = whole;
    return true;
  };
  auto get = [place](const Target& target) { return option_value{duration_text(place(target))}; };
  auto example = Target{};
  auto accepted
    = "a duration from " + duration_text(min) + " to " + duration_text(max) + ", such as "
      + (place(example).count() == 0 ? "\"" + duration_text(max) + "\"" : show(get(example)));
  return {std::move(key), option_kind::text, std::move(accepted), std::move(about), set, get};
}

/// One of a few names.
template <class Target, class Place, class Enum>
basic_option<Target> choice(std::string key, Place place,
                            std::vector<std::pair<std::string, Enum>> names, std::string about) {
  std::string accepted;
  for (const auto& [name, meaning] : names) {
    if (!accepted.empty())
      accepted += &name == &names.back().first ? " or " : ", ";
    accepted += "\"" + name + "\"";
  }
  auto set = [place, names](Target& target, const option_value& value) {
    const auto* given = std::get_if<std::string>(&value);
    for (const auto& [name, meaning] : names)
      if (given != nullptr && *given == name) {
        place(target) = meaning;
        return true;
      }
    return false;
  };
  auto get = [place, names](const Target& target) {
    option_value result;
    for (const auto& [name, meaning] : names)
      if (meaning == place(target))
        result = name;
    return result;
  };
  return {std::move(key), option_kind::text, std::move(accepted), std::move(about), set, get};
}

/// A text that satisfies `test`, described by `accepted`.
template <class Target, class Place, class Test>
basic_option<Target> text(std::string key, Place place, Test test, std::string accepted,
                          std::string about) {
  auto set = [=](Target& target, const option_value& value) {
    const auto* given = std::get_if<std::string>(&value);
    if (given == nullptr || !test(*given))
      return false;
    place(target) = *given;
    return true;
  };
  auto get = [place](const Target& target) { return option_value{place(target)}; };
  return {std::move(key), option_kind::text, std::move(accepted), std::move(about), set, get};
}

/// Texts that each satisfy `test`, together described by `accepted`.
template <class Target, class Place, class Test>
basic_option<Target> list(std::string key, Place place, Test test, std::string accepted,
                          std::string about) {
  auto set = [=](Target& target, const option_value& value) {
    const auto* given = std::get_if<std::vector<std::string>>(&value);
    if (given == nullptr || !std::all_of(given->begin(), given->end(), test))
      return false;
    place(target) = *given;
    return true;
  };
  auto get = [place](const Target& target) { return option_value{place(target)}; };
  return {std::move(key), option_kind::list, std::move(accepted), std::move(about), set, get};
}

} // namespace salon::option_makers

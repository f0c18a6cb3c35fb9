#pragma once

#include "messages/json_scanner.hpp"
#include "messages/json_values.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace salon::json {

/// The members of an object by their names, for those who take what they know and pass over the
/// rest. The text must outlive it. Of what is no object there are no members.
class members {
public:
  explicit members(std::string_view object) {
    object_reader reader{object};
    while (auto each = reader.next())
      values_.insert_or_assign(std::string{each->name}, each->value);
    if (reader.bad())
      values_.clear();
  }

  /// The bytes of one; empty when it is missing.
  std::string_view raw(std::string_view name) const {
    auto found = values_.find(name);
    return found == values_.end() ? std::string_view{} : found->second;
  }

  /// One as a plain value; nothing when it is missing or of another kind.
  template <class T>
  std::optional<T> maybe(std::string_view name) const {
    T result{};
    return read(raw(name), result) ? std::optional{std::move(result)} : std::nullopt;
  }

  /// The same, with the value that stands for nothing when it is missing.
  template <class T>
  T get(std::string_view name) const {
    return maybe<T>(name).value_or(T{});
  }

  const std::map<std::string, std::string_view, std::less<>>& all() const noexcept {
    return values_;
  }

private:
  std::map<std::string, std::string_view, std::less<>> values_;
};

/// The items of an array; none of what is no array.
inline std::vector<std::string_view> items_of(std::string_view array) {
  std::vector<std::string_view> result;
  scanner in{array};
  if (!in.take('[') || in.take(']'))
    return result;
  do {
    auto item = in.value();
    if (!item)
      return {};
    result.push_back(*item);
  } while (in.take(','));
  return result;
}

} // namespace salon::json

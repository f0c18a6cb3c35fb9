#include "store/line_members.hpp"

#include "messages/json_string.hpp"
#include "messages/utf8.hpp"

#include <algorithm>

namespace salon {

namespace {

auto place_of(std::string_view name) {
  return [name](const auto& member) { return member.first == name; };
}

} // namespace

line_members::line_members(std::string_view line) {
  json::object_reader object{line};
  while (auto member = object.next()) {
    if (has(member->name))
      complain("\"" + std::string{member->name} + "\" comes twice");
    members_.emplace_back(member->name, member->value);
  }
  if (object.bad() || object.rest().find_first_not_of(" \t\r") != std::string_view::npos)
    complain("this is no JSON object");
  if (!is_utf8(line))
    complain("this is not UTF-8");
}

bool line_members::has(std::string_view name) const {
  return std::any_of(members_.begin(), members_.end(), place_of(name));
}

std::optional<std::string> line_members::text(std::string_view name) {
  auto value = take(name);
  if (!value)
    return std::nullopt;
  auto result = value->starts_with('"') ? json::unquote(*value) : std::nullopt;
  if (!result)
    complain("\"" + std::string{name} + "\" is not a string");
  return result;
}

std::string line_members::required_text(std::string_view name) {
  if (!has(name))
    complain("\"" + std::string{name} + "\" is missing");
  return text(name).value_or("");
}

std::string_view line_members::json(std::string_view name) {
  return take(name).value_or(std::string_view{});
}

void line_members::complain(const std::string& about) {
  if (complaint_.empty())
    complaint_ = about;
}

const std::string& line_members::verdict() {
  if (!members_.empty())
    complain("\"" + members_.front().first + "\" is not known here");
  return complaint_;
}

std::optional<std::string_view> line_members::take(std::string_view name) {
  auto i = std::find_if(members_.begin(), members_.end(), place_of(name));
  if (i == members_.end())
    return std::nullopt;
  auto value = i->second;
  members_.erase(i);
  return value;
}

} // namespace salon

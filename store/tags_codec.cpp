#include "store/tags_codec.hpp"

#include "messages/json_scanner.hpp"
#include "messages/json_string.hpp"

namespace salon {

std::string tags_to_json(const tag_list& tags) {
  std::string out;
  for (const auto& [name, value] : tags) {
    out += out.empty() ? '{' : ',';
    json::append_quoted(out, name);
    out += ':';
    json::append_quoted(out, value);
  }
  if (!out.empty())
    out += '}';
  return out;
}

std::optional<tag_list> tags_from_json(std::string_view text) {
  tag_list tags;
  if (text.empty())
    return tags;
  json::object_reader object{text};
  while (auto member = object.next()) {
    auto value = member->value.starts_with('"') ? json::unquote(member->value) : std::nullopt;
    if (!value)
      return std::nullopt;
    tags.emplace_back(member->name, std::move(*value));
  }
  if (object.bad() || !object.rest().empty())
    return std::nullopt;
  return tags;
}

} // namespace salon

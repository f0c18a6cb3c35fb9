#include "messages/text_codec.hpp"

#include "messages/json_scanner.hpp"
#include "messages/json_string.hpp"

#include <optional>

namespace salon::text {

namespace {

std::optional<std::string> find_string(std::string_view json, std::string_view name) {
  json::object_reader members{json};
  auto found = std::string_view{};
  while (auto member = members.next())
    if (member->name == name)
      found = member->value; // of doubled names the last counts, as it does for browsers
  if (members.bad() || !json::scanner{members.rest()}.at_end() || !found.starts_with('"'))
    return std::nullopt;
  return json::unquote(found);
}

} // namespace

std::string line_of(const publication& pub) {
  if (pub.type == content::text)
    return pub.data;
  return find_string(pub.data, "text").value_or(pub.data);
}

std::string json_of(const publication& pub) {
  std::string result;
  append_json_of(result, pub);
  return result;
}

void append_json_of(std::string& out, const publication& pub) {
  if (pub.type == content::json) {
    json::append_without_newlines(out, pub.data);
    return;
  }
  out += R"({"text":)";
  json::append_quoted(out, pub.data);
  out += '}';
}

std::string info_of(std::string_view name) {
  if (name.empty())
    return {};
  std::string result = R"({"name":)";
  json::append_quoted(result, name);
  result += '}';
  return result;
}

std::string name_of(const publication& pub) {
  return pub.info ? string_member(pub.info->conn_info, "name") : std::string{};
}

std::string string_member(std::string_view json, std::string_view name) {
  return find_string(json, name).value_or(std::string{});
}

} // namespace salon::text

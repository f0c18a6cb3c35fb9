#include "client/sdk_frames.hpp"

#include "client/json_members.hpp"
#include "messages/json_string.hpp"

namespace salon::sdk {

namespace {

message read_reply(const json::members& all) {
  reply result;
  result.id = all.get<std::uint32_t>("id");
  for (const auto& [name, value] : all.all()) {
    if (name == "error") {
      json::members error{value};
      result.error
        = protocol::error_result{error.get<std::uint32_t>("code"),
                                 error.get<std::string>("message"), error.get<bool>("temporary")};
    } else if (name != "id") {
      result.result = value;
    }
  }
  return result;
}

message read_push(std::string_view json) {
  json::members all{json};
  push result;
  result.channel = all.get<std::string>("channel");
  for (const auto& [name, value] : all.all())
    if (value.starts_with('{')) {
      result.kind = name;
      result.body = value;
    }
  return result;
}

} // namespace

std::string write_command(std::uint32_t id, std::string_view request, std::string_view arguments) {
  auto result = R"({"id":)" + std::to_string(id) + ",\"";
  result += request;
  result += "\":";
  result += arguments;
  return result += '}';
}

message read_message(std::string_view line) {
  if (line == "{}")
    return ping{};
  json::members all{line};
  if (all.get<std::uint32_t>("id") != 0)
    return read_reply(all);
  if (auto body = all.raw("push"); !body.empty())
    return read_push(body);
  return {};
}

std::optional<chat::said> read_publication(std::string_view json) {
  json::members all{json};
  auto data = all.raw("data");
  json::members content{data};
  chat::said result;
  result.offset = all.get<std::uint64_t>("offset");
  if (result.offset == 0 && json::members{all.raw("tags")}.get<std::string>("kind") == "typing")
    return std::nullopt;
  if (auto info = all.raw("info"); !info.empty())
    result.who = read_person(info);
  result.text = content.maybe<std::string>("text").value_or(std::string{data});
  result.is_action = content.get<bool>("action");
  result.time = content.get<std::int64_t>("time");
  return result;
}

std::vector<chat::said> read_publications(std::string_view result) {
  std::vector<chat::said> all;
  for (auto each : json::items_of(json::members{result}.raw("publications")))
    if (auto pub = read_publication(each))
      all.push_back(std::move(*pub));
  return all;
}

chat::person read_person(std::string_view info) {
  json::members all{info};
  return {all.get<std::string>("client"),
          json::members{all.raw("conn_info")}.get<std::string>("name")};
}

std::vector<chat::person> read_people(std::string_view result) {
  std::vector<chat::person> all;
  json::members presence{json::members{result}.raw("presence")};
  for (const auto& [client, info] : presence.all())
    all.push_back(read_person(info));
  return all;
}

std::string write_message(std::string_view text, bool is_action, std::int64_t time) {
  std::string result = "{\"text\":";
  json::append_quoted(result, text);
  if (is_action)
    result += ",\"action\":true";
  return result + ",\"time\":" + std::to_string(time) + '}';
}

std::string
write_object(const std::vector<std::pair<std::string_view, std::string_view>>& strings) {
  std::string result;
  for (const auto& [name, value] : strings) {
    result += result.empty() ? '{' : ',';
    json::append_quoted(result, name);
    result += ':';
    json::append_quoted(result, value);
  }
  return result.empty() ? "{}" : result + '}';
}

} // namespace salon::sdk

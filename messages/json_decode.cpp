#include "messages/json_codec.hpp"
#include "messages/json_scanner.hpp"
#include "messages/json_string.hpp"
#include "messages/json_values.hpp"

#include <array>

namespace salon::protocol {

namespace {

/// A member that is passed on as JSON text.
struct json_text {
  std::string& to;
};

/// A member to look for, and where its value goes.
template <class T>
struct field {
  std::string_view name;
  T to;
};

template <class T>
field<T&> to(std::string_view name, T& value) {
  return {name, value};
}

field<json_text> json_to(std::string_view name, std::string& value) {
  return {name, {value}};
}

bool read(std::string_view json, json_text value) {
  value.to.clear();
  json::append_without_newlines(value.to, json);
  return true;
}

using json::read;

bool read(std::string_view json, std::optional<stream_position>& x);

template <class T>
bool fails(const json::member& member, field<T> wanted) {
  return wanted.name == member.name && !read(member.value, wanted.to);
}

/// Reads the wanted members of the object `json`, which is valid JSON of any kind. A `null` counts
/// as absent. Returns false when it is no object or a member has the wrong type.
template <class... Ts>
bool read_members(std::string_view json, field<Ts>... wanted) {
  json::object_reader members{json};
  while (auto member = members.next())
    if (member->value != "null" && (fails(*member, wanted) || ...))
      return false;
  return !members.bad();
}

bool read(std::string_view json, connect_request& x) {
  return read_members(json, to("token", x.token), json_to("data", x.data), to("name", x.name),
                      to("version", x.version));
}

bool read(std::string_view json, ping_request&) {
  return read_members(json);
}

bool read(std::string_view json, subscribe_request& x) {
  return read_members(json, to("channel", x.channel), to("token", x.token), json_to("data", x.data),
                      to("epoch", x.epoch), to("offset", x.offset), to("recover", x.recover),
                      to("positioned", x.positioned), to("recoverable", x.recoverable),
                      to("join_leave", x.join_leave), to("delta", x.delta), to("flag", x.flag),
                      to("type", x.type));
}

bool read(std::string_view json, unsubscribe_request& x) {
  return read_members(json, to("channel", x.channel));
}

bool read(std::string_view json, publish_request& x) {
  return read_members(json, to("channel", x.channel), json_to("data", x.data));
}

bool read(std::string_view json, presence_request& x) {
  return read_members(json, to("channel", x.channel));
}

bool read(std::string_view json, presence_stats_request& x) {
  return read_members(json, to("channel", x.channel));
}

bool read(std::string_view json, std::optional<stream_position>& x) {
  auto& position = x.emplace();
  return read_members(json, to("offset", position.offset), to("epoch", position.epoch));
}

bool read(std::string_view json, history_request& x) {
  return read_members(json, to("channel", x.channel), to("limit", x.limit), to("since", x.since),
                      to("reverse", x.reverse));
}

bool read(std::string_view json, rpc_request& x) {
  return read_members(json, to("method", x.method), json_to("data", x.data));
}

bool read(std::string_view json, send_request& x) {
  return read_members(json, json_to("data", x.data));
}

bool read(std::string_view json, refresh_request& x) {
  return read_members(json, to("token", x.token));
}

bool read(std::string_view json, sub_refresh_request& x) {
  return read_members(json, to("channel", x.channel), to("token", x.token));
}

template <class T>
bool read_as(std::string_view json, request& x) {
  return read(json, x.emplace<T>());
}

/// A kind of request: the member of the command that holds it, and how to read it.
struct request_kind {
  std::string_view name;
  bool (*read)(std::string_view json, request& x);
};

/// In the order in which they count when a command has several.
constexpr auto request_kinds = std::array{
  request_kind{"connect", read_as<connect_request>},
  request_kind{"ping", read_as<ping_request>},
  request_kind{"subscribe", read_as<subscribe_request>},
  request_kind{"unsubscribe", read_as<unsubscribe_request>},
  request_kind{"publish", read_as<publish_request>},
  request_kind{"presence", read_as<presence_request>},
  request_kind{"presence_stats", read_as<presence_stats_request>},
  request_kind{"history", read_as<history_request>},
  request_kind{"rpc", read_as<rpc_request>},
  request_kind{"send", read_as<send_request>},
  request_kind{"refresh", read_as<refresh_request>},
  request_kind{"sub_refresh", read_as<sub_refresh_request>},
};

/// A command's requests as found, by their place in `request_kinds`.
using found_requests = std::array<std::string_view, request_kinds.size()>;

void note_request(const json::member& member, found_requests& found) {
  for (std::size_t i = 0; i < request_kinds.size(); ++i)
    if (request_kinds[i].name == member.name)
      found[i] = member.value;
}

bool read_first_request(const found_requests& found, request& x) {
  auto read = false;
  for (std::size_t i = 0; i < request_kinds.size(); ++i) {
    if (found[i].empty())
      continue;
    if (!found[i].starts_with('{') || (!read && !request_kinds[i].read(found[i], x)))
      return false;
    read = true;
  }
  return true;
}

bool is_complete(const command& x) {
  if (x.id == 0)
    return std::holds_alternative<std::monostate>(x.request)
           || std::holds_alternative<send_request>(x.request);
  return !std::holds_alternative<std::monostate>(x.request);
}

std::optional<command> read_command(json::object_reader& members) {
  command x;
  found_requests found;
  while (auto member = members.next()) {
    if (member->value == "null")
      continue;
    if (member->name == "id" && !read(member->value, x.id))
      return std::nullopt;
    note_request(*member, found);
  }
  if (members.bad() || !read_first_request(found, x.request) || !is_complete(x))
    return std::nullopt;
  return x;
}

bool starts_with_space(std::string_view text) noexcept {
  return !text.empty() && std::string_view{" \t\r\n"}.find(text.front()) != std::string_view::npos;
}

} // namespace

json_command_reader::json_command_reader(std::string_view frame) : rest_(frame) {
  // nop
}

std::optional<command> json_command_reader::next() {
  if (bad_)
    return std::nullopt;
  auto separated = !any_ || starts_with_space(rest_);
  if (json::scanner{rest_}.at_end()) {
    bad_ = !any_;
    return std::nullopt;
  }
  json::object_reader members{rest_};
  auto read = separated ? read_command(members) : std::nullopt;
  bad_ = !read;
  any_ = true;
  rest_ = members.rest();
  return read;
}

} // namespace salon::protocol

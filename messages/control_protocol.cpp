#include "messages/control_protocol.hpp"

#include "messages/json_scanner.hpp"
#include "messages/json_values.hpp"
#include "messages/json_writer.hpp"
#include "messages/utf8.hpp"

#include <array>
#include <utility>

namespace salon {

namespace {

using action = control_request::action;
using standing = node_status::standing;

constexpr std::array<std::pair<action, std::string_view>, 3> actions{
  {{action::status, "status"}, {action::drain, "drain"}, {action::move, "move"}}};

constexpr std::array<std::pair<standing, std::string_view>, 4> standings{
  {{standing::up, "up"},
   {standing::suspect, "suspect"},
   {standing::down, "down"},
   {standing::leaving, "leaving"}}};

template <class Table, class Value>
std::string_view name_in(const Table& table, Value wanted) noexcept {
  for (const auto& [value, name] : table)
    if (value == wanted)
      return name;
  return {};
}

template <class Table, class Value>
bool read_name(const Table& table, std::string_view json, Value& to) {
  std::string wanted;
  if (!json::read(json, wanted))
    return false;
  for (const auto& [value, name] : table)
    if (name == wanted) {
      to = value;
      return true;
    }
  return false;
}

// -- writing ------------------------------------------------------------------

template <class T>
void append_count(std::string& out, std::string_view name, T number) {
  json::append_name(out, name);
  json::append_number(out, number);
}

void append(std::string& out, const node_status& x) {
  json::append_comma(out);
  out += '{';
  json::append_string(out, "name", x.name);
  json::append_string(out, "address", x.address);
  json::append_string(out, "state", name_of(x.state));
  json::append_flag(out, "self", x.is_self);
  append_count(out, "rooms", x.rooms);
  append_count(out, "connections", x.connections);
  append_count(out, "queue_bytes", x.queue_bytes);
  append_count(out, "heartbeat_age_ms", x.heartbeat_age.count());
  out += '}';
}

void append(std::string& out, const cluster_status& x) {
  json::append_name(out, "cluster");
  out += x.is_cluster ? "true" : "false";
  json::append_name(out, "nodes");
  out += '[';
  for (const auto& each : x.nodes)
    append(out, each);
  out += ']';
}

void append(std::string& out, const control_done& x) {
  json::append_flag(out, "done", true);
  append_count(out, "rooms", x.rooms);
}

void append(std::string& out, const control_failure& x) {
  json::append_string(out, "error", x.sentence);
}

// -- reading ------------------------------------------------------------------

bool read(std::string_view json, node_status& to) {
  json::object_reader reader{json};
  auto is_good = true;
  while (auto x = reader.next()) {
    if (x->name == "name")
      is_good &= json::read(x->value, to.name);
    else if (x->name == "address")
      is_good &= json::read(x->value, to.address);
    else if (x->name == "state")
      is_good &= read_name(standings, x->value, to.state);
    else if (x->name == "self")
      is_good &= json::read(x->value, to.is_self);
    else if (x->name == "rooms")
      is_good &= json::read(x->value, to.rooms);
    else if (x->name == "connections")
      is_good &= json::read(x->value, to.connections);
    else if (x->name == "queue_bytes")
      is_good &= json::read(x->value, to.queue_bytes);
    else if (x->name == "heartbeat_age_ms") {
      std::int64_t milliseconds = 0;
      is_good &= json::read(x->value, milliseconds);
      to.heartbeat_age = std::chrono::milliseconds{milliseconds};
    }
  }
  return is_good && !reader.bad();
}

bool read(std::string_view json, std::vector<node_status>& to) {
  json::scanner in{json};
  if (!in.take('['))
    return false;
  if (in.take(']'))
    return true;
  do {
    auto item = in.value();
    if (!item || !read(*item, to.emplace_back()))
      return false;
  } while (in.take(','));
  return in.take(']');
}

control_failure fail(std::string sentence) {
  return {std::move(sentence)};
}

} // namespace

std::string_view name_of(action what) noexcept {
  return name_in(actions, what);
}

std::string_view name_of(standing state) noexcept {
  return name_in(standings, state);
}

std::string to_json(const control_request& what) {
  std::string out{'{'};
  json::append_string(out, "do", name_of(what.what));
  json::append_nonempty(out, "room", what.room);
  json::append_nonempty(out, "node", what.node);
  return out += '}';
}

std::string to_json(const control_answer& what) {
  std::string out{'{'};
  append_count(out, "v", control_version);
  std::visit([&](const auto& x) { append(out, x); }, what);
  return out += '}';
}

std::variant<control_request, control_failure> read_control_request(std::string_view line) {
  if (!is_utf8(line))
    return fail("the request is not UTF-8");
  json::object_reader reader{line};
  control_request result;
  auto has_action = false;
  while (auto x = reader.next()) {
    if (x->name == "do") {
      has_action = read_name(actions, x->value, result.what);
      if (!has_action)
        return fail("there is no request " + std::string{x->value}
                    + ": expected \"status\", \"drain\" or \"move\"");
    } else if (x->name == "room" || x->name == "node") {
      auto is_text = json::read(x->value, x->name == "room" ? result.room : result.node);
      if (!is_text)
        return fail(std::string{x->name} + ": expected a string");
    }
  }
  if (reader.bad() || !json::scanner{reader.rest()}.at_end())
    return fail("the request is not an object of JSON");
  if (!has_action)
    return fail("the request does not say what to do: expected a member \"do\"");
  if (result.what == action::move && result.room.empty())
    return fail("move: expected a member \"room\"");
  if (result.what != action::status && result.node.empty())
    return fail(std::string{name_of(result.what)} + ": expected a member \"node\"");
  return result;
}

std::optional<control_answer> read_control_answer(std::string_view line) {
  if (!is_utf8(line))
    return std::nullopt;
  json::object_reader reader{line};
  auto version = 0;
  auto is_done = false;
  std::optional<cluster_status> status;
  control_done done;
  control_failure failure;
  auto is_cluster = true;
  auto is_good = true;
  while (auto x = reader.next()) {
    if (x->name == "v")
      is_good &= json::read(x->value, version);
    else if (x->name == "cluster")
      is_good &= json::read(x->value, is_cluster);
    else if (x->name == "nodes")
      is_good &= read(x->value, status.emplace().nodes);
    else if (x->name == "done")
      is_good &= json::read(x->value, is_done);
    else if (x->name == "rooms")
      is_good &= json::read(x->value, done.rooms);
    else if (x->name == "error")
      is_good &= json::read(x->value, failure.sentence);
  }
  if (!is_good || reader.bad() || version != control_version)
    return std::nullopt;
  if (!failure.sentence.empty())
    return failure;
  if (status) {
    status->is_cluster = is_cluster;
    return *std::move(status);
  }
  return is_done ? std::optional<control_answer>{done} : std::nullopt;
}

} // namespace salon

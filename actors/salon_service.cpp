#include "actors/salon_service.hpp"

#include "actors/failure.hpp"
#include "actors/publish_keys.hpp"
#include "messages/json_scanner.hpp"
#include "messages/json_string.hpp"
#include "messages/names.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

namespace salon {

namespace {

constexpr std::size_t rooms_in_page = 50;
constexpr std::size_t rooms_in_page_max = 100;

constexpr auto room_deadline = std::chrono::seconds{1};

/// The members of a call's data, raw; nothing when it is no object.
using arguments = std::map<std::string, std::string, std::less<>>;

std::optional<arguments> arguments_of(const rpc_call& call) {
  arguments result;
  json::object_reader reader{call.data.empty() ? std::string_view{"{}"} : call.data};
  while (auto member = reader.next())
    result.emplace(member->name, member->value);
  if (reader.bad())
    return std::nullopt;
  return result;
}

/// The string argument `name`; empty when it is missing; nothing when it is no string.
std::optional<std::string> text_argument(const arguments& given, std::string_view name) {
  auto i = given.find(name);
  if (i == given.end() || i->second == "null")
    return std::string{};
  if (i->second.front() != '"')
    return std::nullopt;
  return json::unquote(i->second);
}

std::optional<tag_list> tags_argument(const arguments& given) {
  tag_list result;
  auto i = given.find("tags");
  if (i == given.end() || i->second == "null")
    return result;
  json::object_reader reader{i->second};
  while (auto member = reader.next()) {
    auto value = member->value.front() == '"' ? json::unquote(member->value) : std::nullopt;
    if (!value)
      return std::nullopt;
    result.emplace_back(std::string{member->name}, std::move(*value));
  }
  if (reader.bad())
    return std::nullopt;
  return result;
}

rpc_answer refusal(errc why) {
  return {{}, protocol::error_of(why)};
}

rpc_answer rooms_in(const rooms_listed& page) {
  std::string data = R"({"v":1,"rooms":[)";
  auto first = true;
  for (const auto& each : page.rooms) {
    data += std::exchange(first, false) ? R"({"room":)" : R"(,{"room":)";
    json::append_quoted(data, each.room);
    data += R"(,"members":)" + std::to_string(each.members) + '}';
  }
  data += ']';
  if (!page.next.empty()) {
    data += R"(,"next":)";
    json::append_quoted(data, page.next);
  }
  data += page.partial ? R"(,"partial":true})" : "}";
  return {std::move(data), {}};
}

} // namespace

/// A page of rooms that is being put together: rooms that do not answer in time are left out.
struct salon_service_state::rooms_page {
  std::vector<std::optional<room_summary>> rooms;
  std::string next;
  std::size_t missing = 0;
  promise caller;

  void answered(std::size_t which, std::optional<room_summary> what) {
    rooms[which] = std::move(what);
    if (--missing == 0)
      finish();
  }

  void finish() {
    rooms_listed page{{}, next, false};
    for (const auto& each : rooms) {
      page.partial = page.partial || !each;
      if (each)
        page.rooms.push_back(*each);
    }
    caller.deliver(rooms_in(page));
  }
};

salon_service_state::salon_service_state(service_actor::pointer self, shard_locals& here,
                                         directory_actor directory, gateway_actor gateway)
  : self_(self),
    here_(here),
    directory_(std::move(directory)),
    gateway_(std::move(gateway)),
    publisher_(std::make_shared<member>()) {
  publisher_->owner = this;
}

salon_service_state::~salon_service_state() {
  publisher_->owner = nullptr;
}

service_actor::behavior_type salon_service_state::make_behavior() {
  return {
    [this](const rpc_call& call) -> caf::result<rpc_answer> {
      if (call.method == "salon.rooms")
        return on_rooms(call);
      if (call.method == "salon.typing")
        return on_typing(call);
      if (call.method == "salon.publish")
        return on_publish(call);
      if (call.method == "salon.limits")
        return limits();
      return refusal(errc::method_not_found);
    },
  };
}

// -- salon.rooms --------------------------------------------------------------

caf::result<rpc_answer> salon_service_state::on_rooms(const rpc_call& call) {
  auto given = arguments_of(call);
  auto after = given ? text_argument(*given, "after") : std::nullopt;
  auto limit = rooms_in_page;
  if (given) {
    if (auto i = given->find("limit"); i != given->end()) {
      const auto* end = i->second.data() + i->second.size();
      if (auto [at, why] = std::from_chars(i->second.data(), end, limit);
          why != std::errc{} || at != end)
        return refusal(errc::bad_request);
    }
  }
  if (!after || limit == 0 || limit > rooms_in_page_max)
    return refusal(errc::bad_request);
  auto caller = self_->make_response_promise<rpc_answer>();
  if (gateway_) {
    ask(
      self_, gateway_, room_deadline, list_cluster_rooms{std::move(*after), limit},
      [caller](const rooms_listed& page) { promise{caller}.deliver(rooms_in(page)); },
      [caller](const caf::error& why) { promise{caller}.deliver(refusal(errc_of(why))); });
    return caller;
  }
  ask(
    self_, directory_, room_deadline, list_rooms{std::move(*after), limit},
    [this, caller](const room_page& page) { describe(page, caller); },
    [caller](const caf::error& why) { promise{caller}.deliver(refusal(errc_of(why))); });
  return caller;
}

void salon_service_state::describe(const room_page& page, promise caller) {
  auto all = std::make_shared<rooms_page>();
  all->rooms.resize(page.rooms.size());
  all->next = page.next;
  all->missing = page.rooms.size();
  all->caller = std::move(caller);
  if (page.rooms.empty())
    all->finish();
  for (std::size_t i = 0; i < page.rooms.size(); ++i)
    ask(
      self_, page.rooms[i], room_deadline, describe_room{},
      [all, i](const room_summary& x) { all->answered(i, x); },
      [all, i](const caf::error&) { all->answered(i, std::nullopt); });
}

// -- publishing for somebody --------------------------------------------------

caf::result<rpc_answer> salon_service_state::on_typing(const rpc_call& call) {
  auto given = arguments_of(call);
  auto room = given ? text_argument(*given, "room") : std::nullopt;
  if (!room)
    return refusal(errc::bad_request);
  publish_order order;
  order.data = "{}";
  order.tags = {{"kind", "typing"}};
  order.passing = true;
  return publish_for(call, *room, std::move(order));
}

caf::result<rpc_answer> salon_service_state::on_publish(const rpc_call& call) {
  auto given = arguments_of(call);
  auto room = given ? text_argument(*given, "room") : std::nullopt;
  auto key = given ? text_argument(*given, "key") : std::nullopt;
  auto tags = given ? tags_argument(*given) : std::nullopt;
  if (!room || !key || !tags || given->count("data") == 0)
    return refusal(errc::bad_request);
  publish_order order;
  order.data = given->find("data")->second;
  order.tags = std::move(*tags);
  order.key = std::move(*key);
  return publish_for(call, *room, std::move(order));
}

caf::result<rpc_answer> salon_service_state::publish_for(const rpc_call& call,
                                                         const std::string& room,
                                                         publish_order order) {
  errc why = errc::none;
  const auto* rules = here_.rooms->find(room, &why);
  if (!rules)
    return refusal(why);
  if (!rules->publish.allows(call.who->user, call.is_member_of(room)))
    return refusal(errc::permission_denied);
  if (!order.key.empty() && !publish_keys::valid(call.who->user, order.key))
    return refusal(errc::bad_request);
  order.from = call.who;
  auto number = ++numbers_;
  auto sent = here_.fanout.publish_in(room, publisher_, number,
                                      std::make_shared<const publish_order>(std::move(order)));
  if (sent == sending::refused)
    return refusal(errc::too_many_requests);
  return publishing_.emplace(number, self_->make_response_promise<rpc_answer>()).first->second;
}

void salon_service_state::on_answered(std::uint64_t command, const answered& answer) {
  auto i = publishing_.find(command);
  if (i == publishing_.end())
    return;
  auto caller = std::move(i->second);
  publishing_.erase(i);
  if (const auto* where = std::get_if<stream_position>(&answer.what)) {
    std::string data = R"({"v":1,"offset":)" + std::to_string(where->offset) + R"(,"epoch":)";
    json::append_quoted(data, where->epoch);
    caller.deliver(rpc_answer{data + '}', {}});
  } else {
    caller.deliver(refusal(std::get<errc>(answer.what)));
  }
}

// -- limits -------------------------------------------------------------------

rpc_answer salon_service_state::limits() const {
  const auto& held_to = here_.options;
  return {R"({"v":1,"message_bytes_max":)" + std::to_string(held_to.message_bytes_max)
            + R"(,"name_bytes_max":)" + std::to_string(name_bytes_max)
            + R"(,"room_name_bytes_max":)" + std::to_string(here_.rooms->name_bytes_max)
            + R"(,"rooms_max":)" + std::to_string(held_to.rooms_max)
            + R"(,"history_publications_max":)" + std::to_string(held_to.history_publications_max)
            + '}',
          {}};
}

void spawn_salon_service(shard_locals& here, directory_actor directory, gateway_actor gateway) {
  auto made = spawn_on<salon_service_state, service_actor>(here.home, here, std::move(directory),
                                                           std::move(gateway));
  here.services["salon"] = made.handle;
}

} // namespace salon

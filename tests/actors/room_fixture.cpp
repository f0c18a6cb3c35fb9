#include "tests/actors/room_fixture.hpp"

#include <algorithm>

namespace salon::testing {

namespace {

class noting_directory_state {
public:
  noting_directory_state(directory_actor::pointer, lines& log) : log_(log) {
    // nop
  }

  directory_actor::behavior_type make_behavior() {
    return {
      [](const find_room&) { return room_found{}; },
      [](const list_rooms&) { return room_page{}; },
      [this](const room_idle&) { log_.emplace_back("idle"); },
      [this](const room_stays&) { log_.emplace_back("stays"); },
    };
  }

private:
  lines& log_;
};

std::string name_of(const client_info_ptr& who) {
  std::string name;
  for (auto c : who->client.bytes)
    if (c != 0)
      name += static_cast<char>(c);
  return name;
}

std::string offsets_of(const std::vector<publication_ptr>& pubs) {
  std::string result;
  for (const auto& pub : pubs)
    result += ' ' + std::to_string(pub->offset);
  return result;
}

std::string text_of(const subscribed& x) {
  auto number = std::to_string(x.number);
  if (x.error != errc::none)
    return "refused " + number + " code " + std::to_string(static_cast<int>(x.error));
  auto text = "entered " + number + " top " + std::to_string(x.top.offset);
  if (x.recovered)
    text += " recovered" + offsets_of(x.publications);
  else if (!x.publications.empty())
    text += " unrecovered" + offsets_of(x.publications);
  return text;
}

std::string text_of(const presence_page& x) {
  if (x.members.empty())
    return " counts " + std::to_string(x.clients) + ' ' + std::to_string(x.users);
  lines names;
  for (const auto& each : x.members)
    names.push_back(name_of(each));
  std::sort(names.begin(), names.end());
  std::string text = " members";
  for (const auto& each : names)
    text += ' ' + each;
  return text;
}

std::string text_of(const answered& x) {
  auto text = "answer " + std::to_string(x.number);
  if (const auto* why = std::get_if<errc>(&x.what))
    return text + " code " + std::to_string(static_cast<int>(*why));
  if (const auto* where = std::get_if<stream_position>(&x.what))
    return text + " offset " + std::to_string(where->offset);
  if (const auto* page = std::get_if<history_page>(&x.what))
    return text + " history" + offsets_of(page->publications) + " top "
           + std::to_string(page->top.offset);
  return text + text_of(std::get<presence_page>(x.what));
}

std::string text_of(const stretch& x) {
  auto text = "stretch " + std::to_string(x.number);
  if (x.gone || x.failed)
    return text + (x.gone ? " gone" : " failed");
  for (const auto& each : x.publications)
    text += ' ' + std::to_string(each.offset);
  return text;
}

} // namespace

audience_actor::behavior_type heard_state::make_behavior() {
  return {
    [this](const subscribed& x) {
      epoch_ = x.top.epoch;
      log_.push_back(text_of(x));
    },
    [this](const broadcast& x) {
      log_.push_back("pub " + std::to_string(x.offset) + ' ' + x.pub->data);
      if (x.answers != 0)
        log_.push_back(text_of(answered{x.room, x.answers, stream_position{x.epoch, x.offset}}));
    },
    [this](const member_joined& x) { log_.push_back('+' + name_of(x.who)); },
    [this](const member_left& x) { log_.push_back('-' + name_of(x.who)); },
    [this](const answered& x) {
      if (const auto* page = std::get_if<history_page>(&x.what))
        epoch_ = page->top.epoch;
      log_.push_back(text_of(x));
    },
    [this](const stretch& x) { log_.push_back(text_of(x)); },
    [this](const room_top& x) { log_.push_back("top " + std::to_string(x.offset)); },
    [](deliver_more) {},
  };
}

// -- fixture ------------------------------------------------------------------

room_fixture::room_fixture(room_options options, std::size_t unreceipted_max,
                           std::size_t shard_count)
  : shards(shard_count),
    counts(std::make_unique<metrics>(shards.system())) {
  for (auto i : {0, 1})
    audiences_[i] = spawn_on<heard_state, audience_actor>(shards[0], logs_[i], epoch_).handle;
  directory_ = spawn_on<noting_directory_state, directory_actor>(shards[0], directory_log_).handle;
  start(std::move(options), unreceipted_max);
}

room_fixture::~room_fixture() {
  if (room)
    dismiss(room);
  for (auto& each : audiences_)
    dismiss(each);
  dismiss(directory_);
  // They note to what goes with this object.
  run();
}

void room_fixture::start(room_options options, std::size_t unreceipted_max) {
  if (room)
    dismiss(room);
  room_surroundings around{shards[0], directory_, *counts, limits, unreceipted_max, storage};
  around.state = handed_over;
  room = spawn_room("lobby", std::move(options), std::move(around));
  run();
}

client_info_ptr room_fixture::person(std::string_view name, std::string_view user) {
  auto info = std::make_shared<client_info>();
  info->user = user;
  std::copy(name.begin(), name.end(), info->client.bytes.begin());
  return info;
}

void room_fixture::enter(std::string_view name, bool join_leave, std::size_t via) {
  subscribe_order order;
  order.join_leave = join_leave;
  enter_as(name, std::move(order), via);
}

void room_fixture::enter_as(std::string_view name, subscribe_order order, std::size_t via) {
  order.number = ++numbers_;
  if (!order.who)
    order.who = person(name);
  tell(room, subscribe{audiences_[via], std::move(order)});
}

void room_fixture::recover(std::string_view name, stream_position since, bool or_not) {
  subscribe_order order;
  order.recover = true;
  order.since = std::move(since);
  order.recovered_or_not = or_not;
  enter_as(name, std::move(order));
}

void room_fixture::leave(std::string_view name) const {
  tell(room, unsubscribe{person(name)->client});
}

void room_fixture::publish_text(std::string_view data, std::size_t via) {
  publish_order order;
  order.data = data;
  publish_order_of(std::move(order), via);
}

void room_fixture::publish_order_of(publish_order order, std::size_t via) {
  tell(room, publish{audiences_[via], ++numbers_,
                     std::make_shared<const publish_order>(std::move(order))});
}

void room_fixture::ask_presence(bool counts_only) {
  tell(room, presence_request{audiences_[0], {++numbers_, counts_only}});
}

void room_fixture::ask_history(std::int64_t limit, std::optional<stream_position> since,
                               bool reverse) {
  tell(room, history_request{audiences_[0], {++numbers_, limit, std::move(since), reverse}});
}

void room_fixture::ask_stretch(std::uint64_t from) {
  tell(room, stretch_request{audiences_[0], {++numbers_, from, true, false}});
}

void room_fixture::receipt(std::size_t count, std::size_t via) {
  tell(room, delivery_receipt{audiences_[via], {count}});
}

void room_fixture::kill_audience(std::size_t which) {
  caf::anon_send_exit(audiences_[which], caf::exit_reason::kill);
}

lines room_fixture::heard(std::size_t which) {
  return std::exchange(logs_[which], {});
}

lines room_fixture::told_directory() {
  return std::exchange(directory_log_, {});
}

bool room_fixture::is_running() const {
  return counts->rooms.value() > 0;
}

} // namespace salon::testing

#include "tests/actors/fanout_fixture.hpp"

#include "actors/failure.hpp"

#include <algorithm>

namespace salon::testing {

namespace {

std::string name_of(const client_id& id) {
  std::string name;
  for (auto c : id.bytes)
    if (c != 0)
      name += static_cast<char>(c);
  return name;
}

std::string code_of(errc why) {
  return std::to_string(static_cast<int>(why));
}

} // namespace

// -- guests -------------------------------------------------------------------

struct guest::life_state {
  explicit life_state(life_actor::pointer self) : self_(self) {
    // nop
  }

  life_actor::behavior_type make_behavior() {
    return {[this](std::int32_t) { self_->quit(); }};
  }

  life_actor::pointer self_;
};

guest::guest(fanout_state& fanout, shard& home, std::string_view name, wire_format format)
  : fanout_(fanout),
    member_(std::make_shared<member>()),
    life_(spawn_on<life_state, life_actor>(home).handle) {
  member_->who = fanout_fixture::person(name);
  member_->format = format;
  member_->out = this;
  member_->owner = this;
  fanout_.attend(life_, member_);
}

guest::~guest() = default;

void guest::enter(const room_id& room, fanout_state::entry_request request) {
  fanout_.subscribe_to(room, *member_, std::move(request));
}

void guest::leave(const room_id& room) {
  for (auto& each : member_->subscriptions) {
    if (fanout_.room_of(*each) == room) {
      fanout_.unsubscribe_from(*each);
      return;
    }
  }
}

sending guest::publish(const room_id& room, std::uint64_t command, std::string_view data) {
  return publish_with_key(room, command, data, {});
}

sending guest::publish_with_key(const room_id& room, std::uint64_t command, std::string_view data,
                                std::string_view key) {
  auto order = std::make_shared<publish_order>();
  order->from = member_->who;
  order->data = data;
  order->key = key;
  return fanout_.publish_in(room, member_, command, std::move(order));
}

void guest::ask_presence(const room_id& room, std::uint64_t command) {
  fanout_.read_presence_of(room, member_, command, false);
}

void guest::lose_socket() {
  fanout_.detach(*member_);
}

void guest::end() {
  if (!life_)
    return;
  lose_socket();
  tell(life_, std::int32_t{1});
  life_ = nullptr;
}

bool guest::is_in(const room_id& room) const {
  return std::any_of(member_->subscriptions.begin(), member_->subscriptions.end(),
                     [&](const auto& each) { return fanout_.room_of(*each) == room; });
}

void guest::on_subscribed(subscription&, const subscribed& answer) {
  auto where = answer.room + ' ';
  if (answer.error != errc::none) {
    log_.push_back("refused " + where + code_of(answer.error));
  } else if (answer.recovered) {
    auto text = "recovered " + where + std::to_string(answer.top.offset) + ':';
    for (const auto& pub : answer.publications)
      text += ' ' + std::to_string(pub->offset);
    log_.push_back(text);
  } else {
    log_.push_back("entered " + where + std::to_string(answer.top.offset));
  }
}

void guest::on_answered(std::uint64_t command, const answered& answer) {
  auto text = "answer " + std::to_string(command);
  if (const auto* why = std::get_if<errc>(&answer.what))
    text += " code " + code_of(*why);
  else if (const auto* where = std::get_if<stream_position>(&answer.what))
    text += " offset " + std::to_string(where->offset);
  else if (const auto* page = std::get_if<presence_page>(&answer.what))
    text += " members " + std::to_string(page->members.size());
  log_.push_back(text);
}

void guest::on_unsubscribed(subscription& from, unsubscribe_code why) {
  log_.push_back("out of " + fanout_.room_of(from) + ' ' + std::to_string(static_cast<int>(why)));
}

void guest::stop_reading(std::size_t budget) {
  budget_ = budget;
}

void guest::go_on_reading() {
  budget_ = 0;
  for (auto& each : std::exchange(queue_, {}))
    log_.emplace_back(each.message.payload());
  fanout_.read_on(*member_);
}

std::size_t guest::queued_bytes() const noexcept {
  std::size_t bytes = 0;
  for (const auto& each : queue_)
    bytes += each.message.size();
  return bytes;
}

std::vector<withdrawn> guest::withdraw() {
  std::vector<withdrawn> result;
  std::erase_if(queue_, [&](const queued& x) {
    if (x.how.stream != 0 && result.empty())
      result.push_back({x.how.stream, x.how.offset});
    return x.how.stream != 0;
  });
  return result;
}

void guest::send(const frame& message, const lane& how) {
  if (budget_ > 0) {
    queue_.push_back({message, how});
    if (queued_bytes() > budget_)
      fanout_.demote(*member_);
    return;
  }
  log_.emplace_back(message.payload());
  bulk_frames += how.bulk ? 1 : 0;
  if (on_send)
    on_send();
}

// -- puppets ------------------------------------------------------------------

struct fanout_fixture::puppet_room {
  puppet_room(room_actor::pointer, fanout_fixture& fixture, room_id name)
    : fixture_(fixture),
      name_(std::move(name)) {
    // nop
  }

  void note(const std::string& what, std::uint64_t number) {
    fixture_.last_number_ = number;
    note(what + ' ' + std::to_string(number));
  }

  void note(std::string what) {
    fixture_.told_[name_].push_back(std::move(what));
  }

  room_actor::behavior_type make_behavior() {
    return {
      [this](const subscribe& x) {
        note("subscribe", x.order.number);
        auto& line = fixture_.told_[name_].back();
        line += ' ' + name_of(x.order.who->client);
        if (x.order.recover)
          line += " since " + std::to_string(x.order.since.offset);
      },
      [this](const unsubscribe& x) { note("unsubscribe " + name_of(x.member)); },
      [this](const publish& x) {
        note("publish", x.number);
        fixture_.told_[name_].back() += ' ' + x.order->data;
      },
      [this](const presence_request& x) { note("presence", x.order.number); },
      [this](const history_request& x) { note("history", x.order.number); },
      [this](const stretch_request& x) {
        note("stretch from " + std::to_string(x.order.from), x.order.number);
      },
      [this](const delivery_receipt& x) { note("receipt " + std::to_string(x.order.count)); },
      [](describe_room) { return room_summary{}; },
      [](room_may_close) {},
    };
  }

  fanout_fixture& fixture_;
  room_id name_;
};

struct fanout_fixture::puppet_directory {
  puppet_directory(directory_actor::pointer self, fanout_fixture& fixture)
    : self_(self),
      fixture_(fixture) {
    // nop
  }

  directory_actor::behavior_type make_behavior() {
    return {
      [this](const find_room& x) -> caf::result<room_found> {
        if (fixture_.directory_is_mute) {
          unanswered_.push_back(self_->make_response_promise<room_found>());
          return unanswered_.back();
        }
        if (fixture_.directory_fails != errc::none)
          return fail(fixture_.directory_fails);
        auto& room = fixture_.rooms_[x.room];
        if (!room && fixture_.make_room)
          room = fixture_.make_room(x.room, directory_actor{self_});
        if (!room)
          room = spawn_on<puppet_room, room_actor>(fixture_.shards[0], fixture_, x.room).handle;
        return room_found{room};
      },
      [](const list_rooms&) { return room_page{}; },
      [](const room_idle&) {},
      [](const room_stays&) {},
    };
  }

  directory_actor::pointer self_;
  fanout_fixture& fixture_;
  std::vector<caf::typed_response_promise<room_found>> unanswered_;
};

// -- fixture ------------------------------------------------------------------

fanout_fixture::fanout_fixture(fanout_options options, std::size_t shard_count)
  : shards(shard_count),
    counts(std::make_unique<metrics>(shards.system())) {
  directory_ = spawn_on<puppet_directory, directory_actor>(shards[0], *this).handle;
  auto made = spawn_on<fanout_state, audience_actor>(
    shards[0], fanout_surroundings{shards[0], directory_, *counts, options});
  fanout = made.state;
  handle = made.handle;
  run();
}

fanout_fixture::~fanout_fixture() {
  for (auto& each : guests_)
    each->end();
  run();
  dismiss(handle);
  dismiss(directory_);
  for (auto& [name, room] : rooms_)
    if (room)
      dismiss(room);
  rooms_.clear();
  run();
}

client_info_ptr fanout_fixture::person(std::string_view name) {
  auto info = std::make_shared<client_info>();
  std::copy(name.begin(), name.end(), info->client.bytes.begin());
  return info;
}

guest& fanout_fixture::add(std::string_view name, wire_format format) {
  guests_.push_back(std::make_unique<guest>(*fanout, shards[shards.size() - 1], name, format));
  return *guests_.back();
}

guest& fanout_fixture::seated(std::string_view name, std::uint64_t top, wire_format format,
                              const room_id& which, fanout_state::entry_request request) {
  auto& who = add(name, format);
  who.enter(which, std::move(request));
  run();
  let_in(last_number(), top, which);
  run();
  who.take();
  told(which);
  return who;
}

lines fanout_fixture::told(const room_id& which) {
  return std::exchange(told_[which], {});
}

void fanout_fixture::let_in(std::uint64_t number, std::uint64_t top, const room_id& which,
                            std::vector<publication_ptr> recovered) const {
  subscribed answer{which, number, errc::none, {"epoch", top}, !recovered.empty(), {}};
  answer.publications = std::move(recovered);
  tell(handle, std::move(answer));
}

void fanout_fixture::keep_out(std::uint64_t number, errc why, const room_id& which) const {
  tell(handle, subscribed{which, number, why, {}, false, {}});
}

void fanout_fixture::broadcast_of(std::uint64_t offset, const room_id& which) const {
  auto pub = std::make_shared<publication>();
  pub->offset = offset;
  auto number = std::to_string(offset);
  tell(handle, broadcast{which, offset, pub, frame::text("pub " + number),
                         offset != 0 ? frame::text("line " + number) : frame{}});
}

void fanout_fixture::joined(std::string_view name, const room_id& which) const {
  tell(handle, member_joined{which, person(name), frame::text('+' + std::string{name})});
}

void fanout_fixture::answer(std::uint64_t number, std::uint64_t offset,
                            const room_id& which) const {
  tell(handle, answered{which, number, stream_position{"epoch", offset}});
}

void fanout_fixture::kill_room(const room_id& which) {
  caf::anon_send_exit(rooms_[which], caf::exit_reason::kill);
  rooms_[which] = nullptr;
}

} // namespace salon::testing

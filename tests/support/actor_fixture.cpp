#include "tests/support/actor_fixture.hpp"

#include "actors/connection.hpp"
#include "actors/directory.hpp"
#include "actors/fanout.hpp"
#include "actors/salon_service.hpp"
#include "tests/support/fake_socket.hpp"
#include "tests/support/stepped_shards.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <random>

namespace salon::testing {

namespace {

/// Runs a function with itself: how a test asks actors something.
using errand_actor = contract<caf::result<void>(std::int32_t)>;

struct errand_state {
  using errand = std::function<void(errand_actor::pointer)>;

  errand_state(errand_actor::pointer self, errand what) : self_(self), errand_(std::move(what)) {
    // nop
  }

  errand_actor::behavior_type make_behavior() {
    return {[this](std::int32_t) {
      if (errand_)
        std::exchange(errand_, {})(self_);
      else
        self_->quit();
    }};
  }

  errand_actor::pointer self_;
  errand errand_;
};

/// Leaves all that it is asked unanswered.
struct mute_state {
  explicit mute_state(service_actor::pointer self) : self_(self) {
    // nop
  }

  service_actor::behavior_type make_behavior() {
    return {[this](const rpc_call&) -> caf::result<rpc_answer> {
      unanswered_.push_back(self_->make_response_promise<rpc_answer>());
      return unanswered_.back();
    }};
  }

  service_actor::pointer self_;
  std::vector<caf::typed_response_promise<rpc_answer>> unanswered_;
};

/// Hears one answer of a room.
struct listener final : subscriber {
  void on_subscribed(subscription&, const subscribed&) override {
  }
  void on_unsubscribed(subscription&, unsubscribe_code) override {
  }

  void on_answered(std::uint64_t, const answered& what) override {
    answer = what;
  }

  std::optional<answered> answer;
};

} // namespace

// -- client -------------------------------------------------------------------

client::client(std::size_t number, std::string its_id, std::unique_ptr<fake_socket> socket)
  : name("c" + std::to_string(number)),
    id(std::move(its_id)),
    socket_(std::move(socket)) {
  // nop
}

client::~client() = default;

void client::say(std::string message) {
  socket_->arrive(std::move(message));
}

std::uint32_t client::command(std::string_view request) {
  auto number = ++commands_;
  say(R"({"id":)" + std::to_string(number) + ',' + std::string{request} + '}');
  return number;
}

void client::pong() {
  say("{}");
}

void client::frame_pong() {
  socket_->pong();
}

void client::stop_reading() {
  socket_->blocked = true;
}

void client::read_on() {
  socket_->blocked = false;
  socket_->flush();
}

void client::read_some(std::size_t messages) {
  socket_->read(messages);
}

void client::ignore_close() {
  socket_->answers_close = false;
}

lines client::take() {
  return std::exchange(received_, {});
}

std::optional<close_code> client::closed_with() const {
  return socket_->closed_with;
}

bool client::is_paused() const {
  return socket_->paused;
}

std::size_t client::pauses() const {
  return socket_->pauses;
}

std::size_t client::pings() const {
  return socket_->pings;
}

bool client::has_ended() const {
  return socket_->ended;
}

bool client::was_abandoned() const {
  return socket_->abandoned;
}

// -- fixture ------------------------------------------------------------------

struct actor_fixture::parts {
  explicit parts(fixture_options wanted)
    : options(std::move(wanted)),
      shards(options.shards),
      counts(shards.system()),
      rooms(std::make_shared<const namespaces>(options.rooms, options.namespaces)) {
    std::vector<shard*> homes;
    for (std::size_t i = 0; i < shards.size(); ++i)
      homes.push_back(&shards[i]);
    directory
      = spawn_directory(shards[0], {homes, rooms, counts, options.connections, options.directory});
    for (auto* home : homes)
      add_shard(*home);
    shards.run();
  }

  void add_shard(shard& home) {
    auto made = spawn_on<fanout_state, audience_actor>(
      home, fanout_surroundings{home, directory, counts, options.fanouts,
                                options.connections.answer_timeout,
                                options.connections.outbox_bytes_max});
    fanouts.push_back(made.handle);
    auto next_id = [this] {
      client_id id;
      auto number = ++ids;
      id.bytes[0] = static_cast<std::uint8_t>(number & 0xff);
      id.bytes[1] = static_cast<std::uint8_t>(number >> 8);
      return id;
    };
    // Clang 14 cannot make an aggregate in make_unique.
    locals.emplace_back(new shard_locals{home,
                                         *made.state,
                                         rooms,
                                         options.connections,
                                         counts,
                                         {},
                                         {},
                                         "salon test",
                                         next_id,
                                         {},
                                         {}});
    spawn_salon_service(*locals.back(), directory);
  }

  ~parts() {
    for (std::size_t i = 0; i < shards.size(); ++i)
      shards.freeze(i, false);
    for (auto& each : clients)
      each->socket_->lose(close_code::connection_closed);
    run();
    for (auto& here : locals) {
      for (auto& [prefix, service] : here->services)
        dismiss(service);
      here->services.clear();
    }
    run();
    dismiss(directory);
    run();
    for (auto& each : fanouts)
      dismiss(each);
    run();
    directory = nullptr;
    fanouts.clear();
    run();
    CHECK(counts.rooms.value() == 0);
    CHECK(counts.members.value() == 0);
    CHECK(counts.commands_in_flight.value() == 0);
    CHECK(counts.publishes_waiting.value() == 0);
    CHECK(counts.fanout_queue.value() == 0);
    for (auto& each : clients) {
      CHECK(each->has_ended());
      CHECK(each->socket_->complaints == lines{});
    }
  }

  /// Everything that can happen to sockets, in their order.
  std::vector<std::function<void()>> socket_choices() {
    std::vector<std::function<void()>> result;
    for (auto& each : clients) {
      auto* socket = each->socket_.get();
      if (socket->has_event())
        result.emplace_back([socket] { socket->run_event(); });
      if (socket->has_output())
        result.emplace_back([socket] {
          socket->unlink();
          socket->flush();
        });
    }
    return result;
  }

  void run() {
    for (auto busy = true; busy;) {
      shards.run();
      busy = false;
      for (std::size_t i = 0; i < clients.size(); ++i) {
        if (clients[i]->socket_->has_event()) {
          busy = true;
          clients[i]->socket_->run_event();
          shards.run();
        }
      }
    }
  }

  /// Lets an actor on the first shard do something, runs, and lets it end.
  void send_out(errand_state::errand what) {
    auto made = spawn_on<errand_state, errand_actor>(shards[0], std::move(what)).handle;
    tell(made, std::int32_t{1});
    run();
    tell(made, std::int32_t{2});
    made = nullptr;
    run();
  }

  /// `message` with epochs and clients called by their names in tests.
  std::string masked(std::string message) {
    constexpr std::string_view mark = R"("epoch":")";
    for (auto at = message.find(mark); at != std::string::npos; at = message.find(mark, at)) {
      at += mark.size();
      auto end = message.find('"', at);
      auto epoch = message.substr(at, end - at);
      auto known = std::find(epochs.begin(), epochs.end(), epoch);
      auto number = known - epochs.begin() + 1;
      if (known == epochs.end())
        epochs.push_back(epoch);
      message.replace(at, end - at, "E" + std::to_string(number));
    }
    for (const auto& each : clients)
      for (auto at = message.find(each->id); at != std::string::npos; at = message.find(each->id))
        message.replace(at, each->id.size(), each->name);
    return message;
  }

  fixture_options options;
  stepped_shards shards;
  metrics counts;
  std::shared_ptr<const namespaces> rooms;
  directory_actor directory;
  std::vector<audience_actor> fanouts;
  std::vector<std::unique_ptr<shard_locals>> locals;
  std::vector<std::unique_ptr<client>> clients;
  std::uint32_t ids = 0;
  lines epochs;
  lines trace;
};

actor_fixture::actor_fixture() : actor_fixture(fixture_options{}) {
  // nop
}

actor_fixture::actor_fixture(fixture_options options)
  : parts_(std::make_unique<parts>(std::move(options))) {
  // nop
}

actor_fixture::~actor_fixture() = default;

// -- clients ------------------------------------------------------------------

client& actor_fixture::open(std::size_t shard, visit who) {
  auto& here = *parts_->locals[shard];
  auto number = parts_->clients.size() + 1;
  auto* self = parts_.get();
  auto note = [self, number](std::string_view payload) {
    auto& whose = *self->clients[number - 1];
    whose.received_.push_back(self->masked(std::string{payload}));
    self->trace.push_back(whose.name + " < " + whose.received_.back());
  };
  auto socket = std::make_unique<fake_socket>(here.home, here.options.outbox_bytes_max, note);
  auto* link = socket.get();
  auto id = std::string{};
  auto make_id = here.new_client_id;
  here.new_client_id = [&] {
    auto made = make_id();
    id = to_string(made);
    return made;
  };
  link->start(spawn_connection(here, *link, std::move(who)));
  here.new_client_id = make_id;
  parts_->clients.push_back(std::make_unique<client>(number, id, std::move(socket)));
  return *parts_->clients.back();
}

client& actor_fixture::open_sdk(std::size_t shard, bool frame_pings) {
  visit who;
  who.frame_pings = frame_pings;
  auto& made = open(shard, std::move(who));
  run();
  return made;
}

client& actor_fixture::connect_sdk(std::string_view name, std::size_t shard) {
  auto& made = open_sdk(shard);
  made.command(R"("connect":{"data":{"name":")" + std::string{name} + R"("}})");
  run();
  auto answer = made.take();
  REQUIRE(answer.size() == 1);
  REQUIRE(answer.front().find(R"("connect":{"client":")" + made.name) != std::string::npos);
  return made;
}

client& actor_fixture::join_sdk(std::string_view room, std::string_view name, std::size_t shard) {
  auto& made = connect_sdk(name, shard);
  made.command(R"("subscribe":{"channel":")" + std::string{room} + R"("})");
  run();
  auto answer = made.take();
  REQUIRE_FALSE(answer.empty());
  REQUIRE(answer.front().find(R"("subscribe":{)") != std::string::npos);
  return made;
}

client& actor_fixture::connect_text(std::string_view room, std::string_view name,
                                    std::size_t shard) {
  visit who;
  who.format = wire_format::text;
  who.room = room;
  who.name = name;
  auto& made = open(shard, std::move(who));
  run();
  return made;
}

void actor_fixture::close(client& who, close_code code) {
  who.socket_->lose(code);
}

void actor_fixture::crash(client& who) {
  REQUIRE(who.socket_->actor());
  caf::anon_send_exit(who.socket_->actor(), caf::exit_reason::kill);
}

void actor_fixture::disconnect_by_message(client& who, close_code code) {
  REQUIRE(who.socket_->actor());
  tell(caf::actor_cast<connection_actor>(who.socket_->actor()), disconnect{code});
}

void actor_fixture::next_client(std::uint32_t number) {
  parts_->ids = number - 1;
}

// -- time ---------------------------------------------------------------------

void actor_fixture::run() {
  parts_->run();
}

std::size_t actor_fixture::choices() {
  return parts_->shards.ready() + parts_->socket_choices().size();
}

bool actor_fixture::step(std::size_t which) {
  auto actors = parts_->shards.ready();
  if (which < actors)
    return parts_->shards.step(which);
  auto others = parts_->socket_choices();
  if (which - actors >= others.size())
    return false;
  others[which - actors]();
  return true;
}

void actor_fixture::run_shuffled(std::uint64_t seed) {
  std::mt19937_64 random{seed};
  while (auto count = choices())
    step(random() % count);
}

void actor_fixture::advance(std::chrono::steady_clock::duration by) {
  run();
  for (; by >= timer_wheel::tick; by -= timer_wheel::tick) {
    for (std::size_t i = 0; i < parts_->shards.size(); ++i)
      parts_->shards[i].advance(timer_wheel::tick);
    run();
  }
}

// -- the node -----------------------------------------------------------------

lines actor_fixture::rooms() {
  lines result;
  parts_->send_out([this, &result](errand_actor::pointer self) {
    auto failed = [](const caf::error&) { FAIL("no answer"); };
    ask(
      self, parts_->directory, std::chrono::seconds{1}, list_rooms{{}, 1000},
      [self, failed, &result](const room_page& page) {
        for (const auto& room : page.rooms)
          ask(
            self, room, std::chrono::seconds{1}, describe_room{},
            [&result](const room_summary& x) {
              result.push_back(x.room + " " + std::to_string(x.members));
            },
            failed);
      },
      failed);
  });
  std::sort(result.begin(), result.end());
  return result;
}

lines actor_fixture::presence(std::string_view room) {
  listener hears;
  auto asks = std::make_shared<member>();
  asks->owner = &hears;
  fanout().read_presence_of(std::string{room}, asks, 1, false);
  run();
  asks->owner = nullptr;
  REQUIRE(hears.answer);
  REQUIRE(std::holds_alternative<presence_page>(hears.answer->what));
  lines result;
  for (const auto& each : std::get<presence_page>(hears.answer->what).members)
    result.push_back(parts_->masked(to_string(each->client)));
  std::sort(result.begin(), result.end());
  return result;
}

void actor_fixture::crash_room(std::string_view room) {
  parts_->send_out([this, room](errand_actor::pointer self) {
    ask(
      self, parts_->directory, std::chrono::seconds{1}, find_room{std::string{room}},
      [](const room_found& x) { caf::anon_send_exit(x.room, caf::exit_reason::kill); },
      [](const caf::error&) { FAIL("no such room"); });
  });
}

const std::string& actor_fixture::epoch(std::size_t number) const {
  return parts_->epochs.at(number - 1);
}

std::string actor_fixture::room_on(std::size_t shard, std::string_view beginning) const {
  for (auto i = 0;; ++i) {
    auto name = std::string{beginning} + std::to_string(i);
    if (std::hash<room_id>{}(name) % parts_->shards.size() == shard)
      return name;
  }
}

void actor_fixture::add_mute_service(const std::string& prefix) {
  for (auto& here : parts_->locals)
    here->services[prefix] = spawn_on<mute_state, service_actor>(here->home).handle;
}

metrics& actor_fixture::counts() {
  return parts_->counts;
}

fanout_state& actor_fixture::fanout(std::size_t shard) {
  return parts_->locals[shard]->fanout;
}

shard_locals& actor_fixture::locals(std::size_t shard) {
  return *parts_->locals[shard];
}

stepped_shards& actor_fixture::shards() {
  return *std::addressof(parts_->shards);
}

const lines& actor_fixture::trace() const {
  return parts_->trace;
}

} // namespace salon::testing

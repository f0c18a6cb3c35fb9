#include "tests/actors/cluster_fixture.hpp"

#include "actors/placement.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <utility>

namespace salon::testing {

namespace {

using counting_actor = contract<caf::result<void>(std::int32_t)>;

/// Counts the rooms of a directory.
struct counting_state {
  counting_state(counting_actor::pointer self, homes_actor directory, std::size_t& count)
    : self_(self),
      directory_(std::move(directory)),
      count_(count) {
    // nop
  }

  counting_actor::behavior_type make_behavior() {
    return {[this](std::int32_t) {
      ask(
        self_, directory_, std::chrono::seconds{1}, list_rooms{{}, 1000},
        [this](const room_page& page) { count_ = page.rooms.size(); }, [](const caf::error&) {});
    }};
  }

  counting_actor::pointer self_;
  homes_actor directory_;
  std::size_t& count_;
};

struct answering_state {
  answering_state(service_actor::pointer self, cluster_fixture::answering what)
    : self_(self),
      what_(std::move(what)) {
    // nop
  }

  service_actor::behavior_type make_behavior() {
    return {[this](const rpc_call& call) -> caf::result<rpc_answer> {
      if (auto answer = what_(call))
        return std::move(*answer);
      return unanswered_.emplace_back(self_->make_response_promise<rpc_answer>());
    }};
  }

  service_actor::pointer self_;
  cluster_fixture::answering what_;
  std::vector<caf::typed_response_promise<rpc_answer>> unanswered_;
};

/// Calls once, and ends with the answer.
struct calling_state {
  calling_state(counting_actor::pointer self, gateway_actor whom, rpc_call what,
                std::shared_ptr<std::optional<rpc_answer>> answer)
    : self_(self),
      whom_(std::move(whom)),
      what_(std::move(what)),
      answer_(std::move(answer)) {
    // nop
  }

  counting_actor::behavior_type make_behavior() {
    return {[this](std::int32_t) {
      ask(
        self_, whom_, std::chrono::minutes{1}, what_,
        [this](const rpc_answer& x) {
          *answer_ = x;
          self_->quit();
        },
        [this](const caf::error&) { self_->quit(); });
    }};
  }

  counting_actor::pointer self_;
  gateway_actor whom_;
  rpc_call what_;
  std::shared_ptr<std::optional<rpc_answer>> answer_;
};

using listing_actor = counting_actor;

/// Lists all rooms of a cluster.
struct listing_state {
  using answer = std::shared_ptr<std::optional<rooms_listed>>;

  listing_state(listing_actor::pointer self, gateway_actor gateway, answer into)
    : self_(self),
      gateway_(std::move(gateway)),
      into_(std::move(into)) {
    // nop
  }

  listing_actor::behavior_type make_behavior() {
    return {[this](std::int32_t limit) {
      ask(
        self_, gateway_, std::chrono::seconds{10},
        list_cluster_rooms{{}, static_cast<std::size_t>(limit)},
        [this](const rooms_listed& page) { *into_ = page; }, [](const caf::error&) {});
    }};
  }

  listing_actor::pointer self_;
  gateway_actor gateway_;
  answer into_;
};

} // namespace

struct cluster_fixture::member_node {
  member_node(cluster_fixture& fixture, std::size_t its_index, const node_info& self)
    : index(its_index),
      home(fixture.shards[its_index]),
      counts(fixture.shards.system()) {
    gateway_surroundings around{home, counts, fixture.net.plug_in(index),
                                self, {},     fixture.gateways_};
    if (auto join = fixture.join_.find(index); join != fixture.join_.end())
      around.join = join->second;
    else
      for (std::size_t i = 0; i < fixture.hosts_; ++i)
        around.join.push_back(simulated_network::address_of(i));
    around.drain = [this](const std::function<void(control_answer)>& reply) {
      state->leave([reply](std::size_t rooms_moved) { reply(control_done{rooms_moved}); });
    };
    auto made = spawn_gateway(std::move(around));
    gateway = made.handle;
    state = made.state;
    directory_surroundings rooms{{&home}, fixture.rooms_, counts, {}, {}};
    if (fixture.storage_)
      rooms.storage = fixture.storage_(index);
    rooms.cluster.gateway = gateway;
    rooms.cluster.node = self.life;
    directory = spawn_directory(home, std::move(rooms));
    auto fan = spawn_on<fanout_state, audience_actor>(
      home, fanout_surroundings{home, directory, counts, {}});
    fanout = fan.handle;
    fanout_of_guests = fan.state;
    state->start(directory);
  }

  void end() {
    // First of all it says nothing more.
    state->stop();
    dismiss(fanout);
    dismiss(directory);
    dismiss(gateway);
    for (auto& each : services)
      dismiss(each);
    services.clear();
    fanout = nullptr;
    directory = nullptr;
    gateway = nullptr;
  }

  std::size_t index;
  shard& home;
  metrics counts;
  gateway_actor gateway;
  gateway_state* state = nullptr;
  homes_actor directory;
  audience_actor fanout;
  fanout_state* fanout_of_guests = nullptr;
  std::vector<service_actor> services;
};

room_options cluster_fixture::in_memory() {
  room_options options;
  options.durability = durability::none;
  return options;
}

cluster_fixture::cluster_fixture(std::size_t nodes, room_options rooms,
                                 std::function<room_storage(std::size_t)> storage,
                                 gateway_options gateways, std::size_t attached)
  : shards(nodes),
    options_(std::move(rooms)),
    gateways_(std::move(gateways)),
    hosts_(nodes - attached),
    storage_(std::move(storage)),
    rooms_(std::make_shared<const namespaces>(options_,
                                              std::map<std::string, room_options, std::less<>>{})),
    nodes_(nodes),
    behind_(nodes) {
  for (std::size_t i = 0; i < nodes; ++i)
    names_.push_back("n" + std::to_string(i));
  for (std::size_t i = 0; i < nodes; ++i)
    start(i);
  advance(std::chrono::seconds{2});
}

cluster_fixture::~cluster_fixture() {
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    thaw(i);
  for (auto& each : guests_)
    each->end();
  for (const auto& each : askers_)
    dismiss(each);
  run();
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    kill(i);
  run();
}

node_info cluster_fixture::info_of(std::size_t index) {
  node_info self;
  self.name = names_[index];
  self.hosts_rooms = index < hosts_;
  if (self.hosts_rooms)
    self.address = simulated_network::address_of(index);
  self.life.bytes[0] = static_cast<std::uint8_t>(index + 1);
  self.life.bytes[1] = static_cast<std::uint8_t>(++lives_);
  return self;
}

guest& cluster_fixture::add(std::size_t node, std::string_view name, wire_format format) {
  auto& where = *nodes_[node];
  guests_.push_back(std::make_unique<guest>(*where.fanout_of_guests, where.home, name, format));
  return *guests_.back();
}

guest& cluster_fixture::seated(std::size_t node, std::string_view name, const room_id& room,
                               fanout_state::entry_request request) {
  auto& who = add(node, name);
  who.enter(room, std::move(request));
  run();
  REQUIRE(who.is_in(room));
  who.take();
  return who;
}

room_id cluster_fixture::room_at(std::size_t node, std::size_t after) const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < hosts_; ++i)
    names.push_back("n" + std::to_string(i));
  for (auto i = 0;; ++i) {
    auto room = "room" + std::to_string(i);
    if (home_of(room, names) == names[node] && after-- == 0)
      return room;
  }
}

service_actor cluster_fixture::offer(std::size_t node, const std::string& prefix, answering what) {
  auto& where = *nodes_[node];
  auto service = spawn_on<answering_state, service_actor>(where.home, std::move(what)).handle;
  where.services.push_back(service);
  where.state->offer(prefix, service);
  run();
  return service;
}

std::shared_ptr<const std::optional<rpc_answer>> cluster_fixture::call(std::size_t node,
                                                                       rpc_call what) {
  auto answer = std::make_shared<std::optional<rpc_answer>>();
  auto caller = spawn_on<calling_state, counting_actor>(shards[node], nodes_[node]->gateway,
                                                        std::move(what), answer);
  tell(caller.handle, std::int32_t{0});
  return answer;
}

metrics& cluster_fixture::counts(std::size_t node) {
  return nodes_[node]->counts;
}

void cluster_fixture::kill(std::size_t node) {
  if (!nodes_[node])
    return;
  net.unplug(node);
  for (auto& each : guests_)
    if (each->is_of(*nodes_[node]->fanout_of_guests))
      each->end();
  nodes_[node]->end();
  // What is left of it speaks to nobody.
  while (shards[node].step())
    continue;
  nodes_[node] = nullptr;
}

void cluster_fixture::start(std::size_t node) {
  kill(node);
  nodes_[node] = std::make_unique<member_node>(*this, node, info_of(node));
}

void cluster_fixture::start_as(std::size_t node, std::string name) {
  names_[node] = std::move(name);
  start(node);
}

void cluster_fixture::freeze(std::size_t node) {
  shards.freeze(node);
  net.freeze(node);
}

void cluster_fixture::thaw(std::size_t node) {
  shards.freeze(node, false);
  net.freeze(node, false);
  // All of the time at once, as a process sees it that was stopped.
  shards[node].advance(std::exchange(behind_[node], {}));
  run();
}

bool cluster_fixture::step_network() {
  return net.step();
}

void cluster_fixture::run() {
  do {
    shards.run();
  } while (step_network());
}

void cluster_fixture::advance(std::chrono::steady_clock::duration by) {
  run();
  for (; by >= timer_wheel::tick; by -= timer_wheel::tick) {
    for (std::size_t i = 0; i < shards.size(); ++i) {
      if (shards.is_frozen(i))
        behind_[i] += timer_wheel::tick;
      else
        shards[i].advance(timer_wheel::tick);
    }
    run();
  }
}

std::size_t cluster_fixture::homes(std::size_t node) {
  std::size_t count = 0;
  if (!nodes_[node])
    return 0;
  auto asks
    = spawn_on<counting_state, counting_actor>(shards[node], nodes_[node]->directory, count);
  tell(asks.handle, std::int32_t{0});
  run();
  dismiss(asks.handle);
  run();
  return count;
}

cluster_fixture::outcome cluster_fixture::order(std::size_t node, control_request what) {
  auto into = std::make_shared<std::optional<control_answer>>();
  auto& asked = *nodes_[node];
  tell(asked.gateway, errand{[state = asked.state, what = std::move(what), into] {
         state->answer(what, [into](control_answer x) { *into = std::move(x); });
       }});
  run();
  return into;
}

cluster_status cluster_fixture::status(std::size_t node) {
  return std::get<cluster_status>(order(node, {})->value());
}

std::shared_ptr<std::optional<rooms_listed>> cluster_fixture::list(std::size_t node) {
  auto into = std::make_shared<std::optional<rooms_listed>>();
  auto asks
    = spawn_on<listing_state, listing_actor>(shards[node], nodes_[node]->gateway, into).handle;
  askers_.push_back(asks);
  tell(asks, std::int32_t{1000});
  run();
  return into;
}

} // namespace salon::testing

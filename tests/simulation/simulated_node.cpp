#include "tests/simulation/simulated_node.hpp"

#include <utility>

namespace salon::simulation {

namespace {

using namespace std::chrono_literals;

// A fifth of what is usual, so that a run is short.
gateway_options quick_gateway() {
  gateway_options options;
  options.links.heartbeat_interval = 200ms;
  options.links.failure_timeout = 1s;
  // So that they are full now and then.
  options.links.queue_bytes_max = 65'536;
  options.links.window_bytes = 16'384;
  options.dial_interval = 200ms;
  options.dial_timeout = 1s;
  options.answer_timeout = 600ms;
  return options;
}

relay_options quick_relays() {
  relay_options options;
  options.retry_interval = 50ms;
  options.home_timeout = 3s;
  options.answer_timeout = 1s;
  return options;
}

history_options quick_history() {
  history_options options;
  options.answer_timeout = 2s;
  options.retry_interval = 200ms;
  return options;
}

connection_options generous() {
  connection_options options;
  options.recovery_publications_max = 10'000;
  options.position_check = 8s;
  return options;
}

} // namespace

simulated_node::simulated_node(const node_place& place, const node_info& self)
  : home_(place.home),
    disk_(place.disk),
    account_(std::make_shared<shared_log::account>()),
    counts_(place.home.actors()) {
  account_->name = self.name;
  account_->life = to_string(self.life);
  place.log.renew(*account_, place.clock);
  store_ = place.log.store_of(account_);
  history_ = spawn_history(disk_, *store_, counts_, quick_history());
  reader_ = spawn_log_reader(disk_, store_->make_reader(), counts_, quick_history());
  gateway_surroundings nodes{home_, counts_, place.carrier, self, place.join, quick_gateway()};
  nodes.on_view = [whose = account_](const cluster_view& those) {
    whose->company = {{}, those.hash()};
    for (const auto& each : those.members())
      whose->company.lives.push_back(to_string(each.node.life));
  };
  nodes.drain = [this](const std::function<void(control_answer)>& reply) {
    gateway_state_->leave([reply](std::size_t rooms_moved) { reply(control_done{rooms_moved}); });
  };
  auto made = spawn_gateway(std::move(nodes));
  gateway_ = made.handle;
  gateway_state_ = made.state;
  directory_surroundings rooms{{&home_}, place.rooms, counts_, generous(), {}};
  rooms.storage = {history_, reader_, quick_history(),
                   [whose = account_, &clock = place.clock] { return whose->valid(clock); }};
  rooms.cluster = {gateway_, self.life, quick_relays(), 1s};
  directory_ = spawn_directory(home_, std::move(rooms));
  fanout_surroundings around{home_, directory_, counts_, {}};
  around.answer_timeout = 1s;
  auto fan = spawn_on<fanout_state, audience_actor>(home_, std::move(around));
  fanout_ = fan.handle;
  fanout_state_ = fan.state;
  gateway_state_->start(directory_);
}

simulated_node::~simulated_node() {
  end();
}

void simulated_node::end() {
  if (!fanout_)
    return;
  account_->dead = true;
  gateway_state_->stop();
  dismiss(fanout_);
  dismiss(directory_);
  dismiss(gateway_);
  dismiss(history_);
  dismiss(reader_);
  fanout_ = nullptr;
  directory_ = nullptr;
  gateway_ = nullptr;
  history_ = nullptr;
  reader_ = nullptr;
  // What is left of it speaks to nobody.
  while (home_.step() || disk_.step())
    continue;
}

void simulated_node::order(control_request what) {
  tell(gateway_, errand{[state = gateway_state_, what = std::move(what)] {
         state->answer(what, [](const control_answer&) {});
       }});
}

} // namespace salon::simulation

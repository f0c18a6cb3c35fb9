#include "server/cluster.hpp"

#include "base/log.hpp"
#include "net/cluster_identity.hpp"
#include "net/host_port.hpp"

#include <utility>

namespace salon {

namespace {

// How others reach a node that listens on the real `port`; empty: they do not.
std::string address_of(const cluster_options& options, std::uint16_t port) {
  if (options.listen.empty())
    return {};
  if (!options.advertise.empty())
    return options.advertise;
  auto where = read_host_port(options.listen).value_or(host_port{});
  where.port = port;
  return to_text(where);
}

std::string name_of(const cluster_options& options, const node_info& self) {
  if (!options.name.empty())
    return options.name;
  return self.address.empty() ? "attached-" + to_string(self.life).substr(0, 8) : self.address;
}

} // namespace

cluster_setup prepare_cluster(caf::actor_system_config& actors, config& all) {
  const auto& options = all.cluster;
  cluster_setup setup;
  all.postgres.life = setup.life;
  if (!options.is_on())
    return setup;
  setup.is_on = true;
  auto identity
    = find_identity({options.certificate, options.key, options.ca},
                    is_all_on_loopback(options.listen, options.join), default_cluster_folder());
  setup.objection = std::move(identity.objection);
  setup.files = std::move(identity.files);
  if (!setup.objection)
    setup.objection = prepare_caf_network(actors, setup.files);
  return setup;
}

cluster::cluster(caf::actor_system& system, metrics& counts, const config& options,
                 const cluster_setup& setup)
  : join_(options.cluster.join),
    relays_(options.cluster.relay),
    gather_timeout_(options.cluster.gateway.links.failure_timeout),
    objection_(setup.objection) {
  if (objection_)
    return;
  // It sleeps when there is nothing to send: what a node says to others is not put off for long.
  auto tuning = options.shard;
  tuning.wakes_at_once = true;
  home_ = std::make_unique<shard>(system, options.shards + 100, tuning);
  door_ = std::make_unique<cluster_door>(*home_, counts, options.cluster.door);
  if (!options.cluster.listen.empty())
    objection_ = door_->listen(options.cluster.listen);
  if (objection_)
    return;
  network_ = std::make_unique<caf_network>(system, setup.files);
  carrier_ = start_caf_carrier(*home_, *network_, *door_);
  objection_ = carrier_.objection;
  if (objection_)
    return;
  self_.address = address_of(options.cluster, door_->listening_port());
  self_.life = setup.life;
  self_.name = name_of(options.cluster, self_);
  self_.hosts_rooms = options.cluster.hosts_rooms;
  tuning_ = options.cluster.gateway;
  gateway_surroundings around{*home_, counts, *carrier_.carrier, self_, join_, tuning_};
  around.drain = [this](std::function<void(control_answer)> reply) {
    if (drain_)
      drain_(std::move(reply));
  };
  around.on_view = [this](const cluster_view& those) {
    if (view_)
      view_(those);
  };
  gateway_ = spawn_gateway(std::move(around));
}

cluster::~cluster() {
  end_actors();
  stop();
}

cluster_place cluster::place() const {
  cluster_place result;
  result.gateway = gateway_.handle;
  result.node = self_.life;
  result.relays = relays_;
  result.gather_timeout = gather_timeout_;
  return result;
}

void cluster::start(homes_actor directory) {
  gateway_.state->start(std::move(directory));
  log::info("cluster joined", {{"node", self_.name}, {"address", self_.address}});
}

void cluster::run() {
  thread_ = std::thread{[this] { home_->run("cluster"); }};
}

// As messages, so that they find the gateway there, or nobody.
void cluster::offer(const std::string& prefix, const service_actor& service) const {
  if (gateway_.handle)
    tell(gateway_.handle,
         errand{[state = gateway_.state, prefix, service] { state->offer(prefix, service); }});
}

void cluster::answer(const control_request& what, std::function<void(control_answer)> reply) const {
  tell(gateway_.handle, errand{[state = gateway_.state, what, reply = std::move(reply)] {
         state->answer(what, reply);
       }});
}

void cluster::leave(std::function<void(std::size_t)> done) const {
  tell(gateway_.handle,
       errand{[state = gateway_.state, done = std::move(done)] { state->leave(done); }});
}

void cluster::end_actors() {
  if (!gateway_.handle)
    return;
  dismiss(gateway_.handle);
  dismiss(carrier_.handle);
  gateway_.handle = nullptr;
  carrier_.handle = nullptr;
}

void cluster::stop() {
  if (!thread_.joinable())
    return;
  home_->stop();
  thread_.join();
}

} // namespace salon

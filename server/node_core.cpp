#include "server/node_core.hpp"

#include "actors/connection.hpp"
#include "actors/desk.hpp"
#include "actors/directory.hpp"
#include "base/log.hpp"
#include "server/actor_home.hpp"
#include "server/version.hpp"

#include <boost/asio/post.hpp>
#include <caf/actor_registry.hpp>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <future>
#include <utility>

namespace salon {

namespace {

constexpr auto actors_patience = std::chrono::seconds{5};

// Sums over all shards: each holds its share.
fanout_options share_of(fanout_options all, std::size_t shards) {
  all.unanswered_publishes_max = std::max<std::size_t>(all.unanswered_publishes_max / shards, 64);
  all.unanswered_bytes_max = std::max<std::size_t>(all.unanswered_bytes_max / shards, 131'072);
  return all;
}

} // namespace

config prepared(config options) {
  log::configure(options.log_level, options.log_format);
  init_messages<>();
  if (options.cluster.is_on())
    init_caf_network();
  return options;
}

node_core::node_core(config wanted)
  : options(std::move(wanted)),
    setup(prepare_cluster(actor_options, options)),
    system(actor_options),
    counts(system),
    rooms(std::make_shared<const namespaces>(make_namespaces(options))) {
  if (options.cluster.hosts_rooms)
    kept = std::make_unique<storage>(system, options, counts);
  // The front holds clients to it; the connections tell them.
  options.connection.message_bytes_max = options.front.frame_bytes_max;
  auto count = options.shards > 0 ? options.shards
                                  : std::max<std::size_t>(std::thread::hardware_concurrency(), 1);
  std::vector<shard*> homes;
  for (std::size_t i = 0; i < count; ++i) {
    shards.push_back(std::make_unique<shard>(system, i, options.shard));
    homes.push_back(shards.back().get());
  }
  if (setup.is_on)
    others = std::make_unique<cluster>(system, counts, options, setup);
  directory
    = spawn_directory(*homes.front(), {homes, rooms, counts, options.connection, options.directory,
                                       kept ? kept->handles() : room_storage{},
                                       others ? others->place() : cluster_place{}});
  for (auto* home : homes) {
    auto made = spawn_on<fanout_state, audience_actor>(
      *home,
      fanout_surroundings{*home, directory, counts, share_of(options.fanout, count),
                          options.connection.answer_timeout, options.connection.outbox_bytes_max});
    fanouts.push_back(made.handle);
    // Clang 14 cannot make an aggregate in make_unique.
    locals.emplace_back(new shard_locals{*home,
                                         *made.state,
                                         rooms,
                                         options.connection,
                                         counts,
                                         {},
                                         gateway(),
                                         "salon " + std::string{version()},
                                         client_id::random,
                                         {},
                                         {}});
  }
  desk = spawn_desk(*locals.front());
}

node_core::~node_core() {
  end();
}

void node_core::begin(const member_actor& whom) {
  wake(whom);
}

void node_core::add_service(const std::string& prefix, const service_actor& service) {
  auto is_new = false;
  for (auto& each : locals)
    is_new = each->services.try_emplace(prefix, service).second;
  if (is_new && others)
    others->offer(prefix, service);
}

// -- beginning ----------------------------------------------------------------

void node_core::start_threads() {
  for (auto& each : shards)
    threads_.emplace_back(
      [home = each.get()] { home->run("shard " + std::to_string(home->index())); });
  if (kept)
    kept->start();
  if (others && !others->objection())
    others->run();
}

void node_core::catch_signals() {
  signals_.add(SIGTERM);
  signals_.add(SIGINT);
}

void node_core::stop() {
  boost::asio::post(control_, [this] { control_.stop(); });
}

void node_core::while_waiting(std::function<void()> what) {
  boost::asio::post(control_, std::move(what));
}

void node_core::wait_for_stop() {
  signals_.async_wait([&](boost::system::error_code failed, int number) {
    if (failed)
      return;
    log::info("draining", {{"signal", number}});
    control_.stop();
  });
  control_.run();
  // From here on a signal has its way at once.
  signals_.cancel();
  signals_.clear();
  std::signal(SIGTERM, [](int) { std::_Exit(EXIT_FAILURE); });
  std::signal(SIGINT, [](int) { std::_Exit(EXIT_FAILURE); });
}

bool node_core::wait_until(std::chrono::milliseconds patience,
                           const std::function<bool()>& done) const {
  auto end = std::chrono::steady_clock::now() + patience;
  while (!done()) {
    if (std::chrono::steady_clock::now() >= end)
      return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  return true;
}

// -- ending -------------------------------------------------------------------

// Homes go to other nodes; the members that are left here reach them there.
std::size_t node_core::leave_cluster() const {
  if (!others)
    return 0;
  auto done = std::make_shared<std::promise<std::size_t>>();
  auto rooms_moved = done->get_future();
  others->leave([done](std::size_t count) { done->set_value(count); });
  if (rooms_moved.wait_for(options.shutdown_grace) == std::future_status::ready)
    return rooms_moved.get();
  log::warn("rooms not handed over", {{"rooms", counts.rooms.value()}});
  return 0;
}

void node_core::end_actors() {
  auto end = [](auto& handle) {
    dismiss(handle);
    handle = nullptr;
  };
  for (auto& here : locals)
    here->home.post([connections = &here->connections] {
      for (auto& each : *connections)
        each.quit();
    });
  // Fanouts outlive the connections they deliver to.
  wait_until(actors_patience, [this] {
    return std::all_of(locals.begin(), locals.end(),
                       [](const auto& here) { return here->connection_count == 0; });
  });
  for (auto& here : locals) {
    for (auto& [prefix, service] : here->services)
      end(service);
    here->services.clear();
    here->elsewhere = nullptr;
  }
  end(desk);
  for (auto& each : fanouts)
    end(each);
  end(directory);
  if (others)
    others->end_actors();
  // Behind what rooms had to store.
  wait_until(actors_patience, [this] { return counts.rooms.value() == 0; });
  if (kept)
    kept->end_actors();
  if (!wait_until(actors_patience, [this] { return system.registry().running() == 0; }))
    log::warn("actors still running", {{"actors", system.registry().running()}});
  ended_ = true;
}

void node_core::stop_threads() {
  for (auto& each : shards)
    each->stop();
  for (auto& each : threads_)
    each.join();
  threads_.clear();
  if (kept)
    kept->stop();
  if (others)
    others->stop();
}

void node_core::end() {
  if (ended_)
    return;
  if (threads_.empty())
    start_threads();
  end_actors();
  stop_threads();
}

} // namespace salon

#include "server/node.hpp"

#include "actors/connection.hpp"
#include "actors/desk.hpp"
#include "actors/directory.hpp"
#include "actors/salon_service.hpp"
#include "base/log.hpp"
#include "net/host_port.hpp"
#include "server/chat_page.hpp"
#include "server/lone_node.hpp"
#include "server/pace.hpp"
#include "server/version.hpp"

#include <boost/asio/post.hpp>
#include <caf/actor_registry.hpp>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <future>
#include <utility>

namespace salon {

namespace {

constexpr auto actors_patience = std::chrono::seconds{5};

// Clients who are sent elsewhere are closed some at a time.
constexpr auto closing_turn = std::chrono::milliseconds{100};

// Sums over all shards: each holds its share.
fanout_options share_of(fanout_options all, std::size_t shards) {
  all.unanswered_publishes_max = std::max<std::size_t>(all.unanswered_publishes_max / shards, 64);
  all.unanswered_bytes_max = std::max<std::size_t>(all.unanswered_bytes_max / shards, 131'072);
  return all;
}

} // namespace

std::optional<std::string> shard_reception::objection(const visit& who) const {
  if (who.format != wire_format::text || who.room.empty())
    return std::nullopt;
  errc why = errc::none;
  if (here_.rooms->find(who.room, &why))
    return std::nullopt;
  if (why == errc::unknown_channel)
    return "There is no namespace here for the room you named: what stands before the first colon "
           "must be one that this server's configuration has.";
  return "This is no name for a room: use up to " + std::to_string(here_.rooms->name_bytes_max)
         + " letters, digits and signs, without spaces.";
}

received shard_reception::receive(transport& socket, visit who) {
  return spawn_connection(here_, socket, std::move(who));
}

server::node::node(config wanted)
  : options(std::move(wanted)),
    setup(prepare_cluster(actor_options, options)),
    system(actor_options),
    counts(system),
    rooms(std::make_shared<const namespaces>(make_namespaces(options))),
    kept(system, options, counts) {
  // The front holds clients to it; the connections tell them.
  options.connection.message_bytes_max = options.front.frame_bytes_max;
  auto count = options.shards > 0 ? options.shards
                                  : std::max<std::size_t>(std::thread::hardware_concurrency(), 1);
  std::vector<shard*> homes;
  for (std::size_t i = 0; i < count; ++i) {
    shards.push_back(std::make_unique<shard>(system, i, options.shard));
    homes.push_back(shards.back().get());
  }
  if (setup.is_on) {
    others = std::make_unique<cluster>(system, counts, options, setup);
    others->on_view([this](const cluster_view& those) { kept.work_with(those); });
  }
  directory
    = spawn_directory(*homes.front(), {homes, rooms, counts, options.connection, options.directory,
                                       kept.handles(), others ? others->place() : cluster_place{}});
  std::vector<front_place> places;
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
                                         others ? others->place().gateway : gateway_actor{},
                                         "salon " + std::string{version()},
                                         client_id::random,
                                         {},
                                         {}});
    spawn_salon_service(*locals.back(), directory,
                        others ? others->place().gateway : gateway_actor{});
    receptions.push_back(std::make_unique<shard_reception>(*locals.back()));
    places.push_back({*home, *receptions.back()});
  }
  desk = spawn_desk(*locals.front());
  if (options.front.page.empty())
    options.front.page = chat_page();
  door = std::make_unique<front>(places, counts, options.front);
}

server::node::~node() {
  if (!ended_) {
    if (threads_.empty())
      start_shards();
    end_actors();
    stop_shards();
  }
  // Sockets first: they know the shards, and connections know them.
  control = nullptr;
  door = nullptr;
}

void server::node::start_shards() {
  for (auto& each : shards)
    threads_.emplace_back([home = each.get()] { home->run(); });
  kept.start();
  if (others && !others->objection())
    others->run();
}

int server::node::run() {
  // A program may have filled the options by itself: they are held to the same rules.
  auto wrong = contradictions(options);
  for (const auto& why : wrong)
    log::error("cannot serve", {{"reason", why}});
  if (!wrong.empty())
    return 1;
  if (auto why = door->listen(options.address, options.port)) {
    log::error("cannot listen",
               {{"address", options.address}, {"port", options.port}, {"reason", *why}});
    return 1;
  }
  // After the port: of two servers in one place, that is what the second one is to hear of.
  if (kept.objection()) {
    log::error("cannot keep rooms", {{"reason", *kept.objection()}});
    return 1;
  }
  if (others && others->objection()) {
    log::error("cannot join the cluster", {{"reason", *others->objection()}});
    return 1;
  }
  if (others)
    others->on_drain([this](std::function<void(control_answer)> reply) {
      boost::asio::post(control_, [this, reply = std::move(reply)] { drain(reply); });
    });
  if (!open_control())
    return 1;
  // Before anybody can know that this server runs, and so tell it to stop.
  signals_.add(SIGTERM);
  signals_.add(SIGINT);
  if (others)
    others->start(directory);
  start_shards();
  log::info("listening", {{"address", options.address},
                          {"port", door->port()},
                          {"shards", shards.size()},
                          {"version", version()}});
  if (on_listening)
    on_listening(door->port());
  wait_for_stop();
  let_clients_go();
  if (control)
    shards.front()->post([this] { control->stop(); });
  end_actors();
  stop_shards();
  log::info("stopped");
  return 0;
}

bool server::node::open_control() {
  auto wanted = options.control;
  auto is_asked_for = wanted.path != "auto";
  if (!is_asked_for)
    wanted.path = default_control_path(options.port);
  // Without a fixed port nobody would find it.
  if (wanted.path.empty() && (is_asked_for || options.port == 0))
    return true;
  control = std::make_unique<control_socket>(
    *shards.front(), counts, std::move(wanted),
    [this](const control_request& what, const control_reply& reply) { answer(what, reply); });
  auto why = control->open();
  if (!why) {
    shards.front()->post([this] { control->start(); });
    return true;
  }
  control = nullptr;
  if (is_asked_for)
    log::error("cannot open control", {{"reason", *why}});
  else
    log::warn("no control", {{"reason", *why}});
  return !is_asked_for;
}

void server::node::answer(const control_request& what, const control_reply& reply) {
  if (others) {
    // The reply belongs to the thread of the socket.
    others->answer(what, [this, reply](const control_answer& done) {
      shards.front()->post([reply, line = to_json(done)] { reply(line); });
    });
    return;
  }
  node_status self;
  self.name = to_text({options.address, door->port()});
  self.rooms = static_cast<std::uint64_t>(counts.rooms.value());
  self.connections = door->connections();
  reply(to_json(answer_alone(what, std::move(self))));
}

// What a stop does first; the process stays, with nobody in it.
void server::node::drain(const std::function<void(control_answer)>& reply) {
  if (std::exchange(drained_, true)) {
    reply(control_failure{"this node is drained already"});
    return;
  }
  log::info("draining", {{"reason", "an operator"}});
  door->drain();
  auto rooms_moved = hand_rooms_over();
  close_clients(time_to_close_all());
  reply(control_done{rooms_moved});
}

void server::node::stop() {
  boost::asio::post(control_, [this] { control_.stop(); });
}

void server::node::wait_for_stop() {
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

bool server::node::wait_until(std::chrono::milliseconds patience,
                              const std::function<bool()>& done) const {
  auto end = std::chrono::steady_clock::now() + patience;
  while (!done()) {
    if (std::chrono::steady_clock::now() >= end)
      return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  return true;
}

void server::node::let_clients_go() {
  if (options.shutdown_delay.count() > 0) {
    door->announce_draining();
    wait_until(options.shutdown_delay, [] { return false; });
  }
  door->drain();
  if (!drained_)
    hand_rooms_over();
  if (others)
    close_clients(options.shutdown_grace);
  auto tell_all = [this](auto what) {
    for (auto& here : locals)
      here->home.post([connections = &here->connections, what] {
        for (auto& each : *connections)
          what(each);
      });
  };
  // What was accepted is finished and answered before anybody goes.
  tell_all([](connection_state& each) { each.stop_reading(); });
  wait_until(std::min(options.shutdown_grace, options.connection.answer_timeout),
             [this] { return counts.commands_in_flight.value() == 0; });
  tell_all([](connection_state& each) { each.close(close_code::shutdown); });
  auto all_gone = wait_until(options.shutdown_grace, [this] { return door->connections() == 0; });
  if (!all_gone)
    log::warn("clients cut off", {{"connections", door->connections()}});
}

// Their homes go to other nodes; the clients that are left here reach them there.
std::size_t server::node::hand_rooms_over() {
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

// Not all at once: they come to the other nodes.
void server::node::close_clients(std::chrono::milliseconds patience) {
  using clock = std::chrono::steady_clock;
  auto gone = [this] { return door->connections() == 0; };
  auto end = clock::now() + patience;
  pace closing{options.cluster.drain_rate, clock::now()};
  while (!gone() && clock::now() < end) {
    auto left = std::make_shared<std::atomic<std::ptrdiff_t>>(closing.take(clock::now()));
    for (auto& here : locals)
      here->home.post([connections = &here->connections, left] {
        for (auto at = connections->begin(); at != connections->end();) {
          auto& each = *at++;
          if (each.is_draining())
            continue;
          if (left->fetch_sub(1) <= 0)
            return;
          each.close(close_code::shutdown);
        }
      });
    wait_until(closing_turn, gone);
  }
}

// At the rate that is wished, and for as long as somebody who lingers may.
std::chrono::milliseconds server::node::time_to_close_all() const {
  return options.shutdown_grace
         + std::chrono::milliseconds{door->connections() * 1000 / options.cluster.drain_rate};
}

void server::node::end_actors() {
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
  }
  end(desk);
  for (auto& each : fanouts)
    end(each);
  end(directory);
  if (others)
    others->end_actors();
  // Behind what rooms had to store.
  wait_until(actors_patience, [this] { return counts.rooms.value() == 0; });
  kept.end_actors();
  if (!wait_until(actors_patience, [this] { return system.registry().running() == 0; }))
    log::warn("actors still running", {{"actors", system.registry().running()}});
  ended_ = true;
}

void server::node::stop_shards() {
  for (auto& each : shards)
    each->stop();
  for (auto& each : threads_)
    each.join();
  threads_.clear();
  kept.stop();
  if (others)
    others->stop();
}

} // namespace salon

#include "server/node.hpp"

#include "actors/connection.hpp"
#include "actors/salon_service.hpp"
#include "base/log.hpp"
#include "net/host_port.hpp"
#include "server/chat_page.hpp"
#include "server/lone_node.hpp"
#include "server/pace.hpp"
#include "server/version.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

namespace salon {

namespace {

// Clients who are sent elsewhere are closed some at a time.
constexpr auto closing_turn = std::chrono::milliseconds{100};

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

server::node::node(config wanted) : node_core(std::move(wanted)) {
  if (others)
    others->on_view([this](const cluster_view& those) { kept->work_with(those); });
  std::vector<front_place> places;
  for (auto& each : locals) {
    spawn_salon_service(*each, directory, gateway());
    receptions_.push_back(std::make_unique<shard_reception>(*each));
    places.push_back({each->home, *receptions_.back()});
  }
  if (options.front.page.empty())
    options.front.page = chat_page();
  door_ = std::make_unique<front>(places, counts, options.front);
}

server::node::~node() {
  end();
  // Sockets first: they know the shards, and connections know them.
  control_ = nullptr;
  door_ = nullptr;
}

int server::node::run() {
  // A program may have filled the options by itself: they are held to the same rules.
  auto wrong = contradictions(options);
  for (const auto& why : wrong)
    log::error("cannot serve", {{"reason", why}});
  if (!wrong.empty())
    return 1;
  if (auto why = door_->listen(options.address, options.port)) {
    log::error("cannot listen",
               {{"address", options.address}, {"port", options.port}, {"reason", *why}});
    return 1;
  }
  // After the port: of two servers in one place, that is what the second one is to hear of.
  if (kept->objection()) {
    log::error("cannot keep rooms", {{"reason", *kept->objection()}});
    return 1;
  }
  if (others && others->objection()) {
    log::error("cannot join the cluster", {{"reason", *others->objection()}});
    return 1;
  }
  if (others)
    others->on_drain([this](std::function<void(control_answer)> reply) {
      while_waiting([this, reply = std::move(reply)] { drain(reply); });
    });
  if (!open_control())
    return 1;
  catch_signals();
  if (others)
    others->start(directory);
  start_threads();
  log::info("listening", {{"address", options.address},
                          {"port", door_->port()},
                          {"shards", shards.size()},
                          {"version", version()}});
  if (on_listening)
    on_listening(door_->port());
  wait_for_stop();
  let_clients_go();
  if (control_)
    shards.front()->post([this] { control_->stop(); });
  end_actors();
  stop_threads();
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
  control_ = std::make_unique<control_socket>(
    *shards.front(), counts, std::move(wanted),
    [this](const control_request& what, const control_reply& reply) { answer(what, reply); });
  auto why = control_->open();
  if (!why) {
    shards.front()->post([this] { control_->start(); });
    return true;
  }
  control_ = nullptr;
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
  self.name = to_text({options.address, door_->port()});
  self.rooms = static_cast<std::uint64_t>(counts.rooms.value());
  self.connections = door_->connections();
  reply(to_json(answer_alone(what, std::move(self))));
}

// What a stop does first; the process stays, with nobody in it.
void server::node::drain(const std::function<void(control_answer)>& reply) {
  if (std::exchange(drained_, true)) {
    reply(control_failure{"this node is drained already"});
    return;
  }
  log::info("draining", {{"reason", "an operator"}});
  door_->drain();
  auto rooms_moved = leave_cluster();
  close_clients(time_to_close_all());
  reply(control_done{rooms_moved});
}

void server::node::let_clients_go() {
  if (options.shutdown_delay.count() > 0) {
    door_->announce_draining();
    wait_until(options.shutdown_delay, [] { return false; });
  }
  door_->drain();
  if (!drained_)
    leave_cluster();
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
  auto all_gone = wait_until(options.shutdown_grace, [this] { return door_->connections() == 0; });
  if (!all_gone)
    log::warn("clients cut off", {{"connections", door_->connections()}});
}

// Not all at once: they come to the other nodes.
void server::node::close_clients(std::chrono::milliseconds patience) {
  using clock = std::chrono::steady_clock;
  auto gone = [this] { return door_->connections() == 0; };
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
         + std::chrono::milliseconds{door_->connections() * 1000 / options.cluster.drain_rate};
}

} // namespace salon

#include "server/server.hpp"

#include "server/node.hpp"

#include <utility>

namespace salon {

server::server(config options) {
  init_messages<>();
  node_ = std::make_unique<node>(std::move(options));
}

server::~server() = default;

caf::actor_system& server::actors() noexcept {
  return node_->system;
}

const desk_actor& server::desk() const noexcept {
  return node_->desk;
}

void server::add_service(const std::string& prefix, service_actor service) {
  for (auto& each : node_->locals)
    each->services.try_emplace(prefix, service);
}

void server::on_listening(std::function<void(std::uint16_t)> what) {
  node_->on_listening = std::move(what);
}

int server::run() {
  return node_->run();
}

void server::stop() {
  node_->stop();
}

} // namespace salon

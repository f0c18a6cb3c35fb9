#include "server/server.hpp"

#include "server/node.hpp"

#include <utility>

namespace salon {

server::server(config options) : actor_home(std::make_unique<node>(prepared(std::move(options)))) {
  // nop
}

server::~server() = default;

server::node& server::self() const noexcept {
  return static_cast<node&>(*core_);
}

void server::on_listening(std::function<void(std::uint16_t)> what) {
  self().on_listening = std::move(what);
}

int server::run() {
  return self().run();
}

} // namespace salon

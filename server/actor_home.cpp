#include "server/actor_home.hpp"

#include "server/node_core.hpp"

#include <utility>

namespace salon {

actor_home::actor_home(std::unique_ptr<node_core> core) : core_(std::move(core)) {
  // nop
}

actor_home::~actor_home() = default;

caf::actor_system& actor_home::actors() noexcept {
  return core_->system;
}

const desk_actor& actor_home::desk() const noexcept {
  return core_->desk;
}

void actor_home::begin(const member_actor& whom) {
  core_->begin(whom);
}

void actor_home::add_service(const std::string& prefix, service_actor service) {
  core_->add_service(prefix, service);
}

void actor_home::stop() {
  core_->stop();
}

} // namespace salon

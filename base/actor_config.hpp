#pragma once

#include <caf/actor_system_config.hpp>

namespace salon {

/// How CAF itself is set up: actors that are not hosted have threads that sleep until there is
/// work, instead of looking for it a hundred times a second.
struct actor_config : caf::actor_system_config {
  actor_config() {
    set("caf.scheduler.policy", "sharing");
  }
};

} // namespace salon

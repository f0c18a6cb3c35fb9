#include "tests/support/stepped_shards.hpp"

#include "base/log.hpp"
#include "base/shard.hpp"
#include "messages/contracts.hpp"
#include "messages/desk_messages.hpp"

#include <caf/actor_registry.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/init_global_meta_objects.hpp>
#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <cstdlib>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace salon::testing {

namespace {

/// A configuration that can be made once the message types are known.
struct configuration : caf::actor_system_config {
  configuration() {
    // Everything under test is hosted; CAF's own threads have next to nothing to do.
    set("caf.scheduler.max-threads", 1);
  }
};

std::unique_ptr<configuration> configure() {
  static std::once_flag once;
  std::call_once(once, [] {
    log::configure(std::getenv("SALON_TEST_LOG") ? log::level::debug : log::level::off,
                   log::format::text);
    caf::init_global_meta_objects<caf::id_block::salon>();
    caf::core::init_global_meta_objects();
  });
  return std::make_unique<configuration>();
}

} // namespace

struct stepped_shards::parts {
  std::unique_ptr<configuration> options = configure();
  std::unique_ptr<caf::actor_system> system = std::make_unique<caf::actor_system>(*options);
  std::vector<std::unique_ptr<shard>> shards;
  std::set<const shard*> frozen;

  std::size_t ready(shard& which) const {
    return frozen.count(&which) == 0 ? which.ready() : 0;
  }
};

stepped_shards::stepped_shards(std::size_t count, stepping how)
  : parts_(std::make_unique<parts>()) {
  shard_options options;
  options.stepped = how == stepping::by_hand;
  for (std::size_t i = 0; i < count; ++i)
    parts_->shards.push_back(std::make_unique<shard>(*parts_->system, i, options));
}

stepped_shards::~stepped_shards() {
  parts_->frozen.clear();
  run();
  // Actors of CAF's own scheduler end on threads of theirs.
  auto patience = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (actors() != 0 && std::chrono::steady_clock::now() < patience) {
    std::this_thread::yield();
    run();
  }
  auto left = actors();
  CHECK(left == 0);
  if (left != 0) {
    // A system waits for its last actor, for ever.
    parts_->shards.clear();
    static_cast<void>(parts_->system.release());
    static_cast<void>(parts_->options.release());
    return;
  }
  parts_->system->await_all_actors_done();
  parts_->shards.clear();
}

caf::actor_system& stepped_shards::system() noexcept {
  return *parts_->system;
}

shard& stepped_shards::operator[](std::size_t index) noexcept {
  return *parts_->shards[index];
}

std::size_t stepped_shards::size() const noexcept {
  return parts_->shards.size();
}

void stepped_shards::freeze(std::size_t index, bool frozen) {
  if (frozen)
    parts_->frozen.insert(parts_->shards[index].get());
  else
    parts_->frozen.erase(parts_->shards[index].get());
}

bool stepped_shards::is_frozen(std::size_t index) const {
  return parts_->frozen.count(parts_->shards[index].get()) > 0;
}

std::size_t stepped_shards::ready() {
  std::size_t count = 0;
  for (auto& each : parts_->shards)
    count += parts_->ready(*each);
  return count;
}

bool stepped_shards::step(std::size_t which) {
  for (auto& each : parts_->shards) {
    auto count = parts_->ready(*each);
    if (which < count)
      return each->step(which);
    which -= count;
  }
  return false;
}

void stepped_shards::run() {
  do {
    while (step())
      continue;
    for (auto& each : parts_->shards)
      each->flush();
  } while (ready() > 0);
}

void stepped_shards::advance(std::chrono::steady_clock::duration by) {
  run();
  for (; by >= timer_wheel::tick; by -= timer_wheel::tick) {
    for (auto& each : parts_->shards)
      each->advance(timer_wheel::tick);
    run();
  }
}

std::size_t stepped_shards::actors() const {
  return parts_->system->registry().running();
}

} // namespace salon::testing

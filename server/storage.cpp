#include "server/storage.hpp"

#include "actors/history.hpp"
#include "actors/log_reader.hpp"
#include "base/log.hpp"
#include "base/state_folder.hpp"
#include "store/memory_store.hpp"
#include "store/sqlite_store.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace salon {

namespace {

enum place : std::size_t { writing, reading, upkeep, places };

bool is_durable(const room_options& rooms) {
  return rooms.durability != durability::none && rooms.has_history();
}

bool keeps_anything(const config& options) {
  return is_durable(options.defaults)
         || std::any_of(options.namespaces.begin(), options.namespaces.end(),
                        [](const auto& x) { return is_durable(x.second); });
}

} // namespace

std::string default_store_path(std::uint16_t port) {
  auto folder = state_folder();
  return folder.empty() ? folder : folder + "/" + std::to_string(port) + ".db";
}

storage::storage(caf::actor_system& system, const config& options, metrics& counts)
  : system_(system),
    counts_(counts),
    options_(options.history),
    checkpoint_timer_([this] { checkpoint(); }) {
  if (keeps_anything(options))
    open(options);
  if (!store_)
    return;
  auto slow = options.shard;
  slow.wakes_at_once = true;
  for (std::size_t i = 0; i < places; ++i)
    threads_of_.push_back(std::make_unique<shard>(system_, options.shards + i, slow));
  log_ = spawn_history(*threads_of_[writing], *store_, counts_, options_);
  reader_ = spawn_log_reader(*threads_of_[reading], store_->make_reader(), counts_, options_);
}

storage::~storage() {
  end_actors();
  stop();
}

void storage::open(const config& options) {
  auto path = options.store_path;
  if (path == "memory" || (path.empty() && options.port == 0)) {
    // A port of its own each time names nothing that the next process could find.
    log::info("rooms kept in memory",
              {{"reason", path.empty() ? "any free port, and no store.path" : "store.path"}});
    store_ = make_memory_store();
    return;
  }
  if (path.empty())
    path = default_store_path(options.port);
  if (path.empty()) {
    objection_
      = "there is no place for what rooms keep: set store.path, XDG_STATE_HOME or HOME, or "
        "defaults.durability = \"none\"";
    return;
  }
  sqlite_options wanted;
  wanted.path = path;
  wanted.wal_bytes_max = options.store_wal_bytes_max;
  wanted.cache_bytes = options.store_cache_bytes;
  wanted.vfs = options.store_vfs;
  auto opened = open_sqlite_store(std::move(wanted));
  if (!opened) {
    objection_ = opened.error().sentence;
    return;
  }
  store_ = std::move(*opened);
  log::info("rooms kept", {{"path", path}});
}

void storage::start() {
  for (auto& each : threads_of_)
    threads_.emplace_back([home = each.get()] { home->run(); });
  if (!threads_of_.empty())
    threads_of_[upkeep]->post([this] { checkpoint(); });
}

void storage::checkpoint() {
  auto left = store_->checkpoint();
  if (left)
    counts_.log_wal_bytes.value(static_cast<std::int64_t>(*left));
  else
    log::debug("checkpoint failed", {{"reason", left.error().sentence}});
  threads_of_[upkeep]->wheel().arm(checkpoint_timer_, options_.checkpoint_interval);
}

void storage::end_actors() {
  if (log_)
    dismiss(log_);
  if (reader_)
    dismiss(reader_);
  log_ = nullptr;
  reader_ = nullptr;
}

void storage::stop() {
  for (auto& each : threads_of_)
    each->stop();
  for (auto& each : threads_)
    each.join();
  threads_.clear();
  checkpoint_timer_.disarm();
}

} // namespace salon

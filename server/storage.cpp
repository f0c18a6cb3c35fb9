#include "server/storage.hpp"

#include "actors/history.hpp"
#include "actors/log_reader.hpp"
#include "base/log.hpp"
#include "base/state_folder.hpp"
#include "store/memory_store.hpp"
#include "store/sqlite_store.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace salon {

namespace {

enum place : std::size_t { writing, reading, upkeep, places };

constexpr std::array<const char*, places> thread_names{"log writer", "log reader", "log upkeep"};

// Renewals that may fail before a lease is over.
constexpr auto renewals_of_a_lease = 5;

bool is_durable(const room_options& rooms) {
  return rooms.durability != durability::none && rooms.has_history();
}

bool keeps_anything(const config& options) {
  return is_durable(options.defaults)
         || std::any_of(options.namespaces.begin(), options.namespaces.end(),
                        [](const auto& x) { return is_durable(x.second); });
}

// What other nodes are told of who has a room.
std::string name_of(const config& options) {
  const auto& cluster = options.cluster;
  for (const auto* each : {&cluster.name, &cluster.advertise, &cluster.listen})
    if (!each->empty())
      return *each;
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0)
    host = {"salon"};
  return std::string{host.data()} + ":" + std::to_string(options.port);
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
    checkpoint_timer_([this] { checkpoint(); }),
    lease_timer_([this] { renew_lease(); }) {
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
  if (is_postgres_url(path)) {
    open_shared(options);
    return;
  }
  if (options.cluster.is_on()) {
    // A file of this machine is of no use to the next home of a room.
    log::info("rooms kept in memory", {{"reason", "a cluster, and no postgres:// in store.path"}});
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

void storage::open_shared(const config& options) {
  auto wanted = options.postgres;
  wanted.url = options.store_path;
  if (wanted.node_name.empty())
    wanted.node_name = name_of(options);
  lease_interval_ = wanted.lease_ttl / renewals_of_a_lease;
  auto opened = open_postgres_store(std::move(wanted));
  if (!opened) {
    objection_ = opened.error().sentence;
    return;
  }
  shared_ = opened->get();
  store_ = std::move(*opened);
  lease_ = shared_->lease().number();
  log::info("rooms kept", {{"path", shared_->place()}});
}

room_storage storage::handles() const {
  room_storage result{log_, reader_, options_};
  if (shared_ != nullptr)
    result.lease = [shared = shared_] { return shared->lease().valid_number(); };
  return result;
}

void storage::start() {
  for (std::size_t i = 0; i < threads_of_.size(); ++i)
    threads_.emplace_back([home = threads_of_[i].get(), i] { home->run(thread_names[i]); });
  if (!threads_of_.empty())
    threads_of_[upkeep]->post([this] {
      checkpoint();
      if (shared_ != nullptr)
        renew_lease();
    });
}

void storage::work_with(const cluster_view& those) {
  if (shared_ == nullptr)
    return;
  lease_company all;
  for (const auto& each : those.members())
    all.lives.push_back(to_string(each.node.life));
  all.number = those.hash();
  shared_->lease().work_with(std::move(all));
}

void storage::renew_lease() {
  auto& lease = shared_->lease();
  auto failure = lease.renew();
  auto has_failed = failure.code != store_errc::none;
  if (has_failed && !lease_failing_)
    log::warn("lease not renewed", {{"reason", failure.sentence}});
  lease_failing_ = has_failed;
  // What was begun under the old one is over: the rooms find out by themselves.
  if (auto before = std::exchange(lease_, lease.number()); before != lease_)
    log::warn("lease lost", {{"lease", before}, {"next", lease_}});
  counts_.log_lease_valid.value(lease.is_valid() ? 1 : 0);
  threads_of_[upkeep]->wheel().arm(lease_timer_, lease_interval_);
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
  lease_timer_.disarm();
}

} // namespace salon

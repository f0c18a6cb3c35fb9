#pragma once

#include "actors/history.hpp"
#include "actors/log_reader.hpp"
#include "tests/actors/cluster_fixture.hpp"
#include "tests/simulation/shared_log.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace salon::testing {

/// Nodes whose rooms are in one log, which does what PostgreSQL does.
class durable_cluster {
public:
  explicit durable_cluster(std::size_t count, const room_options& rooms = in_log(),
                           const gateway_options& tuning = {})
    : accounts_(count),
      nodes(
        count, rooms, [this](std::size_t index) { return storage_of(index); }, tuning) {
    // nop
  }

  ~durable_cluster() {
    for (auto& each : histories_)
      dismiss(each);
    for (auto& each : readers_)
      dismiss(each);
  }

  durable_cluster(const durable_cluster&) = delete;
  durable_cluster& operator=(const durable_cluster&) = delete;

  static room_options in_log() {
    room_options options;
    options.durability = durability::process;
    options.join_leave = true;
    return options;
  }

  /// The database finds that the lease of a node is over; those of others are renewed.
  void let_lease_end(std::size_t node) {
    log_.now += 2 * simulation::shared_log::lease_ms;
    for (std::size_t i = 0; i < accounts_.size(); ++i)
      if (i != node)
        log_.renew(*accounts_[i], 0);
  }

  const std::string& epoch_of(const room_id& room) const {
    return log_.epoch_of(room);
  }

private:
  room_storage storage_of(std::size_t index) {
    if (!counts_)
      counts_ = std::make_unique<metrics>(nodes.shards.system());
    if (accounts_[index])
      accounts_[index]->dead = true;
    auto account = std::make_shared<simulation::shared_log::account>();
    account->name = "n" + std::to_string(index);
    account->life = account->name + "/" + std::to_string(stores_.size());
    log_.renew(*account, 0);
    accounts_[index] = account;
    auto& home = nodes.shards[index];
    stores_.push_back(log_.store_of(account));
    histories_.push_back(spawn_history(home, *stores_.back(), *counts_, {}));
    readers_.push_back(spawn_log_reader(home, stores_.back()->make_reader(), *counts_, {}));
    return {histories_.back(), readers_.back(), {}, [account] { return account->valid(0); }};
  }

  simulation::shared_log log_;
  std::unique_ptr<metrics> counts_;
  std::vector<simulation::shared_log::account_ptr> accounts_;
  std::vector<std::unique_ptr<history_store>> stores_;
  std::vector<history_actor> histories_;
  std::vector<log_reader_actor> readers_;

public:
  cluster_fixture nodes;
};

} // namespace salon::testing

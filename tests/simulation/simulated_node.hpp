#pragma once

#include "actors/directory.hpp"
#include "actors/fanout.hpp"
#include "actors/gateway.hpp"
#include "actors/history.hpp"
#include "actors/log_reader.hpp"
#include "messages/control_protocol.hpp"
#include "tests/simulation/shared_log.hpp"

#include <memory>
#include <string>

namespace salon::simulation {

/// What a node lives in: its two threads, and what the others share with it.
struct node_place {
  shard& home;
  shard& disk; ///< The thread of the log.
  link_carrier& carrier;
  shared_log& log;
  const std::int64_t& clock; ///< The node's own, in milliseconds.
  std::shared_ptr<const namespaces> rooms;
  std::vector<std::string> join;
};

/// A node of the cluster in one life, put together as `server/` does it, without sockets.
class simulated_node {
public:
  simulated_node(const node_place& place, const node_info& self);
  ~simulated_node();

  simulated_node(const simulated_node&) = delete;
  simulated_node& operator=(const simulated_node&) = delete;

  /// The process ends, at once.
  void end();

  /// An operator wants it.
  void order(control_request what);

  fanout_state& fanout() noexcept {
    return *fanout_state_;
  }

  shard& home() noexcept {
    return home_;
  }

  shared_log::account& account() noexcept {
    return *account_;
  }

private:
  shard& home_;
  shard& disk_;
  shared_log::account_ptr account_;
  std::unique_ptr<history_store> store_;
  metrics counts_;
  history_actor history_;
  log_reader_actor reader_;
  gateway_actor gateway_;
  gateway_state* gateway_state_ = nullptr;
  homes_actor directory_;
  audience_actor fanout_;
  fanout_state* fanout_state_ = nullptr;
};

} // namespace salon::simulation

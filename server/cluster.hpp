#pragma once

#include "actors/caf_carrier.hpp"
#include "actors/caf_carrier_network.hpp"
#include "actors/directory.hpp"
#include "actors/gateway.hpp"
#include "base/shard.hpp"
#include "messages/control_protocol.hpp"
#include "net/cluster_door.hpp"
#include "server/config.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

namespace salon {

/// What a node shows to the others, and what CAF was told about it; made before CAF's actor system.
struct cluster_setup {
  bool is_on = false;
  client_id life = client_id::random(); ///< This start of the node.
  cluster_files files;                  ///< What it shows to others.
  std::optional<std::string> objection; ///< Why there can be no cluster, a sentence.
};

/// Prepares CAF's configuration for a cluster, where one is configured, and gives the store the
/// node's life.
cluster_setup prepare_cluster(caf::actor_system_config& actors, config& all);

/// A node's part in a cluster: the port, the way to others, and the gateway, on a thread of their
/// own.
class cluster {
public:
  /// Takes the port, if others are to connect to it. Nobody comes in before `start`.
  cluster(caf::actor_system& system, metrics& counts, const config& options,
          const cluster_setup& setup);

  cluster(const cluster&) = delete;
  cluster& operator=(const cluster&) = delete;

  ~cluster();

  /// Why it cannot be used, for the operator.
  const std::optional<std::string>& objection() const noexcept {
    return objection_;
  }

  /// What the directory has to know.
  cluster_place place() const;

  /// Looks for others, and lets them in, once it runs.
  void start(homes_actor directory);

  /// Starts the thread.
  void run();

  /// Offers a service of this node to the others.
  void offer(const std::string& prefix, const service_actor& service) const;

  /// Answers the operator. `reply` is called on the cluster's thread.
  void answer(const control_request& what, std::function<void(control_answer)> reply) const;

  /// Hands over all rooms, so that nobody misses them. `done` is called on the cluster's thread.
  void leave(std::function<void(std::size_t rooms)> done) const;

  /// Who lets the whole node go when an operator wants it. Before `start`.
  void on_drain(std::function<void(std::function<void(control_answer)>)> what) {
    drain_ = std::move(what);
  }

  /// Who is told of the nodes that this one shares the cluster with, on the cluster's thread.
  /// Before `start`.
  void on_view(std::function<void(const cluster_view&)> what) {
    view_ = std::move(what);
  }

  /// Says farewell to the others.
  void end_actors();

  /// Waits for the thread.
  void stop();

private:
  node_info self_;
  gateway_options tuning_;
  std::vector<std::string> join_;
  relay_options relays_;
  std::chrono::milliseconds gather_timeout_;
  std::optional<std::string> objection_;
  std::unique_ptr<shard> home_;
  std::unique_ptr<caf_network> network_;
  std::unique_ptr<cluster_door> door_;
  started_carrier carrier_;
  spawned<gateway_state, gateway_actor> gateway_{};
  std::thread thread_;
  std::function<void(std::function<void(control_answer)>)> drain_;
  std::function<void(const cluster_view&)> view_;
};

} // namespace salon

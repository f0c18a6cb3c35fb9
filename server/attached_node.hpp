#pragma once

#include "server/actor_home.hpp"
#include "server/config.hpp"

#include <functional>
#include <string>

namespace salon {

/// A program of its own that takes part in a running cluster: its members sit in rooms of all
/// nodes, its services answer the clients of all. It has no rooms, no clients and no store, and
/// need not listen anywhere: it connects to the nodes that `cluster.join` names, with the
/// certificate of a node, and they tell it of the others.
///
/// A link that breaks is made again, and members keep their places. When the process dies, its
/// members leave and its methods are not available (108); started again under the same
/// `cluster.name` it is the same node in a new life.
class attached_node : public actor_home {
public:
  /// Sets all up and connects to nobody yet. From here on the process logs as `options` say, of
  /// which those about clients, rooms and the store mean nothing here.
  explicit attached_node(config options);

  /// Ends everything that is left.
  ~attached_node();

  /// Calls `what` once there are nodes that host rooms, the first time, on a thread of the node's
  /// own. Call it before `run`.
  void on_attached(std::function<void()> what);

  /// Takes part until SIGTERM or SIGINT; then its members leave. A second signal ends the process
  /// at once. Waits as long as it takes for a node to attach to.
  /// Returns what the process should end with: 0, or 1 when it could never be attached.
  int run();

private:
  class node;

  node& self() const noexcept;
};

/// The configuration of such a program, as config_from_environment has it for a server.
/// @param name  What it is called in the cluster, unless `cluster.name` says otherwise.
config attached_config_from_environment(const std::string& name);

} // namespace salon

#pragma once

#include "actors/metrics.hpp"
#include "actors/shard_locals.hpp"
#include "base/actor_config.hpp"
#include "base/shard.hpp"
#include "messages/desk_messages.hpp"
#include "server/cluster.hpp"
#include "server/config.hpp"
#include "server/storage.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <caf/actor_system.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace salon {

/// Lets the process log as `options` say, and know the messages that its nodes need; gives them
/// back.
config prepared(config options);

/// What a node of either kind is made of, in the order it is made: the shards with their fanouts,
/// the directory, the desk, and its part in a cluster.
class node_core {
public:
  /// @param wanted  From `prepared`.
  explicit node_core(config wanted);

  /// Ends everything that is left.
  virtual ~node_core();

  node_core(const node_core&) = delete;
  node_core& operator=(const node_core&) = delete;

  /// Lets an actor that waits for it begin: there are rooms for it, or there will be.
  virtual void begin(const member_actor& whom);

  /// Lets `service` answer here and, in a cluster, to the clients of others. The first of a prefix
  /// stays.
  void add_service(const std::string& prefix, const service_actor& service);

  /// Makes `wait_for_stop` return. Any thread may call it.
  void stop();

  config options;
  actor_config actor_options;
  cluster_setup setup;
  caf::actor_system system;
  metrics counts;
  std::shared_ptr<const namespaces> rooms;
  std::unique_ptr<storage> kept;   ///< Null where no room is at home.
  std::unique_ptr<cluster> others; ///< Null without a cluster.
  std::vector<std::unique_ptr<shard>> shards;
  homes_actor directory;
  std::vector<audience_actor> fanouts;
  std::vector<std::unique_ptr<shard_locals>> locals;
  desk_actor desk;

protected:
  gateway_actor gateway() const {
    return others ? others->place().gateway : gateway_actor{};
  }

  /// From here on a signal is waited for. Before anybody can know that this process runs, and so
  /// tell it to stop.
  void catch_signals();

  /// Returns on a signal, or `stop`. Then a further signal ends the process at once.
  void wait_for_stop();

  /// Calls `what` on the thread that waits for the stop.
  void while_waiting(std::function<void()> what);

  void start_threads();

  /// Hands all rooms over, and tells the other nodes that this one goes. How many went.
  std::size_t leave_cluster() const;

  void end_actors();
  void stop_threads();

  /// Ends all that has begun, unless it has ended.
  void end();

  /// Polls `done` until it is true or `patience` is over; whether it was.
  bool wait_until(std::chrono::milliseconds patience, const std::function<bool()>& done) const;

private:
  std::vector<std::thread> threads_;
  boost::asio::io_context control_;
  boost::asio::signal_set signals_{control_};
  bool ended_ = false;
};

} // namespace salon

#pragma once

#include "actors/metrics.hpp"
#include "actors/reception.hpp"
#include "actors/shard_locals.hpp"
#include "base/shard.hpp"
#include "messages/desk_messages.hpp"
#include "net/control_socket.hpp"
#include "net/front.hpp"
#include "server/cluster.hpp"
#include "server/config.hpp"
#include "server/server.hpp"
#include "server/storage.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace salon {

/// Receives the sockets of one shard.
class shard_reception final : public reception {
public:
  explicit shard_reception(shard_locals& here) : here_(here) {
    // nop
  }

  std::optional<std::string> objection(const visit& who) const override;
  received receive(transport& socket, visit who) override;

private:
  shard_locals& here_;
};

/// Everything a node is made of, in the order it is made.
class server::node {
public:
  explicit node(config wanted);
  ~node();

  int run();
  void stop();

  config options;
  caf::actor_system_config actor_options;
  cluster_setup setup;
  caf::actor_system system;
  metrics counts;
  std::shared_ptr<const namespaces> rooms;
  storage kept;
  std::unique_ptr<cluster> others; ///< Null without a cluster.
  std::vector<std::unique_ptr<shard>> shards;
  homes_actor directory;
  std::vector<audience_actor> fanouts;
  std::vector<std::unique_ptr<shard_locals>> locals;
  std::vector<std::unique_ptr<shard_reception>> receptions;
  desk_actor desk;
  std::unique_ptr<front> door;
  std::unique_ptr<control_socket> control;
  std::function<void(std::uint16_t)> on_listening;

private:
  /// Makes the control socket that the options ask for; whether nothing stands against serving.
  bool open_control();
  void answer(const control_request& what, const control_reply& reply);
  void drain(const std::function<void(control_answer)>& reply);

  void start_shards();
  void wait_for_stop();
  void let_clients_go();
  std::size_t hand_rooms_over();
  void close_clients(std::chrono::milliseconds patience);
  std::chrono::milliseconds time_to_close_all() const;
  void end_actors();
  void stop_shards();

  /// Polls `done` until it is true or `patience` is over; whether it was.
  bool wait_until(std::chrono::milliseconds patience, const std::function<bool()>& done) const;

  std::vector<std::thread> threads_;
  boost::asio::io_context control_;
  boost::asio::signal_set signals_{control_};
  bool drained_ = false; ///< By an operator, before it is stopped.
  bool ended_ = false;
};

} // namespace salon

#pragma once

#include "actors/caf_carrier.hpp"
#include "actors/caf_carrier_network.hpp"
#include "actors/metrics.hpp"
#include "base/shard.hpp"
#include "net/cluster_door.hpp"
#include "tests/support/certificates.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <sys/types.h>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace salon::testing {

/// Makes all messages known to CAF, also those of its networks, for tests that make a system of
/// their own.
void know_messages();

/// What a node of a test is like.
struct node_wishes {
  cluster_files files;
  cluster_door_options door = {};
  carrier_options carrier = {};
  bool admits = true;  ///< Every way, at once.
  bool echoes = false; ///< Sends back what comes.
};

/// A node's carrier with all below it, on threads of its own: CAF, TLS and sockets are real. What a
/// gateway would hear is written down. Waiting fails the test when nothing comes.
class cluster_node final : link_carrier::user {
public:
  enum class kind : std::uint8_t { way, no_way, known, frame, closed };

  struct event {
    kind what;
    way_id way = 0;
    std::string address; ///< What was dialled.
    std::string text;    ///< The frame, or why.
  };

  explicit cluster_node(const node_wishes& wishes);

  cluster_node(const cluster_node&) = delete;
  cluster_node& operator=(const cluster_node&) = delete;

  virtual ~cluster_node();

  /// Where others dial it.
  std::string address() const;

  /// CAF's own port, behind the door.
  std::uint16_t caf_port() const {
    return caf_port_;
  }

  void dial(const std::string& whom);
  void send(way_id way, std::string frame);
  void close(way_id way);

  /// The `number`-th event of its kind, counted from 1.
  event await(kind what, std::size_t number = 1);

  /// Waits until `done`, which is asked on the node's thread.
  void await(const std::function<bool()>& done);

  std::vector<event> all(kind what) const;

  /// How many connections CAF has.
  std::size_t caf_connections();

  metrics& counts() {
    return counts_;
  }

private:
  void on_way(way_id way, const std::string& address) override;
  void on_no_way(const std::string& address, const std::string& why) override;
  void on_known(const std::string& address, way_id way) override;
  void on_frame(way_id way, std::string frame) override;
  void on_closed(way_id way, const std::string& why) override;

  void perform(std::function<void(link_carrier&)> what);
  void add(event what);

  struct configuration : caf::actor_system_config {
    explicit configuration(const cluster_files& files);
  };

  node_wishes wishes_;
  configuration config_;
  caf::actor_system system_;
  metrics counts_;
  shard home_;
  cluster_door door_;
  std::unique_ptr<caf_network> network_;
  started_carrier carrier_;
  std::uint16_t caf_port_ = 0;
  std::thread thread_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<event> events_; // guarded by mutex_
};

/// A node that echoes, in a process of its own. Make it before anything that has threads.
class cluster_process {
public:
  explicit cluster_process(const node_wishes& wishes);

  cluster_process(const cluster_process&) = delete;
  cluster_process& operator=(const cluster_process&) = delete;

  ~cluster_process();

  const std::string& address() const {
    return address_;
  }

  void signal(int number) const;

private:
  pid_t pid_;
  std::string address_;
};

} // namespace salon::testing

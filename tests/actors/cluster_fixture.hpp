#pragma once

#include "actors/directory.hpp"
#include "actors/gateway.hpp"
#include "tests/actors/fanout_fixture.hpp"
#include "tests/support/simulated_network.hpp"
#include "tests/support/stepped_shards.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace salon::testing {

/// The nodes of a cluster in one process, each with a gateway, a directory and a fanout on a shard
/// of its own, and a network between them that the test disturbs. Guests sit on nodes.
class cluster_fixture {
public:
  /// @param attached  So many of them, the last ones, host no rooms, and nobody can dial them.
  explicit cluster_fixture(std::size_t nodes, room_options rooms = in_memory(),
                           std::function<room_storage(std::size_t)> storage = {},
                           gateway_options gateways = {}, std::size_t attached = 0);
  ~cluster_fixture();

  cluster_fixture(const cluster_fixture&) = delete;
  cluster_fixture& operator=(const cluster_fixture&) = delete;

  static room_options in_memory();

  guest& add(std::size_t node, std::string_view name, wire_format format = wire_format::json);

  /// A guest that is in the room, with nothing in its log.
  guest& seated(std::size_t node, std::string_view name, const room_id& room = "lobby",
                fanout_state::entry_request request = {});

  /// A room name whose home is `node` as long as all nodes are up.
  /// @param after  How many such names to pass over.
  room_id room_at(std::size_t node, std::size_t after = 0) const;

  // services

  /// What a service answers; nothing: it never does.
  using answering = std::function<std::optional<rpc_answer>(const rpc_call&)>;

  /// A service of the node, which ends with it.
  service_actor offer(std::size_t node, const std::string& prefix, answering what);

  /// Calls a method on the node that nobody there serves. The result holds the answer, once it is
  /// there.
  std::shared_ptr<const std::optional<rpc_answer>> call(std::size_t node, rpc_call what);

  metrics& counts(std::size_t node);

  // what happens to nodes

  /// The process ends, at once.
  void kill(std::size_t node);

  /// It starts again, with a new life.
  void start(std::size_t node);

  /// Whom the node looks for when it starts again.
  void join(std::size_t node, std::vector<std::string> addresses) {
    join_[node] = std::move(addresses);
  }

  /// It starts again, and is called something else.
  void start_as(std::size_t node, std::string name);

  /// It stands still, and later goes on as if nothing had happened.
  void freeze(std::size_t node);
  void thaw(std::size_t node);

  // time

  /// Lets everything happen that can happen without time passing.
  void run();

  void advance(std::chrono::steady_clock::duration by);

  /// How many rooms are at home on the node.
  std::size_t homes(std::size_t node);

  /// Asks a node as an operator does; the answer when it has come, in time.
  using outcome = std::shared_ptr<std::optional<control_answer>>;
  outcome order(std::size_t node, control_request what);

  /// How the node sees the cluster.
  cluster_status status(std::size_t node);

  /// All rooms of the cluster, as the node lists them; in time.
  std::shared_ptr<std::optional<rooms_listed>> list(std::size_t node);

  simulated_network net;
  stepped_shards shards;

private:
  struct member_node;

  node_info info_of(std::size_t index);
  bool step_network();

  room_options options_;
  gateway_options gateways_;
  std::size_t hosts_; ///< The first ones.
  std::function<room_storage(std::size_t)> storage_;
  std::shared_ptr<const namespaces> rooms_;
  std::vector<std::unique_ptr<member_node>> nodes_;
  std::vector<std::unique_ptr<guest>> guests_;
  std::vector<std::chrono::steady_clock::duration> behind_; ///< Time that frozen nodes missed.
  std::vector<std::string> names_;
  std::map<std::size_t, std::vector<std::string>> join_;
  std::vector<contract<caf::result<void>(std::int32_t)>> askers_;
  std::uint32_t lives_ = 0;
};

} // namespace salon::testing

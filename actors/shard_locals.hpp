#pragma once

#include "actors/fanout.hpp"
#include "actors/metrics.hpp"
#include "actors/node_options.hpp"
#include "actors/room_options.hpp"
#include "base/shard.hpp"
#include "messages/contracts.hpp"

#include <boost/intrusive/list.hpp>

#include <atomic>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace salon {

/// Services by the prefix of their methods: what stands before the first dot.
using service_table = std::map<std::string, service_actor, std::less<>>;

class connection_state;

/// Takes a connection out of its shard's list when it is destroyed.
using connection_hook
  = boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

/// What the connections of one shard share. Outlives them.
struct shard_locals {
  shard& home;
  fanout_state& fanout;
  std::shared_ptr<const namespaces> rooms;
  connection_options options;
  metrics& counts;
  service_table services;
  service_actor elsewhere; ///< Asked when nobody here serves a method; null without a cluster.
  std::string version;     ///< As clients are told.
  std::function<client_id()> new_client_id;

  /// All that are there, handshaking ones too.
  boost::intrusive::list<connection_state, boost::intrusive::base_hook<connection_hook>,
                         boost::intrusive::constant_time_size<false>>
    connections;

  /// How many they are. Any thread may ask.
  std::atomic<std::size_t> connection_count{0};
};

} // namespace salon

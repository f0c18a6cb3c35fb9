#pragma once

#include "actors/node_options.hpp"
#include "net/options.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace salon {

/// What makes a server a node of a cluster, and how it behaves as one.
struct cluster_options {
  std::string listen;            ///< `host:port`; empty: no cluster, or if it hosts no rooms nobody
                                 ///< connects to it. Port 0: any free one.
  std::vector<std::string> join; ///< `host:port` of other nodes; its own is passed over.
  std::string advertise;         ///< What others dial; empty: `listen`, with the real port.
  std::string name;              ///< What placement goes by; empty: what others dial.
  bool hosts_rooms = true;       ///< False: a program that attaches itself, no option of a server.

  /// Files in PEM: all three, or none for a cluster on the loopback, which makes its own.
  std::string certificate;
  std::string key;
  std::string ca;

  cluster_door_options door;
  gateway_options gateway;
  relay_options relay;
  std::size_t drain_rate = 200; ///< Connections closed in a second when it hands all over.

  /// Whether there is to be a cluster.
  bool is_on() const noexcept {
    return !listen.empty() || !hosts_rooms;
  }
};

} // namespace salon

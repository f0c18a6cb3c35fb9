#pragma once

#include "messages/link_messages.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace salon {

/// What a node said last of how it sees the cluster.
struct reporting_node {
  node_info node;
  node_report said;
};

/// The nodes that a node shares a cluster with: all of them see each other. Nodes with the same
/// view agree on where rooms are to be; nodes whose views differ do not hand each other rooms.
class cluster_view {
public:
  struct member {
    node_info node;
    bool leaving = false;

    friend bool operator==(const member&, const member&) = default;
  };

  /// The view of nobody.
  cluster_view() = default;

  /// @param members  In any order, each name once.
  explicit cluster_view(std::vector<member> members);

  /// By name.
  const std::vector<member>& members() const noexcept {
    return members_;
  }

  /// The member with that name, or null.
  const member* find(const std::string& name) const noexcept;

  /// Whether this life of a node is in it.
  bool has(const client_id& life) const noexcept;

  /// Names of those who take rooms: no attached processes, and nobody who is leaving.
  std::vector<std::string> hosts() const;

  /// Two views with the same hash have the same members, in the same lives: spread(stable_hash) of
  /// each one's name, a zero byte and the life, by name. Releases that run in one cluster must
  /// agree on it.
  std::uint64_t hash() const noexcept {
    return hash_;
  }

  friend bool operator==(const cluster_view&, const cluster_view&) = default;

private:
  std::vector<member> members_;
  std::uint64_t hash_ = 0;
};

/// The view of the node that started as `self`. All who have links both ways with one another are a
/// group, made by taking nodes in the order of their names for as long as they fit, those that
/// host rooms first; who is left over makes groups in the same way. So also where links are cut
/// between some nodes only, each ends up in one group, and all find the same ones. A node to which
/// there is a link counts when it has said that it has the link, too. One to which there is none is
/// judged by what the others say of it. Those that host no rooms need no links with each other.
/// @param reports  Its own, and that of each node to which it has a link and that has said one.
cluster_view view_of(const client_id& self, const std::vector<reporting_node>& reports);

} // namespace salon

#pragma once

#include "actors/cluster_files.hpp"

#include <optional>
#include <string>
#include <vector>

namespace salon {

/// What a node shows to the others, or why it has nothing to show.
struct cluster_identity {
  cluster_files files;
  std::optional<std::string> objection; ///< A sentence for the operator.
};

/// Looks for what a node shows to the others. Files that are given are checked (see
/// `objection_to`). Without any, a cluster that is all on this machine uses a certificate made once
/// for this user, in `folder`, readable for nobody else; any number of nodes may start at once.
/// @param on_loopback  Whether nobody from another machine can be part of this cluster.
/// @param folder       Empty: there is no place for such a certificate.
cluster_identity find_identity(const cluster_files& given, bool on_loopback,
                               const std::string& folder);

/// Whether a node that listens at `listen`, if it does, and joins those at `join`, all `host:port`,
/// is in a cluster that is all on this machine.
bool is_all_on_loopback(const std::string& listen, const std::vector<std::string>& join);

/// Where this user's own certificate is kept: `$XDG_STATE_HOME/salon/cluster`, under
/// `~/.local/state` without that variable (XDG Base Directory Specification 0.8). Empty when there
/// is no home either.
std::string default_cluster_folder();

} // namespace salon

#pragma once

#include <string>

namespace salon {

/// What makes a process part of a cluster: paths of files in PEM. The CA is the cluster.
struct cluster_files {
  std::string certificate; ///< Of this node; certificates between it and the CA's may follow.
  std::string key;         ///< Its private key, without a passphrase.
  std::string ca;          ///< The certificate that all in this cluster descend from.
};

} // namespace salon

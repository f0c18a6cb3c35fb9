#pragma once

#include "actors/cluster_files.hpp"

#include <optional>
#include <string>

namespace salon {

/// Certificates as text in PEM.
struct made_certificates {
  std::string ca;
  std::string certificate;
  std::string key; ///< Of `certificate`. That of the CA is thrown away: it signs nothing else.
};

/// Makes a CA and one certificate for all nodes of a cluster on this machine: EC P-256, good for a
/// hundred years. Nothing when OpenSSL cannot.
std::optional<made_certificates> make_certificates();

/// Why a node cannot show `files` to others: one is missing, cannot be read, is not what it should
/// be, or others would not accept it now. A sentence that names the option; nothing if all is well.
std::optional<std::string> objection_to(const cluster_files& files);

} // namespace salon

#pragma once

#include "messages/ids.hpp"

#include <chrono>
#include <string>

namespace salon {

/// Where a store on PostgreSQL is, who uses it, and how long it may take.
struct postgres_options {
  /// `postgres://user@host/database`, with all that libpq knows to say in such a URL: several
  /// hosts, `sslmode`, ... The password may stand in it, and is never shown.
  std::string url;

  std::string node_name; ///< Of this node, as others are told who has a room.
  client_id life;        ///< Of this start of it; zeros: a new one is drawn.

  std::chrono::milliseconds request_timeout{5'000}; ///< For each question; then it is given up.
  std::chrono::seconds connect_timeout{3};          ///< For each host of the URL; 2 at least.

  /// How long this node may act for its rooms after it has last said that it lives. When it is
  /// over, by the database's clock, others may take them.
  std::chrono::milliseconds lease_ttl{5'000};
  std::chrono::milliseconds lease_margin{500}; ///< By how much this node believes it is shorter.

  /// Whether a standby that takes over has everything that was committed. Without it rooms get a
  /// new epoch when one does.
  bool synchronous_replication = false;
};

/// Whether `place` says where a PostgreSQL is, rather than naming a file.
bool is_postgres_url(const std::string& place);

/// Whether libpq can make sense of it. What it says when it cannot may have the password in it.
bool is_readable_postgres_url(const std::string& url);

/// `url` without password and parameters, fit to be shown; for what cannot be read as a URL just
/// its scheme.
std::string shown_postgres_url(const std::string& url);

} // namespace salon

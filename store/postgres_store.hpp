#pragma once

#include "store/history_store.hpp"
#include "store/postgres_lease.hpp"
#include "store/postgres_options.hpp"

#include <memory>
#include <string>

namespace salon {

/// A store that nodes share: a PostgreSQL database, version 15 or later. Each room is at one node
/// at a time; what is written says which, and the database refuses what comes too late.
class postgres_store : public history_store {
public:
  /// What this node may act under. Somebody has to renew it.
  virtual postgres_lease& lease() noexcept = 0;

  /// Gives up all rooms at once, by ending the lease. Before the store is destroyed nobody may
  /// renew it again; that ends it, too.
  virtual store_error release_all() = 0;

  /// Where it is, fit to be shown.
  virtual const std::string& place() const noexcept = 0;
};

/// Opens the store, with a lease; makes its schema when it is not there, and brings one of an
/// earlier version up to date. Several nodes may do so at once.
///
/// When another server answers there than before, and nobody has promised that it has everything
/// (postgres_options::synchronous_replication), all rooms get a new epoch and keep the rest. It is
/// looked at whenever a connection is made to write.
///
/// Fails with `refused` and a sentence when a person has to see to it.
store_result<std::unique_ptr<postgres_store>> open_postgres_store(postgres_options options);

} // namespace salon

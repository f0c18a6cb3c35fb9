#pragma once

#include "store/history_store.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace salon {

/// Where a store in a SQLite file is and how it behaves there.
struct sqlite_options {
  std::string path; ///< Its folder is made when it is not there. Only its owner may read either.
  std::chrono::milliseconds busy_timeout{5'000}; ///< Waiting for a lock of another connection.
  /// A checkpoint that finds the write-ahead log larger waits for readers, so that it can start
  /// over; at most `checkpoint_timeout`, during which nothing is written.
  std::uint64_t wal_bytes_max = 67'108'864;
  std::chrono::milliseconds checkpoint_timeout{500};
  std::uint64_t cache_bytes = 33'554'432; ///< Of the file, kept in memory by who writes.
  std::string vfs;     ///< SQLite's name for how it reaches files; empty: the usual way.
  std::string boot_id; ///< Of the running kernel; empty: the kernel is asked.
  std::function<std::string()> fresh_epoch; ///< Empty: eight random letters.
};

/// Opens the store, makes it when it is not there, and brings one of an earlier version up to date.
/// No other process can open it until this one has destroyed it or has died.
///
/// When the machine was started anew since, and the store had not been destroyed properly, then
/// what was not synced may be lost: rooms without durability::disk get a new epoch, and keep the
/// rest.
///
/// Fails with `refused` and a sentence when a person has to see to it.
store_result<std::unique_ptr<history_store>> open_sqlite_store(sqlite_options options);

} // namespace salon

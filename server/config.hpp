#pragma once

#include "actors/node_options.hpp"
#include "actors/room_options.hpp"
#include "base/log.hpp"
#include "base/shard_options.hpp"
#include "net/options.hpp"
#include "server/cluster_options.hpp"
#include "store/postgres_options.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace salon {

/// Everything that can be set about a server: the sum of its components' options. Each has a
/// working default; docs/configuration.md lists them by the names a configuration gives them.
struct config {
  std::string address = "127.0.0.1"; ///< The IP address to listen on.
  std::uint16_t port = 9501;         ///< 0: any free one.
  std::size_t shards = 0;            ///< I/O threads; 0: one for each hardware thread.
  bool insecure = false;             ///< Anonymous people may come from other machines.

  log::level log_level = log::level::info;
  log::format log_format = log::format::text;

  std::chrono::milliseconds shutdown_delay{0}; ///< /health says draining before accepting stops.
  std::chrono::milliseconds shutdown_grace = std::chrono::seconds{30}; ///< Then clients are cut.

  front_options front;
  connection_options connection;
  fanout_options fanout;
  directory_options directory;
  history_options history;
  shard_options shard;
  cluster_options cluster;
  control_options control{.path = "auto"}; ///< "auto": where default_control_path says.

  /// Where durable rooms are kept: a file, or the URL of a PostgreSQL; empty: where
  /// default_store_path says; "memory": nowhere.
  std::string store_path;
  std::size_t store_wal_bytes_max = 67'108'864; ///< Of the write-ahead log.
  std::size_t store_cache_bytes = 33'554'432;   ///< Of the file, in memory.
  std::string store_vfs;                        ///< How SQLite reaches files; for tests.
  postgres_options postgres;                    ///< But for its URL; and it may lack the name.

  std::size_t room_name_bytes_max = 255;
  room_options defaults; ///< Rooms without a namespace, and what each namespace starts from.
  std::map<std::string, room_options, std::less<>> namespaces;
};

/// The options of all rooms, as the directory and connections look them up. Throws
/// std::regex_error when a channel_regex is none.
namespaces make_namespaces(const config& from);

/// What one option alone cannot show: each sentence names two that contradict each other, or an
/// address that is not safe to listen on. Empty for a configuration that may be served.
/// @param places  How a sentence begins that is about a key, where not with the key itself:
///                `salon.toml:7: client.pong_timeout`.
/// Throws std::regex_error when a channel_regex is none.
std::vector<std::string> contradictions(const config& in,
                                        const std::map<std::string, std::string>& places = {});

} // namespace salon

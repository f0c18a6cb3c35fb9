#pragma once

#include "messages/errors.hpp"

#include <caf/fwd.hpp>
#include <caf/telemetry/counter.hpp>
#include <caf/telemetry/gauge.hpp>

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace salon {

/// Everything this node counts, in CAF's registry. The names are listed in docs/metrics.md. Any
/// thread may count.
class metrics {
public:
  using counter = caf::telemetry::int_counter;
  using gauge = caf::telemetry::int_gauge;

  explicit metrics(caf::actor_system& system);

  metrics(const metrics&) = delete;
  metrics& operator=(const metrics&) = delete;

  gauge& connections;
  gauge& handshakes;
  counter& connections_opened;
  gauge& accepts_paused;
  counter& accept_pauses;
  gauge& rooms;
  gauge& relays;
  gauge& nodes;
  gauge& nodes_lost;
  gauge& link_queue_bytes;
  counter& link_frames;
  counter& links_lost;
  counter& rooms_moved;
  gauge& calls_elsewhere;
  gauge& calls_for_others;
  gauge& members;
  gauge& member_actors;
  counter& publications;
  counter& deliveries;
  counter& frames_received;
  counter& bytes_received;
  counter& frames_written;
  counter& bytes_written;
  counter& writes;
  gauge& outbox_bytes;
  counter& slow_clients;
  gauge& publishes_waiting;
  gauge& fanout_queue;
  gauge& commands_in_flight;
  gauge& lagging;
  counter& demoted;
  counter& caught_up;
  counter& fell_behind;
  gauge& log_queue_bytes;
  counter& log_appends;
  counter& log_commits;
  counter& log_reads;
  gauge& log_reads_waiting;
  gauge& log_failing;
  gauge& log_lease_valid;
  gauge& log_wal_bytes;
  gauge& cluster_connections;
  gauge& cluster_strangers;
  counter& cluster_bytes_received;
  counter& cluster_bytes_sent;
  gauge& control_connections;
  counter& control_requests;
  counter& control_refused;

  /// Of the deliveries, those of one shard.
  counter& deliveries_on(std::size_t shard);

  /// Counts a connection closed with `code`.
  void closed(close_code code);

  /// Counts a command answered with `code`, a number of the protocol or of a service.
  void failed(std::uint32_t code);

  /// Counts an HTTP answer by its status.
  void responded(unsigned status);

  /// Counts a connection to the cluster port that ended before it was admitted.
  void stranger_left(std::string_view reason);

  /// All metrics of the node in Prometheus' text format, version 0.0.4.
  std::string prometheus() const;

private:
  counter& labelled(std::string_view name, std::string_view help, std::string_view label,
                    std::string_view value);

  caf::actor_system& system_;
};

} // namespace salon

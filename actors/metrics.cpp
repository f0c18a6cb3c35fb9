#include "actors/metrics.hpp"

#include <caf/actor_system.hpp>
#include <caf/telemetry/collector/prometheus.hpp>
#include <caf/telemetry/metric_registry.hpp>

namespace salon {

namespace {

metrics::gauge& add_gauge(caf::actor_system& system, std::string_view name, std::string_view help) {
  return *system.metrics().gauge_singleton("salon", name, help);
}

metrics::counter& add_counter(caf::actor_system& system, std::string_view name,
                              std::string_view help) {
  return *system.metrics().counter_singleton("salon", name, help, "1", true);
}

metrics::gauge& add_bytes(caf::actor_system& system, std::string_view name, std::string_view help) {
  return *system.metrics().gauge_singleton("salon", name, help, "bytes");
}

} // namespace

metrics::metrics(caf::actor_system& system)
  : connections(add_gauge(system, "connections", "Open client connections.")),
    handshakes(add_gauge(system, "handshakes", "Sockets that have not finished their request.")),
    connections_opened(add_counter(system, "connections_opened", "Connections upgraded.")),
    accepts_paused(add_gauge(system, "accepts_paused", "Shards that accept nothing for now.")),
    accept_pauses(add_counter(system, "accept_pauses", "Times accepting was paused.")),
    rooms(add_gauge(system, "rooms", "Rooms that are active.")),
    relays(add_gauge(system, "relays", "Rooms of the cluster that somebody here is in.")),
    nodes(
      add_gauge(system, "nodes", "Nodes of the cluster that this one agrees with, and itself.")),
    nodes_lost(add_gauge(system, "nodes_lost", "Nodes that went without a word, and are away.")),
    link_queue_bytes(add_bytes(system, "link_queue", "Bytes on their way to other nodes.")),
    link_frames(add_counter(system, "link_frames", "Frames sent to other nodes.")),
    links_lost(add_counter(system, "links_lost", "Links to other nodes that broke.")),
    rooms_moved(add_counter(system, "rooms_moved", "Rooms handed over to another node.")),
    calls_elsewhere(
      add_gauge(system, "calls_elsewhere", "Calls of services that other nodes work on.")),
    calls_for_others(
      add_gauge(system, "calls_for_others", "Calls from other nodes that services here work on.")),
    members(add_gauge(system, "members", "Memberships: one for each member and room.")),
    member_actors(add_gauge(system, "member_actors", "Actors of programs that are in rooms.")),
    publications(add_counter(system, "publications", "Publications that rooms sent out.")),
    deliveries(add_counter(system, "deliveries", "Publications handed to a member's outbox.")),
    frames_received(add_counter(system, "frames_received", "WebSocket messages from clients.")),
    bytes_received(add_counter(system, "received_bytes", "Bytes read from clients.")),
    frames_written(add_counter(system, "frames_written", "WebSocket frames written.")),
    bytes_written(add_counter(system, "written_bytes", "Bytes written to clients.")),
    writes(add_counter(system, "writes", "Writes to sockets; fewer for more frames is better.")),
    outbox_bytes(add_bytes(system, "outbox", "Bytes queued for clients.")),
    slow_clients(add_counter(system, "slow_clients", "Clients closed for reading too slowly.")),
    publishes_waiting(
      add_gauge(system, "publishes_waiting", "Publishes that wait for their room.")),
    fanout_queue(add_gauge(system, "fanout_queue", "Broadcasts not delivered to all members yet.")),
    commands_in_flight(add_gauge(system, "commands_in_flight", "Commands without an answer yet.")),
    lagging(add_gauge(system, "lagging_subscriptions", "Subscriptions that read on from the log.")),
    demoted(add_counter(system, "subscriptions_demoted", "Subscriptions that began to lag.")),
    caught_up(add_counter(system, "subscriptions_caught_up", "Of these, live again.")),
    fell_behind(add_counter(system, "subscriptions_expired", "Of these, ended: too far behind.")),
    log_queue_bytes(add_bytes(system, "log_queue", "Bytes of publications to be stored.")),
    log_appends(add_counter(system, "log_appends", "Publications stored.")),
    log_commits(add_counter(system, "log_commits", "Transactions that stored publications.")),
    log_reads(add_counter(system, "log_reads", "Pages read from the log.")),
    log_reads_waiting(add_gauge(system, "log_reads_waiting", "Reads of the log under way.")),
    log_failing(add_gauge(system, "log_failing", "1 while the store cannot be written.")),
    log_lease_valid(add_gauge(system, "log_lease_valid",
                              "1 while this node may act for rooms of a shared store.")),
    log_wal_bytes(add_bytes(system, "log_wal", "Size of the store's write-ahead log.")),
    cluster_connections(
      add_gauge(system, "cluster_connections", "Connections with nodes, strangers included.")),
    cluster_strangers(
      add_gauge(system, "cluster_strangers", "Connections to the cluster port, not admitted yet.")),
    cluster_bytes_received(
      add_counter(system, "cluster_received_bytes", "Bytes of TLS read from other nodes.")),
    cluster_bytes_sent(
      add_counter(system, "cluster_sent_bytes", "Bytes of TLS written to other nodes.")),
    control_connections(add_gauge(system, "control_connections", "Requests of the operator.")),
    control_requests(add_counter(system, "control_requests", "Requests that were understood.")),
    control_refused(add_counter(system, "control_refused", "Requests that were refused.")),
    system_(system) {
  // nop
}

metrics::counter& metrics::labelled(std::string_view name, std::string_view help,
                                    std::string_view label, std::string_view value) {
  auto* family = system_.metrics().counter_family("salon", name, {label}, help, "1", true);
  return *family->get_or_add({{label, value}});
}

metrics::counter& metrics::deliveries_on(std::size_t shard) {
  return labelled("shard_deliveries", "Deliveries by shard.", "shard", std::to_string(shard));
}

void metrics::closed(close_code code) {
  labelled("connections_closed", "Connections ended, by close code.", "code",
           std::to_string(static_cast<std::uint32_t>(code)))
    .inc();
}

void metrics::failed(std::uint32_t code) {
  labelled("errors", "Commands answered with an error, by its code.", "code", std::to_string(code))
    .inc();
}

void metrics::responded(unsigned status) {
  labelled("http_responses", "HTTP answers that are no upgrade, by status.", "status",
           std::to_string(status))
    .inc();
}

void metrics::stranger_left(std::string_view reason) {
  labelled("cluster_strangers_refused", "Strangers that were not admitted, by reason.", "reason",
           reason)
    .inc();
}

std::string metrics::prometheus() const {
  caf::telemetry::collector::prometheus collector;
  collector.min_scrape_interval(caf::timespan{0});
  auto text = collector.collect_from(system_.metrics());
  return {text.data(), text.size()};
}

} // namespace salon

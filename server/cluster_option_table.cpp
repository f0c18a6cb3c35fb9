#include "messages/names.hpp"
#include "net/host_port.hpp"
#include "server/option_makers.hpp"
#include "server/options.hpp"

namespace salon {

namespace {

using namespace std::chrono_literals;
using namespace option_makers;

bool is_place_to_listen(const std::string& text) {
  return text.empty() || read_host_port(text);
}

bool is_place_to_dial(const std::string& text) {
  auto where = read_host_port(text);
  return where && where->port != 0 && !is_unspecified(where->host);
}

// It is a column of tables and a word of command lines, as a room is.
bool is_node_name(const std::string& text) {
  return text.empty() || (text.size() <= 255 && is_room_name(text));
}

std::vector<option> make_table() {
  using c = config;
  std::vector<option> table;
  table.push_back(text<c>(
    "cluster.listen", [](auto& x) -> auto& { return x.cluster.listen; }, is_place_to_listen,
    R"(a host and a port, such as "127.0.0.1:9601" or "[::1]:9601", or "")",
    "Where other nodes connect; empty: no cluster. Port 0: any free one."));
  table.push_back(list<c>(
    "cluster.join", [](auto& x) -> auto& { return x.cluster.join; }, is_place_to_dial,
    R"(a list of hosts and ports, such as ["10.0.0.1:9601", "node-b:9601"])",
    "Other nodes of the cluster; one is enough, and its own address is passed over."));
  table.push_back(text<c>(
    "cluster.advertise", [](auto& x) -> auto& { return x.cluster.advertise; },
    [](const std::string& text) { return text.empty() || is_place_to_dial(text); },
    R"(a host and a port that is not 0, such as "node-a:9601", or "")",
    "What other nodes dial; empty: `cluster.listen`."));
  table.push_back(text<c>(
    "cluster.name", [](auto& x) -> auto& { return x.cluster.name; }, is_node_name,
    R"(up to 255 letters, digits and signs, such as "node-a", or "")",
    "What the node is called. Where rooms live goes by it: it should stay the same. Empty: what "
    "other nodes dial."));
  table.push_back(text<c>(
    "cluster.certificate", [](auto& x) -> auto& { return x.cluster.certificate; }, is_path,
    R"(a file in PEM, or "")",
    "The node's certificate. Empty, as the two that follow: one is made, for a cluster on this "
    "machine's loopback."));
  table.push_back(text<c>(
    "cluster.key", [](auto& x) -> auto& { return x.cluster.key; }, is_path,
    R"(a file in PEM, or "")", "The key to the certificate."));
  table.push_back(text<c>(
    "cluster.ca", [](auto& x) -> auto& { return x.cluster.ca; }, is_path, R"(a file in PEM, or "")",
    "Who signed the certificates of all nodes, and of nobody else: whoever has one is let in."));
  table.push_back(duration<c>(
    "cluster.failure_timeout",
    [](auto& x) -> auto& { return x.cluster.gateway.links.failure_timeout; }, 500ms, 10min,
    "Of silence, after which another node is down."));
  table.push_back(duration<c>(
    "cluster.heartbeat_interval",
    [](auto& x) -> auto& { return x.cluster.gateway.links.heartbeat_interval; }, 100ms, 1min,
    "Between signs of life to each other node; less than half of `cluster.failure_timeout`."));
  table.push_back(size<c>(
    "cluster.link_queue_bytes_max",
    [](auto& x) -> auto& { return x.cluster.gateway.links.queue_bytes_max; }, 4 * mib, 16 * gib,
    "What another node has not taken yet; over it the link is broken, and what was missed is read "
    "again."));
  table.push_back(size<c>(
    "cluster.link_window_bytes",
    [](auto& x) -> auto& { return x.cluster.gateway.links.window_bytes; }, 64 * kib, gib,
    "Under way to another node before it acknowledges."));
  table.push_back(number<c>(
    "cluster.batch_events_max",
    [](auto& x) -> auto& { return x.cluster.gateway.links.batch_events_max; }, 1, 100'000,
    "Events in one message to another node."));
  table.push_back(size<c>(
    "cluster.batch_bytes_max",
    [](auto& x) -> auto& { return x.cluster.gateway.links.batch_bytes_max; }, kib, 256 * kib,
    "Bytes in it, after which no further event joins."));
  table.push_back(duration<c>(
    "cluster.dial_interval", [](auto& x) -> auto& { return x.cluster.gateway.dial_interval; },
    100ms, 10min, "Between two tries to reach another node."));
  table.push_back(duration<c>(
    "cluster.dial_timeout", [](auto& x) -> auto& { return x.cluster.door.dial_timeout; }, 100ms,
    10min, "For its name and for a connection to it."));
  table.push_back(number<c>(
    "cluster.strangers_max", [](auto& x) -> auto& { return x.cluster.door.strangers_max; }, 1,
    100'000, "Connections that have not shown yet that they are nodes; further ones are cut."));
  table.push_back(number<c>(
    "cluster.strangers_per_address_max",
    [](auto& x) -> auto& { return x.cluster.door.strangers_per_address_max; }, 1, 100'000,
    "Of these, from one address."));
  table.push_back(duration<c>(
    "cluster.hello_timeout", [](auto& x) -> auto& { return x.cluster.door.hello_timeout; }, 100ms,
    10min, "For the beginning of a TLS handshake; then a connection is cut."));
  table.push_back(duration<c>(
    "cluster.admission_timeout", [](auto& x) -> auto& { return x.cluster.door.admission_timeout; },
    100ms, 10min, "From there to the proof that it is a node."));
  table.push_back(duration<c>(
    "cluster.unreachable_timeout",
    [](auto& x) -> auto& { return x.cluster.door.unreachable_timeout; }, 0s, 1h,
    "For the other side's kernel to acknowledge; then a connection is cut. `\"0s\"`: as the system "
    "has it."));
  table.push_back(size<c>(
    "cluster.splice_bytes_max", [](auto& x) -> auto& { return x.cluster.door.splice_bytes_max; },
    4 * kib, 16 * mib, "Of each connection and way, between the network and the node."));
  table.push_back(duration<c>(
    "cluster.answer_timeout", [](auto& x) -> auto& { return x.cluster.gateway.answer_timeout; },
    100ms, 10min, "For other nodes to say what they know of a room; then it is asked again."));
  table.push_back(duration<c>(
    "cluster.call_timeout", [](auto& x) -> auto& { return x.cluster.gateway.call_timeout; }, 100ms,
    10min, "For a service of another node to answer; then the call fails (error 100)."));
  table.push_back(number<c>(
    "cluster.calls_max", [](auto& x) -> auto& { return x.cluster.gateway.calls_max; }, 1, 1'000'000,
    "Calls of services that other nodes work on, and as many that services here work on for "
    "others; "
    "further ones fail (error 111)."));
  table.push_back(number<c>(
    "cluster.hints_max", [](auto& x) -> auto& { return x.cluster.gateway.hints_max; }, 1,
    10'000'000, "Rooms away from their usual home whose home is remembered."));
  table.push_back(number<c>(
    "cluster.lost_nodes_max", [](auto& x) -> auto& { return x.cluster.gateway.lost_nodes_max; }, 1,
    10'000, "Nodes that went without a word, remembered for `salon cluster status`."));
  table.push_back(duration<c>(
    "cluster.retry_interval", [](auto& x) -> auto& { return x.cluster.relay.retry_interval; }, 50ms,
    1min, "Between two looks for a room's home."));
  table.push_back(duration<c>(
    "cluster.attach_timeout", [](auto& x) -> auto& { return x.cluster.relay.answer_timeout; },
    100ms, 10min, "For a room's home to take in a node's members."));
  table.push_back(duration<c>(
    "cluster.home_timeout", [](auto& x) -> auto& { return x.cluster.relay.home_timeout; }, 100ms,
    10min, "Without a home for so long, what was asked of a room fails (error 100)."));
  table.push_back(number<c>(
    "cluster.drain_rate", [](auto& x) -> auto& { return x.cluster.drain_rate; }, 1, 1'000'000,
    "Connections that a node closes in a second when it is drained."));
  table.push_back(number<c>(
    "cluster.moves_max", [](auto& x) -> auto& { return x.cluster.gateway.moves_max; }, 1, 10'000,
    "Rooms that a node hands over at one time."));
  return table;
}

} // namespace

const std::vector<option>& cluster_option_table() {
  static const auto table = make_table();
  return table;
}

} // namespace salon

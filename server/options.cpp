#include "server/options.hpp"

#include "messages/names.hpp"
#include "server/option_makers.hpp"

#include <arpa/inet.h>

#include <cctype>

namespace salon {

namespace {

using namespace std::chrono_literals;
using namespace option_makers;

bool is_address(const std::string& text) {
  in6_addr scratch{};
  return inet_pton(AF_INET, text.c_str(), &scratch) == 1
         || inet_pton(AF_INET6, text.c_str(), &scratch) == 1;
}

// Scheme, host and perhaps a port (RFC 6454, 7.1), or all of them.
bool is_origin(const std::string& text) {
  auto scheme = text.find("://");
  return text == "*"
         || (scheme != std::string::npos && scheme > 0 && scheme + 3 < text.size()
             && text.find_first_of("/ ", scheme + 3) == std::string::npos);
}

using table = std::vector<option>;

void add_server(table& to) {
  using c = config;
  to.push_back(text<c>(
    "address", [](auto& x) -> auto& { return x.address; }, is_address,
    R"(an IP address, such as "127.0.0.1", "::1" or "0.0.0.0")",
    "The address to listen on. One that other machines reach needs `insecure`."));
  to.push_back(number<c>(
    "port", [](auto& x) -> auto& { return x.port; }, 0, 65'535,
    "The port to listen on; 0: any free one, which the log names."));
  to.push_back(number<c>(
    "shards", [](auto& x) -> auto& { return x.shards; }, 0, 1024,
    "I/O threads; 0: one for each hardware thread."));
  to.push_back(boolean<c>(
    "insecure", [](auto& x) -> auto& { return x.insecure; },
    "Lets anonymous people come from other machines."));
  to.push_back(choice<c>(
    "log.level", [](auto& x) -> auto& { return x.log_level; },
    std::vector<std::pair<std::string, log::level>>{{"trace", log::level::trace},
                                                    {"debug", log::level::debug},
                                                    {"info", log::level::info},
                                                    {"warn", log::level::warn},
                                                    {"error", log::level::error},
                                                    {"off", log::level::off}},
    "The lowest level that is written, to standard error."));
  to.push_back(choice<c>(
    "log.format", [](auto& x) -> auto& { return x.log_format; },
    std::vector<std::pair<std::string, log::format>>{{"text", log::format::text},
                                                     {"json", log::format::json}},
    "How events are written, one on each line."));
  to.push_back(duration<c>(
    "shutdown.delay", [](auto& x) -> auto& { return x.shutdown_delay; }, 0s, 10min,
    "How long `/health` answers 503 before a stopping server refuses new connections."));
  to.push_back(duration<c>(
    "shutdown.grace", [](auto& x) -> auto& { return x.shutdown_grace; }, 100ms, 10min,
    "How long a stopping server waits for its clients to take their leave."));
}

void add_store(table& to) {
  using c = config;
  to.push_back(text<c>(
    "store.path", [](auto& x) -> auto& { return x.store_path; }, is_path,
    R"(a file, "postgres://USER@HOST/DATABASE", "memory", or "")",
    "Where durable rooms are kept; empty: `$XDG_STATE_HOME/salon/PORT.db`, or under "
    "`~/.local/state`. Without a fixed port, and with `\"memory\"`, they end with the process."));
  to.push_back(size<c>(
    "store.queue_bytes_max", [](auto& x) -> auto& { return x.history.queue_bytes_max; }, mib,
    16 * gib, "Publications that wait to be stored; further ones are refused (error 111)."));
  to.push_back(number<c>(
    "store.group_publications_max",
    [](auto& x) -> auto& { return x.history.group_publications_max; }, 1, 100'000,
    "Publications of one room that are stored at once; the others wait."));
  to.push_back(size<c>(
    "store.group_bytes_max", [](auto& x) -> auto& { return x.history.group_bytes_max; }, 64 * kib,
    gib, "The same for their bytes."));
  to.push_back(number<c>(
    "store.reads_max", [](auto& x) -> auto& { return x.history.reads_max; }, 1, 1'000'000,
    "Reads of the store under way; further ones fail (error 100)."));
  to.push_back(number<c>(
    "store.stretch_publications_max",
    [](auto& x) -> auto& { return x.history.stretch_publications_max; }, 1, 100'000,
    "Publications read at once for clients that lag behind."));
  to.push_back(size<c>(
    "store.stretch_bytes_max", [](auto& x) -> auto& { return x.history.stretch_bytes_max; }, kib,
    gib, "The same for their bytes."));
  to.push_back(duration<c>(
    "store.answer_timeout", [](auto& x) -> auto& { return x.history.answer_timeout; }, 100ms, 10min,
    "For the store; after it what waited fails (error 100)."));
  to.push_back(duration<c>(
    "store.retry_interval", [](auto& x) -> auto& { return x.history.retry_interval; }, 100ms, 10min,
    "After a failure of the store, until it is tried again."));
  to.push_back(duration<c>(
    "store.sweep_interval", [](auto& x) -> auto& { return x.history.sweep_interval; }, 1s, 24h,
    "Between looks for what has become too old."));
  to.push_back(duration<c>(
    "store.checkpoint_interval", [](auto& x) -> auto& { return x.history.checkpoint_interval; },
    100ms, 1h, "Between moves of what was written into its final place."));
  to.push_back(size<c>(
    "store.wal_bytes_max", [](auto& x) -> auto& { return x.store_wal_bytes_max; }, mib, 64 * gib,
    "Of the write-ahead log; over it writers wait for its move into place."));
  to.push_back(size<c>(
    "store.cache_bytes", [](auto& x) -> auto& { return x.store_cache_bytes; }, mib, 64 * gib,
    "Of the store, kept in memory to write to it; the pages that busy rooms end with should fit."));
}

void add_postgres(table& to) {
  using c = config;
  to.push_back(duration<c>(
    "store.postgres_request_timeout", [](auto& x) -> auto& { return x.postgres.request_timeout; },
    100ms, 10min, "For each answer of PostgreSQL; then it is failing."));
  to.push_back(duration<c>(
    "store.postgres_connect_timeout", [](auto& x) -> auto& { return x.postgres.connect_timeout; },
    2s, 10min, "To connect to each host of PostgreSQL."));
  to.push_back(duration<c>(
    "store.postgres_lease_ttl", [](auto& x) -> auto& { return x.postgres.lease_ttl; }, 1s, 10min,
    "After which other nodes may take the rooms of one that PostgreSQL has not heard of."));
  to.push_back(duration<c>(
    "store.postgres_lease_margin", [](auto& x) -> auto& { return x.postgres.lease_margin; }, 0ms,
    1min, "How much sooner a node believes so of itself."));
  to.push_back(boolean<c>(
    "store.postgres_synchronous_replication",
    [](auto& x) -> auto& { return x.postgres.synchronous_replication; },
    "Promises that a standby which takes over has all that was committed: rooms then keep their "
    "epochs."));
}

void add_http(table& to) {
  using c = config;
  to.push_back(size<c>(
    "http.header_bytes_max", [](auto& x) -> auto& { return x.front.http_header_bytes_max; }, kib,
    mib, "Request line and headers; over it the answer is 431."));
  to.push_back(duration<c>(
    "http.timeout", [](auto& x) -> auto& { return x.front.http_timeout; }, 100ms, 10min,
    "For a whole request to arrive; after it the answer is 408."));
  to.push_back(number<c>(
    "http.handshakes_max", [](auto& x) -> auto& { return x.front.handshakes_max; }, 1, 1'000'000,
    "Connections of one shard that have not sent their request yet; further ones wait."));
}

// One number for two: the socket's queue, and the connection that feeds it.
option queue_max_size() {
  auto result = size<config>(
    "client.queue_max_size", [](auto& x) -> auto& { return x.connection.outbox_bytes_max; },
    4 * kib, gib, "What waits for a client that reads slowly; over it the close code is 3008.");
  result.set = [set = result.set](config& c, const option_value& value) {
    auto is_set = set(c, value);
    c.front.outbox_bytes_max = c.connection.outbox_bytes_max;
    return is_set;
  };
  return result;
}

void add_client(table& to) {
  using c = config;
  to.push_back(list<c>(
    "client.allowed_origins", [](auto& x) -> auto& { return x.front.allowed_origins; }, is_origin,
    R"(a list of origins, such as ["https://chat.example.org:8443"], or ["*"])",
    "Web pages that may connect besides those of this server's own host; `\"*\"`: all."));
  to.push_back(number<c>(
    "client.connection_limit", [](auto& x) -> auto& { return x.front.connections_max; }, 1,
    10'000'000, "Connections in all; further ones are answered 503."));
  to.push_back(number<c>(
    "client.channel_limit", [](auto& x) -> auto& { return x.connection.rooms_max; }, 1, 100'000,
    "Rooms that one connection may be in (error 106)."));
  to.push_back(size<c>(
    "client.frame_bytes_max", [](auto& x) -> auto& { return x.front.frame_bytes_max; }, kib,
    16 * mib, "A message from a client, also in fragments; over it the close code is 1009."));
  to.push_back(queue_max_size());
  to.push_back(size<c>(
    "client.reply_bytes_max", [](auto& x) -> auto& { return x.connection.reply_bytes_max; }, kib,
    gib / 2, "Publications in one answer of history or recovery."));
  to.push_back(number<c>(
    "client.history_max_publication_limit",
    [](auto& x) -> auto& { return x.connection.history_publications_max; }, 1, 100'000,
    "Publications in one page of history."));
  to.push_back(number<c>(
    "client.recovery_max_publication_limit",
    [](auto& x) -> auto& { return x.connection.recovery_publications_max; }, 1, 100'000,
    "Publications in one recovery; who missed more is told `recovered: false`."));
  to.push_back(number<c>(
    "client.commands_in_flight_max",
    [](auto& x) -> auto& { return x.connection.commands_in_flight_max; }, 1, 100'000,
    "Unanswered commands of one connection; then its socket is not read."));
  to.push_back(size<c>(
    "client.command_bytes_in_flight_max",
    [](auto& x) -> auto& { return x.connection.command_bytes_in_flight_max; }, kib, gib,
    "The same for the bytes that those commands publish."));
  to.push_back(duration<c>(
    "client.ping_interval", [](auto& x) -> auto& { return x.connection.ping_interval; }, 1s, 1h,
    "Between the server's pings."));
  to.push_back(duration<c>(
    "client.pong_timeout", [](auto& x) -> auto& { return x.connection.pong_timeout; }, 100ms, 10min,
    "For the answer to a ping, less than `client.ping_interval`; after it the close code is "
    "3012."));
  to.push_back(duration<c>(
    "client.position_check_delay", [](auto& x) -> auto& { return x.connection.position_check; }, 1s,
    1h, "Between checks that nobody has missed anything; who has is told 2500."));
  to.push_back(size<c>(
    "client.send_buffer", [](auto& x) -> auto& { return x.front.send_buffer_bytes; }, 0, gib,
    "Of the kernel, for each socket; 0: as the system has it."));
  to.push_back(duration<c>(
    "client.stale_close_delay", [](auto& x) -> auto& { return x.connection.stale_timeout; }, 100ms,
    10min, "For the first command of a connection; after it the close code is 3502."));
  to.push_back(duration<c>(
    "client.answer_timeout", [](auto& x) -> auto& { return x.connection.answer_timeout; }, 100ms,
    10min, "For a room or a service to answer a command (error 100)."));
  to.push_back(duration<c>(
    "client.close_timeout", [](auto& x) -> auto& { return x.front.close_timeout; }, 100ms, 10min,
    "For a client to answer a close frame; then its connection is cut."));
  to.push_back(text<c>(
    "client.lobby", [](auto& x) -> auto& { return x.connection.lobby; }, is_room_name,
    R"(a room's name, such as "lobby")", "The room of plain-text clients that name none."));
}

void add_rooms(table& to) {
  using c = config;
  to.push_back(number<c>(
    "rooms.active_max", [](auto& x) -> auto& { return x.directory.rooms_max; }, 1, 10'000'000,
    "Rooms that are in use at one time; further ones are refused (error 106)."));
  to.push_back(number<c>(
    "rooms.backlog_max", [](auto& x) -> auto& { return x.directory.backlog_max; }, 128, 1'000'000,
    "Publications of one room that a shard may be behind with; then the room publishes no "
    "further."));
  to.push_back(number<c>(
    "rooms.name_bytes_max", [](auto& x) -> auto& { return x.room_name_bytes_max; }, 1, 4096,
    "The length of a room's name (error 107)."));
}

void add_delivery(table& to) {
  using c = config;
  to.push_back(number<c>(
    "fanout.slice_members", [](auto& x) -> auto& { return x.fanout.slice_members; }, 1, 100'000,
    "Members that one room delivers to before other rooms have their turn."));
  to.push_back(number<c>(
    "fanout.held_publications_max", [](auto& x) -> auto& { return x.fanout.held_publications_max; },
    1, 100'000, "Publications that wait for a member whose subscribe is not answered yet."));
  to.push_back(number<c>(
    "fanout.unanswered_publishes_max",
    [](auto& x) -> auto& { return x.fanout.unanswered_publishes_max; }, 1, 10'000'000,
    "Publishes that one room has not answered yet; further ones are refused (error 111)."));
  to.push_back(size<c>(
    "fanout.unanswered_bytes_max", [](auto& x) -> auto& { return x.fanout.unanswered_bytes_max; },
    64 * kib, 16 * gib, "The same for their bytes."));
  to.push_back(number<c>(
    "fanout.actor_backlog_max", [](auto& x) -> auto& { return x.fanout.actor_backlog_max; }, 1,
    10'000'000, "Publications that a member inside the server, such as a bot, may be behind."));
  to.push_back(duration<c>(
    "shard.turn", [](auto& x) -> auto& { return x.shard.turn; }, 10us, 1s,
    "Work that a shard does before it looks at its sockets again."));
  to.push_back(duration<c>(
    "shard.bulk_interval", [](auto& x) -> auto& { return x.shard.bulk_interval; }, 0us, 1s,
    "Members of rooms larger than `fanout.slice_members` are written to no more often while "
    "several "
    "publications come in that time, so that one write takes them all; and publishes that are "
    "being stored are waited for as long."));
  to.push_back(number<c>(
    "shard.messages_per_resume", [](auto& x) -> auto& { return x.shard.messages_per_resume; }, 1,
    100'000, "Messages that one actor handles before others have their turn."));
}

void add_control(table& to) {
  using c = config;
  to.push_back(text<c>(
    "control.path", [](auto& x) -> auto& { return x.control.path; }, is_path,
    R"("auto", a path, or "")",
    "The socket that `salon cluster` speaks to, open to the server's own user only. `\"auto\"`: "
    "`$XDG_STATE_HOME/salon/PORT.sock`, or under `~/.local/state`, and none without a fixed port. "
    "Empty: none."));
  to.push_back(size<c>(
    "control.request_bytes_max", [](auto& x) -> auto& { return x.control.request_bytes_max; }, kib,
    mib, "A request; over it the answer is an error."));
  to.push_back(number<c>(
    "control.connections_max", [](auto& x) -> auto& { return x.control.connections_max; }, 1, 1024,
    "Requests at one time; further ones are refused."));
  to.push_back(duration<c>(
    "control.timeout", [](auto& x) -> auto& { return x.control.timeout; }, 100ms, 10min,
    "For a request to arrive, and for its answer to be taken."));
  to.push_back(duration<c>(
    "control.answer_timeout", [](auto& x) -> auto& { return x.control.answer_timeout; }, 1s, 24h,
    "For what is asked to be done."));
}

void add_defaults(table& to) {
  for (const auto& x : room_option_table())
    to.push_back({"defaults." + x.key, x.kind, x.accepted, x.about,
                  [&x](config& c, const option_value& value) { return x.set(c.defaults, value); },
                  [&x](const config& c) { return x.get(c.defaults); }});
}

table make_table() {
  table result;
  add_server(result);
  add_store(result);
  add_postgres(result);
  add_http(result);
  add_client(result);
  add_rooms(result);
  add_delivery(result);
  for (const auto& each : cluster_option_table())
    result.push_back(each);
  add_control(result);
  add_defaults(result);
  return result;
}

// The key's letters after `prefix`, one by one changed by `change`.
template <class Change>
std::string derive(std::string prefix, std::string_view key, Change change) {
  for (auto c : key)
    prefix += change(c);
  return prefix;
}

} // namespace

const std::vector<option>& options() {
  static const auto all = make_table();
  return all;
}

std::string variable_name(std::string_view key) {
  return derive("SALON_", key, [](char c) {
    return c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  });
}

std::string flag_name(std::string_view key) {
  return derive("--", key, [](char c) { return c == '.' || c == '_' ? '-' : c; });
}

} // namespace salon

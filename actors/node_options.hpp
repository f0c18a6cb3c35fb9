#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace salon {

/// Tuning of connections. Defaults suit browsers and phones.
struct connection_options {
  std::size_t rooms_max = 128;                       ///< Subscriptions of one connection.
  std::size_t message_bytes_max = 65'536;            ///< As clients are told; `net/` holds it.
  std::size_t commands_in_flight_max = 64;           ///< Then the socket is not read.
  std::size_t command_bytes_in_flight_max = 262'144; ///< The same for the bytes of publishes.
  std::chrono::milliseconds ping_interval = std::chrono::seconds{25};
  std::chrono::milliseconds pong_timeout = std::chrono::seconds{8};
  std::chrono::milliseconds stale_timeout = std::chrono::seconds{10}; ///< For the first command.
  std::chrono::milliseconds answer_timeout = std::chrono::seconds{5}; ///< For a room or service.
  std::size_t reply_bytes_max = 524'288;       ///< Of publications in one answer.
  std::size_t history_publications_max = 300;  ///< In one page of history.
  std::size_t recovery_publications_max = 300; ///< In one recovery.
  std::size_t outbox_bytes_max = 1'048'576;    ///< Half of it holds back further answers.
  std::chrono::milliseconds position_check = std::chrono::seconds{40}; ///< Is nobody left behind?
  std::string lobby = "lobby"; ///< Where text clients go that name no room.
};

/// Tuning of fanouts: what one shard holds for one room.
struct fanout_options {
  std::size_t slice_members = 256;         ///< Deliveries before other rooms have their turn.
  std::size_t held_publications_max = 256; ///< For a member whose subscribe is not answered yet.
  std::size_t unanswered_publishes_max = 4096; ///< Over all shards; then error 111.
  std::size_t unanswered_bytes_max = 8'388'608;
  std::size_t actor_backlog_max = 1024; ///< Publications a member actor may be behind.
};

/// Tuning of the log, and of how rooms use it.
struct history_options {
  std::size_t queue_bytes_max = 67'108'864; ///< Of publications that wait to be stored; then 111.
  std::size_t group_publications_max = 256; ///< Of one room in one append.
  std::size_t group_bytes_max = 1'048'576;
  std::size_t stretch_publications_max = 300; ///< Read at once for members who lag behind.
  std::size_t stretch_bytes_max = 262'144;
  std::size_t reads_max = 4'096; ///< That wait; further ones fail.
  std::chrono::milliseconds answer_timeout = std::chrono::seconds{10}; ///< Then it is failing.
  std::chrono::milliseconds retry_interval = std::chrono::seconds{1};  ///< After a failure.
  std::chrono::milliseconds sweep_interval = std::chrono::seconds{30}; ///< For what is too old.
  std::chrono::milliseconds checkpoint_interval = std::chrono::seconds{2};
};

/// Tuning of the link to each other node.
struct link_options {
  std::size_t queue_bytes_max = 8'388'608;   ///< Not acknowledged; over it the link breaks.
  std::size_t window_bytes = 2'097'152;      ///< Under way to a peer before it acknowledges.
  std::size_t message_bytes_max = 1'048'576; ///< Of one frame; a larger one breaks the link.
  std::size_t batch_events_max = 512;        ///< In one frame.
  std::size_t batch_bytes_max = 65'536;      ///< Then no further event joins a frame.
  std::chrono::milliseconds heartbeat_interval = std::chrono::seconds{1};
  std::chrono::milliseconds failure_timeout = std::chrono::seconds{5}; ///< Of silence: it is down.
};

/// Tuning of the gateway.
struct gateway_options {
  link_options links;
  std::chrono::milliseconds dial_interval = std::chrono::seconds{1};  ///< Between two tries.
  std::chrono::milliseconds dial_timeout = std::chrono::seconds{10};  ///< For the carrier's answer.
  std::chrono::milliseconds answer_timeout = std::chrono::seconds{3}; ///< For other nodes.
  std::chrono::milliseconds call_timeout = std::chrono::seconds{5};   ///< For a service elsewhere.
  std::size_t calls_max = 4'096; ///< Under way to such, and as many for others; then 111.
  std::chrono::milliseconds list_timeout{700}; ///< For all nodes to list their rooms.
  std::size_t moves_max = 16;                  ///< Rooms on their way to another home at one time.
  std::size_t hints_max = 10'000;              ///< Homes remembered that placement does not tell.
  std::size_t lost_nodes_max = 64;             ///< Nodes remembered that went without a word.
};

/// Tuning of relays, which stand in for rooms of other nodes.
struct relay_options {
  std::chrono::milliseconds retry_interval{200}; ///< Between two looks for a room's home.
  /// Without a home for so long, what was asked is answered with a temporary error.
  std::chrono::milliseconds home_timeout = std::chrono::seconds{15};
  std::chrono::milliseconds answer_timeout = std::chrono::seconds{5}; ///< For a home to take it in.
};

/// Tuning of the directory.
struct directory_options {
  std::size_t rooms_max = 100'000; ///< Active rooms; further ones: limit exceeded.
  /// Broadcasts of a room that a fanout may be behind: then the room goes no further. Not below
  /// 128.
  std::size_t backlog_max = 1024;
};

} // namespace salon

#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace salon {

/// What connections do while they are measured.
enum class load_mode : std::uint8_t {
  publish, ///< Publishers publish, everybody listens.
  idle,    ///< Connections are opened, and nothing happens.
  churn,   ///< Each connection enters its room, leaves it and comes back, over and over.
  storm,   ///< All but a few lose their connections at once, and come back with recovery.
  slow,    ///< Some members read nothing for the whole time.
};

/// What is spoken to the server.
enum class load_protocol : std::uint8_t {
  text,     ///< Each frame is a message; the room is in the target: `/?room=NAME`.
  sdk,      ///< The Centrifuge protocol, in JSON.
  socketio, ///< Socket.IO 4 over WebSocket; messages are events named `m`.
  nats,     ///< NATS over WebSocket.
};

/// Where members connect to.
struct load_server {
  std::string host = "127.0.0.1"; ///< An IPv4 address.
  std::uint16_t port = 9501;
};

struct load_options {
  /// At least one. Members go round over them, one after the other.
  std::vector<load_server> servers{load_server{}};
  load_mode mode = load_mode::publish;
  load_protocol protocol = load_protocol::text;
  std::string room = "bench"; ///< Rooms are called this and a number.
  std::size_t rooms = 1;
  std::size_t members = 1'000; ///< Of each room.
  std::size_t publishers = 1;  ///< Of each room, some of its members.
  std::size_t slow = 0;        ///< Of each room, those who do not read; mode `slow`.
  std::size_t steady = 100;    ///< Of the first room, those who stay; mode `storm`.
  double rate = 0;             ///< Publications a second in all; 0: closed loop.
  std::size_t window = 1;      ///< Closed loop: unfinished publications of a publisher.
  std::size_t payload_bytes = 128;
  std::chrono::milliseconds warmup{1'000};
  std::chrono::milliseconds duration{5'000};
  std::chrono::milliseconds patience{30'000}; ///< For everybody to enter, and for what is due.
  std::size_t sources = 8;                    ///< Loopback addresses that connections come from.
  std::size_t opening_max = 128;              ///< Connections that are being opened at a time.
  bool spin = false;                          ///< Never sleeps: for a core of its own.
  std::vector<pid_t> processes;               ///< Whose usage is measured, together.
};

} // namespace salon

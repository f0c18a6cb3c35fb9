#pragma once

#include "net/page_file.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace salon {

/// How the front treats strangers and slow readers.
struct front_options {
  /// Of one message from a client, all its fragments together; more: close 1009.
  std::size_t frame_bytes_max = 65'536;

  /// Queued for one client and not taken by its socket; more: close 3008.
  std::size_t outbox_bytes_max = 1'048'576;

  /// Of the kernel's buffer for what goes out on one socket; 0: as the system has it.
  std::size_t send_buffer_bytes = 0;

  /// Request line and header of an HTTP request; more: 431.
  std::size_t http_header_bytes_max = 8'192;

  /// From a socket's first moment to the end of its request; later: 408.
  std::chrono::milliseconds http_timeout{10'000};

  /// How long a peer has for its part of closing before its socket is cut.
  std::chrono::milliseconds close_timeout{5'000};

  /// Upgraded connections of the whole node; more: 503.
  std::size_t connections_max = 100'000;

  /// Sockets of one shard that have not finished their request; more: accepting waits.
  std::size_t handshakes_max = 1'024;

  /// Web pages that may connect besides those this server's own host serves, as
  /// `scheme://host[:port]`; `*` is all of them.
  std::vector<std::string> allowed_origins = {};

  /// What browsers get at `/`; without any, a page that says how to connect.
  page_files page = {};
};

/// How the cluster port treats strangers, which are all connections until the gateway has admitted
/// them. Who may connect is said by cluster_files.
struct cluster_door_options {
  /// Strangers at once; further ones are cut. `cluster.strangers_max`
  std::size_t strangers_max = 64;

  /// Of these, from one address. `cluster.strangers_per_address_max`
  std::size_t strangers_per_address_max = 16;

  /// How long a stranger has for the beginning of a TLS handshake. `cluster.hello_timeout`
  std::chrono::milliseconds hello_timeout{5'000};

  /// From there, or from a dialled node's first answer, until it has to be admitted.
  /// `cluster.admission_timeout`
  std::chrono::milliseconds admission_timeout{5'000};

  /// How long it takes at most to find and reach a node that is dialled. `cluster.dial_timeout`
  std::chrono::milliseconds dial_timeout{5'000};

  /// After that time without an acknowledgement by the other side's kernel a connection is cut; 0:
  /// as the system has it. The link notices earlier, as long as it is in use.
  /// `cluster.unreachable_timeout`
  std::chrono::milliseconds unreachable_timeout{10'000};

  /// Read from one side and not yet taken by the other, each way; then reading waits.
  /// `cluster.splice_bytes_max`
  std::size_t splice_bytes_max = 65'536;
};

/// How the socket for the operator's commands treats those who come by it.
struct control_options {
  /// Where it is; empty: there is none.
  std::string path = {};

  /// Of a request; more: an error, and the end.
  std::size_t request_bytes_max = 65'536;

  /// Those who come at one time; further ones are told to come back.
  std::size_t connections_max = 16;

  /// For a request to arrive, and for an answer to be taken.
  std::chrono::milliseconds timeout{5'000};

  /// For what is asked to be done: a node with many clients takes its time to let them go.
  std::chrono::milliseconds answer_timeout{1'800'000};
};

} // namespace salon

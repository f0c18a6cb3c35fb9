#pragma once

#include "actors/cluster_gate.hpp"
#include "actors/metrics.hpp"
#include "base/clock.hpp"
#include "net/socket.hpp"
#include "net/tls_records.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace salon {

class shard;
struct cluster_door_options;

/// What the connections of a cluster port share. Lives longer than they do.
struct cluster_context {
  shard& home;
  metrics& counts;
  const cluster_door_options& options;
};

/// One connection of the cluster: the socket to the other node, the one to CAF on 127.0.0.1, and
/// what is on its way between them, never more than a bound each way. Until it is admitted it has a
/// deadline, and the headers of its TLS records are looked at. Belongs to its shard's thread.
class cluster_connection : public std::enable_shared_from_this<cluster_connection> {
public:
  using ending = cluster_gate::ending;

  /// Called once, when it is over; not when it was cut.
  using ended_handler = std::function<void(cluster_connection&, ending, const std::string& why)>;

  cluster_connection(cluster_context& context, tcp_socket outer, const tcp::endpoint& peer);

  cluster_connection(const cluster_connection&) = delete;
  cluster_connection& operator=(const cluster_connection&) = delete;

  void on_ended(ended_handler what) {
    ended_ = std::move(what);
  }

  /// Waits for the beginning of a TLS handshake, which is then passed on to 127.0.0.1, `caf`.
  void greet(cluster_gate::port caf);

  /// Waits for CAF on a port of its own on 127.0.0.1, and passes on to it. False if there is none
  /// to be had.
  bool invite();

  void admit();

  /// Closes both sockets, the outer one with a reset.
  void cut();

  /// The port on 127.0.0.1 that CAF sees; 0 as long as there is none.
  cluster_gate::port inner_port() const noexcept {
    return inner_port_;
  }

  const tcp::endpoint& peer() const noexcept {
    return peer_;
  }

  /// Whether it came in and has not been admitted.
  bool is_stranger() const noexcept {
    return is_stranger_;
  }

private:
  /// One direction.
  struct half {
    tcp_socket& from;
    tcp_socket& to;
    metrics::counter& passed; ///< Bytes.
    const char* closed;       ///< What it means if nothing more comes, a sentence.
    std::vector<char> buffer = {};
    std::size_t begin = 0; ///< Of what waits in the buffer.
    std::size_t end = 0;
    bool at_end = false;      ///< Nothing more comes.
    bool done = false;        ///< And that has been passed on.
    tls_records records = {}; ///< Looked at until it is admitted.
  };

  void await_greeting(cluster_gate::port caf);
  bool read_greeting();
  void join(cluster_gate::port caf);
  void splice();
  void pump(half& which);
  bool read(half& which);
  bool write(half& which);
  void await(tcp_socket& socket, tcp_socket::wait_type what, half& which);
  void pass_on_end(half& which);
  half& other(const half& which);
  void look_at(half& which, std::string_view bytes);
  void expect(std::chrono::milliseconds within, std::string otherwise);
  void end(ending how, const std::string& why);
  void close(bool reset) noexcept;

  cluster_context& context_;
  tcp_socket outer_;
  tcp_socket inner_;
  tcp_acceptor invitation_;
  tcp::endpoint peer_;
  half inwards_;
  half outwards_;
  cluster_gate::port inner_port_ = 0;
  timer deadline_;
  std::string otherwise_; ///< Why it ends, when the deadline is over.
  std::string refusal_;   ///< Why, if one side has sent an alert.
  bool is_stranger_ = false;
  bool admitted_ = false;
  bool over_ = false;
  ended_handler ended_;
};

} // namespace salon

#pragma once

#include "actors/cluster_files.hpp"

#include <caf/fwd.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace salon {

/// Makes CAF's own message types for networks known to it: once, before the first
/// `caf::actor_system_config` that is to be used with `prepare_caf_network`.
void init_caf_network();

/// Lets the system that is made from `config` have CAF's middleman and its TLS, with the
/// certificate of `files`. A system that nobody prepared has neither, nor a thread for them.
/// Returns why it cannot be, as a sentence: CAF encrypts without asking who is there unless it has
/// all three files, so without them there is no network.
std::optional<std::string> prepare_caf_network(caf::actor_system_config& config,
                                               const cluster_files& files);

/// The thread on which CAF reads and writes the connections of a cluster. Started and ended with
/// this object, within the life of a system that was prepared for it.
class caf_network {
public:
  /// One of CAF's connections.
  struct connection {
    int descriptor;
    std::uint16_t peer; ///< The port at its other end.
  };

  caf_network(caf::actor_system& system, cluster_files files);
  ~caf_network();

  caf_network(const caf_network&) = delete;
  caf_network& operator=(const caf_network&) = delete;

  /// Why CAF could not open a connection now: a file of the certificate is gone, a sentence. It
  /// reads them for each.
  std::optional<std::string> objection() const;

  /// Calls `what` with all connections, on the network's thread. Any thread may ask.
  void list(std::function<void(std::vector<connection>)> what);

  /// Ends `which`, if it is still there, without a word. CAF's own way of closing one waits for the
  /// other side. Any thread may call it.
  void cut(std::vector<connection> which);

private:
  void run();

  caf::actor_system& system_;
  cluster_files files_;
  bool stopped_ = false; ///< Of the network's thread.
  std::thread thread_;
};

} // namespace salon

#pragma once

#include "messages/control_protocol.hpp"

#include <cstdint>
#include <iosfwd>
#include <string>

namespace CLI {
class App;
}

namespace salon {

/// `salon cluster ...`: looks at a cluster and moves things in it, by way of a server that runs on
/// this machine.
class cluster_command {
public:
  /// Adds it to a command line, which must not outlive this.
  explicit cluster_command(CLI::App& to);

  cluster_command(const cluster_command&) = delete;
  cluster_command& operator=(const cluster_command&) = delete;

  /// Whether this is what was asked for.
  bool chosen() const;

  /// Does it. Returns what the process is to end with: 0; 1 when the server says no; 2 when it does
  /// not answer, or for a mistake in its use.
  int run(std::ostream& out, std::ostream& err) const;

private:
  CLI::App* add(const char* name, const char* about, double patience);
  control_request request() const;

  CLI::App* all_;
  CLI::App* drain_ = nullptr;
  CLI::App* move_ = nullptr;
  std::uint16_t port_ = 9501;
  std::string path_;
  double seconds_ = 0;
  bool as_json_ = false;
  std::string room_;
  std::string node_;
};

} // namespace salon

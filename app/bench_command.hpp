#pragma once

#include "client/load_options.hpp"

#include <iosfwd>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace salon {

/// `salon bench`: puts a server under load, and says what it did and what it cost.
class bench_command {
public:
  /// Adds it to a command line, which must not outlive this.
  explicit bench_command(CLI::App& to);

  bench_command(const bench_command&) = delete;
  bench_command& operator=(const bench_command&) = delete;

  /// Whether this is what was asked for.
  bool chosen() const;

  /// Does it. Returns what the process is to end with: 0; 1 when something was lost, doubled,
  /// swapped, refused or disconnected; 2 for a mistake in its use, or without a server.
  int run(std::ostream& out, std::ostream& err) const;

private:
  CLI::App* bench_;
  std::vector<std::string> addresses_;
  load_options options_;
  double warmup_seconds_ = 1;
  double seconds_ = 5;
  double patience_seconds_ = 30;
  bool as_json_ = false;
};

} // namespace salon

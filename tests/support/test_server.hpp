#pragma once

#include "tests/support/server_process.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace salon::testing {

/// A server on a port of its own, ready for clients. Its end is part of every test: the destructor
/// checks that the server is in good health and leaves with status 0 when it is told to, unless the
/// test has ended it.
class test_server {
public:
  /// @param options  Of `salon serve`, behind `--port 0`.
  explicit test_server(const std::vector<std::string>& options = {},
                       salon_process::limits of = {0});

  test_server(const test_server&) = delete;
  test_server& operator=(const test_server&) = delete;

  ~test_server();

  std::uint16_t port() const noexcept {
    return port_;
  }

  salon_process& process() noexcept {
    return process_;
  }

  /// Tells it to stop, and waits for its exit status; -1 when it does not end.
  int stop();

  /// Waits for the exit status of one that ends of itself.
  int await_end();

  /// The numbers of `/metrics` by their names with labels: `salon_errors_total{code="107"}`.
  std::map<std::string, double> metrics() const;

  /// One of them; 0 while it is not there.
  double metric(const std::string& name) const;

  /// Asks until a metric has that value. Throws when it does not come to have it.
  void await_metric(const std::string& name, double value) const;

private:
  salon_process process_;
  std::uint16_t port_ = 0;
  bool is_ended_ = false;
  int exceptions_;
};

} // namespace salon::testing

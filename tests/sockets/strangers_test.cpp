// Strangers at the cluster's port, and at CAF's port behind it.
#include "tests/support/cluster_node.hpp"
#include "tests/support/tls_client.hpp"

#include <catch2/catch_test_macros.hpp>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;

namespace {

using kind = cluster_node::kind;

std::uint16_t port_of(const cluster_node& node) {
  return static_cast<std::uint16_t>(std::stoi(node.address().substr(node.address().rfind(':') + 1)));
}

} // namespace

TEST_CASE("strangers: handshakes that fail leave the ways of others alone",
          "[sockets][strangers]") {
  certificates cluster;
  certificates other;
  cluster_node a{{cluster.files()}};
  node_wishes echo{cluster.files()};
  echo.echoes = true;
  cluster_node b{echo};
  a.dial(b.address());
  auto way = a.await(kind::way).way;

  // Frames go to and fro all the while.
  std::atomic<bool> done = false;
  std::thread talks{[&] {
    for (std::size_t i = 1; !done; ++i) {
      a.send(way, "x");
      a.await(kind::frame, i);
    }
  }};
  for (auto i = 0; i < 100; ++i) {
    shake_hands(port_of(b), other.files());
    shake_hands(port_of(b), {});
  }
  done = true;
  talks.join();

  CHECK(a.all(kind::closed).empty());
  CHECK(b.all(kind::closed).empty());
  CHECK(b.all(kind::way).size() == 1);
}

// Strangers at the cluster's port, and at CAF's port behind it.
#include "tests/support/cluster_node.hpp"
#include "tests/support/tls_client.hpp"

#include <catch2/catch_test_macros.hpp>
#include <malloc.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;

namespace {

using kind = cluster_node::kind;

std::uint16_t port_of(const cluster_node& node) {
  return static_cast<std::uint16_t>(
    std::stoi(node.address().substr(node.address().rfind(':') + 1)));
}

/// The header of CAF's protocol (version 4 of BASP): 32 bytes, numbers in network order.
std::string basp_header(std::uint8_t operation, std::uint32_t payload_bytes) {
  std::string header(32, '\0');
  header[0] = static_cast<char>(operation);
  for (auto i = 0; i < 4; ++i)
    header[4 + i] = static_cast<char>(payload_bytes >> (24 - 8 * i) & 0xff);
  return header;
}

constexpr std::uint8_t client_handshake = 1;
constexpr std::uint8_t direct_message = 2;

/// What strangers say, by what it is.
std::vector<std::pair<std::string, std::string>> speeches(const std::string& recorded) {
  std::minstd_rand lot{42};
  std::string random;
  for (auto i = 0; i < 65'536; ++i)
    random += static_cast<char>(lot());
  auto hello = [](std::string_view body) {
    std::string header{"\x16\x03\x01", 3};
    header += static_cast<char>(body.size() >> 8);
    header += static_cast<char>(body.size() & 0xff);
    return header.append(body);
  };
  return {
    {"random bytes", random},
    {"random bytes in a record", hello(std::string_view{random}.substr(0, 16'000)) + random},
    {"a recorded handshake", recorded},
    {"half of it", recorded.substr(0, recorded.size() / 2)},
    {"a plain handshake of CAF's", basp_header(client_handshake, 20) + std::string(20, 'n')},
    {"a gigabyte announced", basp_header(direct_message, 1u << 30)},
    {"a gigabyte announced in a record", hello(basp_header(direct_message, 1u << 30))},
    {"HTTP", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"},
  };
}

/// What this process has in RAM, once what was freed has been given back.
std::size_t resident_bytes() {
  ::malloc_trim(0);
  std::ifstream file{"/proc/self/statm"};
  std::size_t all = 0;
  std::size_t resident = 0;
  file >> all >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

/// A cluster of two that talk, under siege.
struct siege {
  siege() : a{{cluster.files()}}, b{wishes()} {
    a.dial(b.address());
    way = a.await(kind::way).way;
    b.await(kind::way);
  }

  node_wishes wishes() const {
    node_wishes result{cluster.files()};
    result.echoes = true;
    // All strangers of this test come from one address.
    result.door.strangers_per_address_max = result.door.strangers_max;
    result.door.hello_timeout = 300ms;
    result.door.admission_timeout = 300ms;
    return result;
  }

  /// What somebody who is let in would send, as it looks on the wire.
  std::string recorded() const {
    return shake_hands(port_of(b), cluster.files(),
                       basp_header(client_handshake, 20) + std::string(20, 'n'))
      .said;
  }

  /// Nobody has noticed, and nothing is left.
  void check_unharmed() {
    a.send(way, "still there?");
    CHECK(a.await(kind::frame).text == "still there?");
    CHECK(b.all(kind::way).size() == 1);
    CHECK(b.all(kind::closed).empty());
    b.await([&] { return b.counts().cluster_connections.value() == 1; });
    b.await([&] { return b.caf_connections() == 1; });
  }

  certificates cluster;
  certificates other;
  cluster_node a;
  cluster_node b;
  way_id way = 0;
};

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

TEST_CASE("strangers: who is not of the cluster gets nothing read at its port",
          "[sockets][strangers]") {
  siege cluster;
  auto port = port_of(cluster.b);
  auto all = speeches(cluster.recorded());

  for (const auto& [name, bytes] : all) {
    INFO(name);
    // At most OpenSSL's part of a handshake: none of CAF's own words, which are longer.
    CHECK(say(port, bytes).size() < 4'096);
  }
  CHECK(say(port, "").empty());
  CHECK(shake_hands(port, {}, basp_header(direct_message, 1u << 30)).received.empty());
  CHECK(shake_hands(port, cluster.other.files(), basp_header(direct_message, 1u << 30))
          .received.empty());

  cluster.check_unharmed();
}

TEST_CASE("strangers: nor at the one of CAF behind it", "[sockets][strangers]") {
  siege cluster;
  auto port = cluster.b.caf_port();
  auto all = speeches(cluster.recorded());

  for (const auto& [name, bytes] : all) {
    INFO(name);
    CHECK(say(port, bytes).size() < 4'096);
  }
  // CAF would wait for ever.
  CHECK(say(port, "").empty());
  CHECK(shake_hands(port, {}, basp_header(direct_message, 1u << 30)).received.empty());
  CHECK(shake_hands(port, cluster.other.files(), basp_header(direct_message, 1u << 30))
          .received.empty());

  cluster.check_unharmed();
}

TEST_CASE("strangers: a certificate of the cluster is no way past its door",
          "[sockets][strangers]") {
  siege cluster;

  // CAF greets it, and then the door's watch finds that it did not come by the door.
  auto greeted = shake_hands(cluster.b.caf_port(), cluster.cluster.files());

  CHECK(greeted.connected);
  cluster.check_unharmed();
}

// Not under sanitizers: they keep what was freed.
TEST_CASE("strangers: they leave no memory behind", "[sockets][strangers][.slow]") {
  siege cluster;
  auto all = speeches(cluster.recorded());
  auto storm = [&](int rounds) {
    for (auto i = 0; i < rounds; ++i)
      for (auto port : {port_of(cluster.b), cluster.b.caf_port()}) {
        for (const auto& [name, bytes] : all)
          if (name != "half of it" && !name.starts_with("random bytes in"))
            say(port, bytes);
        shake_hands(port, cluster.other.files());
      }
    cluster.check_unharmed();
  };
  constexpr std::size_t bound = 8'388'608;

  storm(2);
  auto before = resident_bytes();
  storm(20);

  CHECK(resident_bytes() < before + bound);
}

TEST_CASE("strangers: many who say nothing do not keep a node out", "[sockets][strangers]") {
  siege cluster;
  std::vector<std::thread> silent;
  silent.reserve(32);
  for (auto i = 0; i < 32; ++i)
    silent.emplace_back(
      [&, i] { say(i % 2 == 0 ? port_of(cluster.b) : cluster.b.caf_port(), ""); });
  cluster_node c{{cluster.cluster.files()}};

  c.dial(cluster.b.address());

  CHECK(c.await(kind::way).address == cluster.b.address());
  for (auto& each : silent)
    each.join();
}

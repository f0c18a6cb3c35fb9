#include "actors/metrics.hpp"
#include "base/shard.hpp"
#include "net/cluster_door.hpp"
#include "tests/net/front_fixture.hpp"
#include "tests/support/stepped_shards.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <catch2/catch_test_macros.hpp>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;

namespace {

using ending = cluster_gate::ending;

constexpr int rounds_max = 200'000;

/// What begins like a TLS handshake.
const std::string hello{"\x16\x03\x01\x00\x05hello", 10};

/// An alert, as one side sends it that does not like the other's certificate.
const std::string alert{"\x15\x03\x03\x00\x02\x02\x30", 7};

/// Stands where CAF would: a port of the loopback that somebody else's bytes come to.
class stand_in {
public:
  explicit stand_in(boost::asio::io_context& io)
    : acceptor_(io, tcp::endpoint{boost::asio::ip::address_v4::loopback(), 0}) {
    acceptor_.non_blocking(true);
  }

  cluster_gate::port port() const {
    return acceptor_.local_endpoint().port();
  }

  /// Takes the connection that waits, if there is one.
  bool accept() {
    boost::system::error_code none;
    tcp::socket socket{acceptor_.get_executor()};
    acceptor_.accept(socket, none);
    if (none)
      return false;
    socket.non_blocking(true);
    sockets.push_back(std::move(socket));
    received.emplace_back();
    return true;
  }

  void read() {
    for (std::size_t i = 0; i < sockets.size(); ++i) {
      boost::system::error_code none;
      std::string bytes(65'536, '\0');
      bytes.resize(sockets[i].read_some(boost::asio::buffer(bytes), none));
      received[i] += bytes;
    }
  }

  std::vector<tcp::socket> sockets;
  std::vector<std::string> received;

private:
  tcp::acceptor acceptor_;
};

/// A door on a shard that stands still, and what its carrier would hear.
struct door_fixture : cluster_gate::user {
  explicit door_fixture(cluster_door_options options = {})
    : home(shards[0]),
      counts(shards.system()),
      caf(home.io()),
      door(home, counts, options) {
    door.serve(this);
    REQUIRE(door.listen("127.0.0.1:0") == std::nullopt);
    door.open(caf.port());
    run();
  }

  virtual ~door_fixture() = default;

  void on_reached(const std::string& address, cluster_gate::port at) override {
    heard.push_back("reached " + address);
    reached.push_back(at);
  }

  void on_unreachable(const std::string& address, const std::string& why) override {
    heard.push_back(address + ": " + why);
  }

  void on_ended(cluster_gate::port, ending how, const std::string& why) override {
    heard.push_back(why);
    endings.push_back(how);
  }

  std::optional<std::string> objection() const override {
    return complaint;
  }

  void run() {
    for (auto quiet = 0; quiet < 3;) {
      auto worked = home.io().poll() > 0;
      shards.run();
      quiet = worked ? 0 : quiet + 1;
    }
  }

  void run_until(const std::function<bool()>& done) {
    for (auto rounds = 0; !done(); ++rounds) {
      REQUIRE(rounds < rounds_max);
      run();
    }
  }

  void advance(timer_wheel::duration by) {
    shards.advance(by);
    run();
  }

  std::unique_ptr<tcp_client> stranger(std::string_view says = {}) {
    auto made = std::make_unique<tcp_client>(door.listening_port());
    made->send(says);
    run();
    return made;
  }

  /// A stranger who has come through to CAF; the number of its socket there.
  std::size_t pass(tcp_client& who) {
    who.send(hello);
    run_until([&] { return caf.accept(); });
    run_until([&] {
      caf.read();
      return caf.received.back() == hello;
    });
    return caf.sockets.size() - 1;
  }

  bool was_cut(tcp_client& who) {
    run_until([&] {
      who.read();
      return who.ended;
    });
    return who.received.empty();
  }

  cluster_gate::port port_of(std::size_t number) {
    return caf.sockets[number].remote_endpoint().port();
  }

  std::string refused(const std::string& reason) const {
    auto all = counts.prometheus();
    auto name = "salon_cluster_strangers_refused_total{reason=\"" + reason + "\"} ";
    auto at = all.find(name);
    return at == std::string::npos ? "0" : all.substr(at + name.size(), 1);
  }

  stepped_shards shards;
  shard& home;
  metrics counts;
  stand_in caf;
  cluster_door door;
  std::optional<std::string> complaint;
  std::vector<std::string> heard;
  std::vector<ending> endings;
  std::vector<cluster_gate::port> reached;
};

} // namespace

TEST_CASE("cluster door: CAF hears nothing of a stranger who says nothing", "[net][door]") {
  door_fixture node;
  auto silent = node.stranger();
  auto slow = node.stranger(hello.substr(0, 4));

  node.advance(4'900ms);
  CHECK_FALSE(node.caf.accept());
  CHECK(node.counts.cluster_strangers.value() == 2);
  node.advance(200ms);

  CHECK(node.was_cut(*silent));
  CHECK(node.was_cut(*slow));
  CHECK_FALSE(node.caf.accept());
  CHECK(node.counts.cluster_strangers.value() == 0);
  CHECK(node.refused("late") == "2");
}

TEST_CASE("cluster door: what is not TLS is cut at once", "[net][door]") {
  door_fixture node;

  // A header of CAF's own protocol that announces a gigabyte, for one.
  for (const auto& each : {std::string{"GET / HTTP/1.1\r\n\r\n"}, std::string(32, '\0'),
                           std::string{"\0\0\0\0\x40\0\0\0", 8}, std::string(64, '\xff')})
    CHECK(node.was_cut(*node.stranger(each)));

  CHECK_FALSE(node.caf.accept());
  CHECK(node.refused("not_tls") == "4");
}

TEST_CASE("cluster door: a handshake is passed on, both ways, also in pieces", "[net][door]") {
  door_fixture node;
  auto who = node.stranger(hello.substr(0, 3));
  who->send(hello.substr(3));
  node.run_until([&] { return node.caf.accept(); });
  node.run_until([&] {
    node.caf.read();
    return node.caf.received[0] == hello;
  });

  node.caf.sockets[0].send(boost::asio::buffer(std::string{"answer"}));

  node.run_until([&] {
    who->read();
    return who->received == "answer";
  });
  CHECK(node.door.knows(node.port_of(0)));
}

TEST_CASE("cluster door: who is not admitted in time is cut", "[net][door]") {
  door_fixture node;
  auto admitted = node.stranger();
  auto other = node.stranger();
  auto first = node.pass(*admitted);
  node.pass(*other);

  node.door.admit(node.port_of(first));
  CHECK(node.counts.cluster_strangers.value() == 1);
  node.advance(5'100ms);

  CHECK(node.was_cut(*other));
  admitted->read();
  CHECK_FALSE(admitted->ended);
  CHECK(node.heard == std::vector<std::string>{"it has not been admitted in time"});
  CHECK(node.endings == std::vector{ending::late});
  CHECK(node.counts.cluster_connections.value() == 1);
}

TEST_CASE("cluster door: there are never too many strangers", "[net][door]") {
  cluster_door_options options;
  options.strangers_max = 3;
  options.strangers_per_address_max = 2;
  door_fixture node{options};
  auto first = node.stranger();
  auto second = node.stranger();

  CHECK(node.was_cut(*node.stranger()));
  CHECK(node.refused("crowded") == "1");

  // Who is admitted is no stranger, and who has gone makes room.
  node.door.admit(node.port_of(node.pass(*first)));
  second->close();
  node.run_until([&] { return node.counts.cluster_strangers.value() == 0; });
  auto third = node.stranger();
  auto fourth = node.stranger();
  CHECK(node.counts.cluster_strangers.value() == 2);
}

TEST_CASE("cluster door: nobody is let in as long as the carrier objects", "[net][door]") {
  door_fixture node;
  node.complaint = "no certificate";

  CHECK(node.was_cut(*node.stranger(hello)));
  CHECK(node.refused("unable") == "1");
  node.complaint.reset();
  auto welcome = node.stranger();
  node.pass(*welcome);
}

TEST_CASE("cluster door: an alert tells whose certificate was not accepted", "[net][door]") {
  door_fixture node;
  auto theirs = node.stranger();
  node.pass(*theirs);
  theirs->send(alert);
  theirs->finish();
  node.run_until([&] {
    node.caf.read();
    return node.caf.received[0] == hello + alert;
  });
  node.caf.sockets[0].close();
  node.run_until([&] { return node.heard.size() == 1; });

  auto ours = node.stranger();
  node.pass(*ours);
  node.caf.sockets[1].send(boost::asio::buffer(alert));
  node.caf.sockets[1].close();
  ours->finish();
  node.run_until([&] { return node.heard.size() == 2; });

  CHECK(node.heard[0]
        == "certificate not of this cluster: the other side does not accept the one of this node");
  CHECK(node.heard[1]
        == "certificate not of this cluster: this node does not accept the one that the other side "
           "shows");
  CHECK(node.endings == std::vector{ending::not_of_cluster, ending::not_of_cluster});
  CHECK(node.refused("certificate") == "2");
}

TEST_CASE("cluster door: a peer that reads nothing holds no more than the bound", "[net][door]") {
  door_fixture node;
  auto deaf = node.stranger();
  auto number = node.pass(*deaf);
  node.door.admit(node.port_of(number));
  std::string much(65'536, 'x');

  // Until the kernel's buffers and ours are full.
  std::size_t sent = 0;
  for (auto idle = 0; idle < 50;) {
    boost::system::error_code full;
    auto put = node.caf.sockets[number].write_some(boost::asio::buffer(much), full);
    sent += put;
    idle = put > 0 ? 0 : idle + 1;
    node.run();
  }

  auto passed = static_cast<std::size_t>(node.counts.cluster_bytes_sent.value());
  CHECK(sent >= passed);
  std::size_t received = 0;
  node.run_until([&] {
    deaf->read();
    received += std::exchange(deaf->received, {}).size();
    return received == sent;
  });
}

TEST_CASE("cluster door: one that is cut is gone at both ends", "[net][door]") {
  door_fixture node;
  auto who = node.stranger();
  auto number = node.pass(*who);
  auto port = node.port_of(number);

  node.door.cut(port);

  CHECK(node.was_cut(*who));
  boost::system::error_code end;
  node.run_until([&] {
    char byte = 0;
    node.caf.sockets[number].read_some(boost::asio::buffer(&byte, 1), end);
    return end != boost::asio::error::would_block;
  });
  CHECK_FALSE(node.door.knows(port));
  CHECK(node.heard.empty());
  CHECK(node.counts.cluster_connections.value() == 0);
}

TEST_CASE("cluster door: all strangers can be cut at once, and nobody else", "[net][door]") {
  door_fixture node;
  auto admitted = node.stranger();
  node.door.admit(node.port_of(node.pass(*admitted)));
  auto silent = node.stranger();
  auto other = node.stranger();
  node.pass(*other);

  node.door.cut_strangers();

  CHECK(node.was_cut(*silent));
  CHECK(node.was_cut(*other));
  admitted->read();
  CHECK_FALSE(admitted->ended);
  CHECK(node.counts.cluster_connections.value() == 1);
}

TEST_CASE("cluster door: what one side sent last still arrives", "[net][door]") {
  door_fixture node;
  auto who = node.stranger();
  auto number = node.pass(*who);
  node.door.admit(node.port_of(number));
  std::string much(300'000, 'x');

  std::size_t sent = 0;
  node.run_until([&] {
    node.caf.read();
    sent += who->send(std::string_view{much}.substr(sent));
    return sent == much.size();
  });
  who->close();

  node.run_until([&] {
    node.caf.read();
    return node.caf.received[number].size() == hello.size() + much.size();
  });
  node.caf.sockets[number].close();
  node.run_until([&] { return node.heard.size() == 1; });
  CHECK(node.heard[0] == "the other side has closed the connection");
}

TEST_CASE("cluster door: a node that is dialled is reached through the loopback", "[net][door]") {
  door_fixture node;
  stand_in peer{node.home.io()};
  auto address = "127.0.0.1:" + std::to_string(peer.port());

  node.door.dial(address);
  CHECK(node.heard.empty());
  node.run_until([&] { return !node.reached.empty(); });

  CHECK(node.heard == std::vector{"reached " + address});
  REQUIRE(node.door.knows(node.reached[0]));
  tcp_client caf{node.reached[0]};
  caf.send(hello);
  node.run_until([&] { return !peer.sockets.empty() || peer.accept(); });
  node.run_until([&] {
    peer.read();
    return peer.received[0] == hello;
  });
  CHECK_THROWS(tcp_client{node.reached[0]});
}

TEST_CASE("cluster door: a node that cannot be reached is said to be so", "[net][door]") {
  door_fixture node;
  auto nobody = std::make_unique<stand_in>(node.home.io());
  auto address = "127.0.0.1:" + std::to_string(nobody->port());
  nobody.reset();

  node.door.dial(address);
  node.door.dial("nonsense");
  node.run_until([&] { return node.heard.size() == 2; });

  std::sort(node.heard.begin(), node.heard.end());
  CHECK(node.heard[0] == address + ": Connection refused");
  CHECK(node.heard[1] == "nonsense: this is no host:port");
}

TEST_CASE("cluster door: dialling has a deadline", "[net][door]") {
  door_fixture node;
  // Its queue is full: the kernel lets nobody else in.
  tcp::acceptor full{node.home.io()};
  full.open(tcp::v4());
  full.bind({boost::asio::ip::address_v4::loopback(), 0});
  full.listen(0);
  auto port = full.local_endpoint().port();
  tcp_client in_the_queue{port};
  auto address = "127.0.0.1:" + std::to_string(port);

  node.door.dial(address);
  node.door.dial(address);
  node.run();
  node.advance(5'100ms);

  CHECK(node.heard == std::vector{address + ": it does not answer"});
}

TEST_CASE("cluster door: nobody comes to a node that was reached, and it is cut", "[net][door]") {
  door_fixture node;
  stand_in peer{node.home.io()};
  node.door.dial("127.0.0.1:" + std::to_string(peer.port()));
  node.run_until([&] { return !node.reached.empty(); });

  node.advance(5'100ms);

  CHECK(node.endings == std::vector{ending::late});
  CHECK_FALSE(node.door.knows(node.reached[0]));
}

TEST_CASE("cluster door: the last descriptors are left to CAF", "[net][door]") {
  door_fixture node;
  rlimit usual{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &usual) == 0);
  auto next = ::dup(0);
  ::close(next);
  auto few = usual;
  few.rlim_cur = static_cast<rlim_t>(next) + 12;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);

  auto early = node.stranger(hello);
  auto was_refused = node.was_cut(*early);
  ::setrlimit(RLIMIT_NOFILE, &usual);
  auto late = node.stranger(hello);
  auto waited = !node.caf.accept();
  node.advance(250ms);

  CHECK(was_refused);
  CHECK(waited);
  node.run_until([&] { return node.caf.accept(); });
}

TEST_CASE("cluster door: an address that is taken, or is none, is named", "[net][door]") {
  door_fixture node;
  cluster_door second{node.home, node.counts, {}};
  auto taken = "127.0.0.1:" + std::to_string(node.door.listening_port());

  CHECK(second.listen(taken)
        == "Cannot listen for other nodes on " + taken + ": Address already in use");
  CHECK(second.listen("example:1").value_or("").find("no address of this machine")
        != std::string::npos);
  CHECK(second.listen("").has_value());
}

// Nodes that talk through CAF's middleman and real TLS on the loopback.
#include "tests/support/cable.hpp"
#include "tests/support/cluster_node.hpp"

#include <catch2/catch_test_macros.hpp>

#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;

namespace {

using kind = cluster_node::kind;

/// How often a race is run.
constexpr int races = 10;

/// A way from `a` to `b`: its names on both sides.
struct both_ends {
  way_id at_a;
  way_id at_b;
};

both_ends connect(cluster_node& a, cluster_node& b) {
  a.dial(b.address());
  return {a.await(kind::way).way, b.await(kind::way).way};
}

} // namespace

TEST_CASE("carrier: a node that is dialled is reached, and both can speak", "[sockets][carrier]") {
  certificates cluster;
  cluster_node a{{cluster.files()}};
  cluster_node b{{cluster.files()}};

  auto ends = connect(a, b);
  a.send(ends.at_a, "to b");
  b.send(ends.at_b, std::string{"to\0a", 4});

  CHECK(a.await(kind::way).address == b.address());
  CHECK(b.await(kind::way).address.empty());
  CHECK(b.await(kind::frame).text == "to b");
  CHECK(a.await(kind::frame).text == std::string{"to\0a", 4});
  CHECK(a.await(kind::frame).way == ends.at_a);
}

TEST_CASE("carrier: frames arrive whole and in order", "[sockets][carrier]") {
  certificates cluster;
  cluster_node a{{cluster.files()}};
  cluster_node b{{cluster.files()}};
  auto ends = connect(a, b);
  constexpr std::size_t frames = 500;

  for (std::size_t i = 1; i <= frames; ++i)
    a.send(ends.at_a, std::string(i * 37 % 4'096, 'x') + std::to_string(i));
  a.send(ends.at_a, std::string(1'048'576, 'y'));
  a.send(ends.at_a, std::string(1'048'577, 'z'));
  a.send(ends.at_a, "end");

  CHECK(b.await(kind::frame, frames + 1).text == std::string(1'048'576, 'y'));
  // What is larger than a frame may be is never sent.
  CHECK(b.await(kind::frame, frames + 2).text == "end");
  auto received = b.all(kind::frame);
  for (std::size_t i = 1; i <= frames; ++i)
    CHECK(received[i - 1].text == std::string(i * 37 % 4'096, 'x') + std::to_string(i));
}

TEST_CASE("carrier: a way that one side closes is closed for the other", "[sockets][carrier]") {
  certificates cluster;
  cluster_node a{{cluster.files()}};
  cluster_node b{{cluster.files()}};

  auto ends = connect(a, b);
  a.close(ends.at_a);
  CHECK(b.await(kind::closed).way == ends.at_b);
  b.dial(a.address());
  auto again = b.await(kind::way, 2).way;
  CHECK(again != ends.at_b);
  b.close(again);

  CHECK(a.await(kind::closed).way == a.await(kind::way, 2).way);
  CHECK(a.all(kind::closed).size() == 1);
  CHECK(b.all(kind::closed).size() == 1);
}

TEST_CASE("carrier: nothing is left of a way that was closed", "[sockets][carrier]") {
  certificates cluster;
  cluster_node a{{cluster.files()}};
  cluster_node b{{cluster.files()}};

  for (std::size_t i = 1; i <= 10; ++i) {
    a.dial(b.address());
    auto way = a.await(kind::way, i).way;
    b.await(kind::way, i);
    a.close(way);
    b.await(kind::closed, i);
  }

  for (auto* each : {&a, &b})
    each->await([each] {
      return each->counts().cluster_connections.value() == 0 && each->caf_connections() == 0;
    });
}

TEST_CASE("carrier: who is not admitted is cut", "[sockets][carrier]") {
  certificates cluster;
  node_wishes reserved{cluster.files()};
  reserved.admits = false;
  reserved.door.admission_timeout = 300ms;
  cluster_node a{{cluster.files()}};
  cluster_node b{reserved};

  static_cast<void>(connect(a, b));

  CHECK(b.await(kind::closed).text == "it has not been admitted in time");
  a.await(kind::closed);
}

TEST_CASE("carrier: two that dial each other at once find one way", "[sockets][carrier]") {
  certificates cluster;
  for (auto i = 0; i < races; ++i) {
    cluster_node a{{cluster.files()}};
    cluster_node b{{cluster.files()}};

    a.dial(b.address());
    b.dial(a.address());

    // Ways that both lost on the way to it are told as closed.
    auto is_one = [](cluster_node& node) {
      return node.all(kind::way).size() == node.all(kind::closed).size() + 1;
    };
    auto answered = [](cluster_node& node) {
      for (const auto& each : node.all(kind::way))
        if (!each.address.empty())
          return true;
      return !node.all(kind::known).empty();
    };
    a.await([&] { return answered(a) && is_one(a); });
    b.await([&] { return answered(b) && is_one(b); });
    auto way = a.all(kind::way).back().way;
    a.send(way, "hello");
    CHECK(b.await(kind::frame).way == b.all(kind::way).back().way);
    for (auto* each : {&a, &b})
      CHECK(each->all(kind::no_way).empty());
  }
}

TEST_CASE("carrier: a node that dials itself is told so", "[sockets][carrier]") {
  certificates cluster;
  cluster_node a{{cluster.files()}};

  a.dial(a.address());

  CHECK(a.await(kind::known).way == 0);
  a.await([&] { return a.counts().cluster_connections.value() == 0; });
  CHECK(a.all(kind::way).empty());
}

TEST_CASE("carrier: another address of a node to which there is a way leads there",
          "[sockets][carrier]") {
  certificates cluster;
  cluster_node a{{cluster.files()}};
  cluster_node b{{cluster.files()}};
  auto [way, back] = connect(a, b);

  a.dial("localhost" + b.address().substr(b.address().rfind(':')));
  b.dial("localhost" + a.address().substr(a.address().rfind(':')));

  CHECK(a.await(kind::known).way == way);
  CHECK(b.await(kind::known).way == back);
  a.await([&] { return a.counts().cluster_connections.value() == 1; });
  b.await([&] { return b.counts().cluster_connections.value() == 1; });
  a.send(way, "hello");
  CHECK(b.await(kind::frame).text == "hello");
  CHECK(a.all(kind::closed).empty());
  CHECK(b.all(kind::closed).empty());
}

TEST_CASE("carrier: a node that is not there is told, and found when it is", "[sockets][carrier]") {
  certificates cluster;
  cluster_node a{{cluster.files()}};
  std::string address;
  {
    cluster_node b{{cluster.files()}};
    address = b.address();
    static_cast<void>(connect(a, b));
  }
  a.await(kind::closed);

  a.dial(address);

  CHECK(a.await(kind::no_way).text == "Connection refused");
  cluster_node again{{cluster.files()}};
  a.dial(again.address());
  CHECK(a.await(kind::way, 2).address == again.address());
}

TEST_CASE("carrier: a certificate of another cluster is refused on both sides",
          "[sockets][carrier]") {
  certificates cluster;
  certificates other;
  cluster_node a{{cluster.files()}};
  cluster_node b{{other.files()}};

  a.dial(b.address());

  CHECK(a.await(kind::no_way).text.starts_with("certificate not of this cluster"));
  b.await([&] {
    return b.counts().prometheus().find("refused_total{reason=\"certificate\"} 1")
           != std::string::npos;
  });
  CHECK(b.all(kind::way).empty());
}

TEST_CASE("carrier: only one side's trust is not enough", "[sockets][carrier]") {
  certificates cluster;
  certificates other;
  cluster_node a{{cluster.files()}};
  // It would accept those of the cluster, and shows a certificate of another.
  auto mixed = other.files();
  mixed.ca = cluster.files().ca;
  cluster_node b{{mixed}};

  b.dial(a.address());
  CHECK(b.await(kind::no_way).text.starts_with("certificate not of this cluster"));
  a.dial(b.address());
  CHECK(a.await(kind::no_way).text.starts_with("certificate not of this cluster"));

  CHECK(a.all(kind::way).empty());
  CHECK(b.all(kind::way).empty());
}

TEST_CASE("carrier: what is dialled and speaks something else is named", "[sockets][carrier]") {
  certificates cluster;
  cluster_node a{{cluster.files()}};
  boost::asio::io_context io;
  boost::asio::ip::tcp::acceptor web{io, {boost::asio::ip::address_v4::loopback(), 0}};
  std::thread answers{[&] {
    auto socket = web.accept();
    std::string text = "HTTP/1.1 400 Bad Request\r\n\r\n";
    socket.send(boost::asio::buffer(text));
    boost::system::error_code end;
    while (!end)
      socket.read_some(boost::asio::buffer(text), end);
  }};

  a.dial("127.0.0.1:" + std::to_string(web.local_endpoint().port()));

  CHECK(a.await(kind::no_way).text == "it does not speak TLS");
  answers.join();
}

TEST_CASE("carrier: nobody gets a network without all of a certificate", "[sockets][carrier]") {
  know_messages();
  certificates cluster;
  auto good = cluster.files();
  caf::actor_system_config config;

  CHECK(prepare_caf_network(config, {}).has_value());
  CHECK(prepare_caf_network(config, {"", good.key, good.ca}).has_value());
  CHECK(prepare_caf_network(config, {good.certificate, "", good.ca}).has_value());
  CHECK(prepare_caf_network(config, {good.certificate, good.key, ""}).has_value());

  caf::actor_system system{config};
  CHECK_FALSE(system.has_middleman());
  CHECK_FALSE(system.has_openssl_manager());
}

// Not under sanitizers: CAF loses a TLS context when it cannot read a file.
TEST_CASE("carrier: without its certificate's files a node keeps the ways it has",
          "[sockets][carrier][.slow]") {
  certificates cluster;
  scratch_file beside{"", "beside"};
  auto files = cluster.files();
  for (auto* each : {&files.certificate, &files.key, &files.ca}) {
    std::filesystem::copy(*each, beside.folder());
    *each = beside.folder() + each->substr(each->rfind('/'));
  }
  cluster_node a{{cluster.files()}};
  node_wishes wishes{files};
  wishes.echoes = true;
  cluster_node b{wishes};
  node_wishes impatient{cluster.files()};
  impatient.carrier.dial_timeout = 300ms;
  cluster_node c{impatient};
  auto way = connect(a, b).at_a;
  std::filesystem::remove(files.key);

  c.dial(b.address());
  b.dial(c.address());

  c.await(kind::no_way);
  CHECK(b.await(kind::no_way).text == "this node cannot read " + files.key + " any more");
  a.send(way, "still there?");
  CHECK(a.await(kind::frame).text == "still there?");
  CHECK(a.all(kind::closed).empty());
  std::filesystem::copy(cluster.files().key, beside.folder());
  b.dial(c.address());
  CHECK(b.await(kind::way, 2).address == c.address());
}

TEST_CASE("carrier: a cable that was cut does not keep a node from coming back",
          "[sockets][carrier]") {
  certificates cluster;
  cluster_node a{{cluster.files()}};
  cluster_node b{{cluster.files()}};
  cable between{static_cast<std::uint16_t>(std::stoi(b.address().substr(10)))};
  a.dial(between.address());
  auto first = a.await(kind::way).way;
  b.await(kind::way);

  // a gives the way up, b knows nothing: its CAF takes the next connection for a repetition.
  between.cut();
  a.close(first);
  a.dial(between.address());

  auto second = a.await(kind::way, 2).way;
  CHECK(b.await(kind::closed).text == "the other side has dialled anew");
  auto at_b = b.await(kind::way, 2).way;
  a.send(second, "again");
  b.send(at_b, "heard");
  CHECK(b.await(kind::frame).text == "again");
  CHECK(b.await(kind::frame).way == at_b);
  CHECK(a.await(kind::frame).text == "heard");
}

TEST_CASE("carrier: a node that was frozen is found again", "[sockets][carrier]") {
  certificates cluster;
  node_wishes wishes{cluster.files()};
  wishes.carrier.dial_timeout = 1s;
  cluster_process frozen{wishes};
  cluster_node a{wishes};
  a.dial(frozen.address());
  auto first = a.await(kind::way).way;
  a.send(first, "before");
  CHECK(a.await(kind::frame).text == "before");

  frozen.signal(SIGSTOP);
  a.send(first, "while it is frozen");
  a.close(first);
  a.dial(frozen.address());
  CHECK(a.await(kind::no_way).text == "it does not answer");
  frozen.signal(SIGCONT);
  std::size_t failures = 1;
  a.dial(frozen.address());
  a.await([&] {
    auto more = a.all(kind::no_way).size();
    if (more > failures) {
      failures = more;
      a.dial(frozen.address());
    }
    return a.all(kind::way).size() == 2;
  });
  a.send(a.await(kind::way, 2).way, "after");

  // Nothing of the first way comes by the second.
  CHECK(a.await(kind::frame, 2).text == "after");
  CHECK(a.await(kind::frame, 2).way == a.await(kind::way, 2).way);
}

TEST_CASE("carrier: a node that was killed is missed at once", "[sockets][carrier]") {
  certificates cluster;
  cluster_process other{{cluster.files()}};
  cluster_node a{{cluster.files()}};
  a.dial(other.address());
  auto way = a.await(kind::way).way;

  other.signal(SIGKILL);

  CHECK(a.await(kind::closed).way == way);
}

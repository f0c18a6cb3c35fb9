#include "server/config.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace salon;
using namespace std::chrono_literals;
using sentences = std::vector<std::string>;

TEST_CASE("config: the defaults contradict nothing", "[server][config]") {
  CHECK(contradictions(config{}).empty());
}

TEST_CASE("config: a loopback address needs nothing more", "[server][config]") {
  for (const auto* address : {"127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"}) {
    CAPTURE(address);
    config c;
    c.address = address;
    CHECK(contradictions(c).empty());
  }
}

TEST_CASE("config: an address that others reach needs to be called insecure", "[server][config]") {
  for (const auto* address :
       {"0.0.0.0", "192.0.2.1", "::", "fe80::1", "::ffff:192.0.2.1", "128.0.0.1"}) {
    CAPTURE(address);
    config c;
    c.address = address;
    CHECK(contradictions(c)
          == sentences{"address = \"" + std::string{address}
                       + "\": other machines reach it, and this version has no authentication: use "
                         "a loopback address such as \"127.0.0.1\", or let everybody in with "
                         "--insecure"});
    c.insecure = true;
    CHECK(contradictions(c).empty());
  }
}

TEST_CASE("config: a pong is due before the next ping", "[server][config]") {
  config c;
  c.connection.pong_timeout = 25s;
  CHECK(
    contradictions(c)
    == sentences{"client.pong_timeout = \"25s\": expected less than client.ping_interval, which "
                 "is \"25s\""});
  c.connection.pong_timeout = 24'999ms;
  CHECK(contradictions(c).empty());
}

TEST_CASE("config: a contradiction is told where one of the two was written", "[server][config]") {
  config c;
  c.connection.ping_interval = 5s;
  CHECK(contradictions(c, {{"client.ping_interval", "a.toml:3: client.ping_interval"}})
        == sentences{"a.toml:3: client.ping_interval = \"5s\": expected more than "
                     "client.pong_timeout, which is \"8s\""});
  CHECK(contradictions(c, {{"client.ping_interval", "a.toml:3: client.ping_interval"},
                           {"client.pong_timeout", "SALON_CLIENT_PONG_TIMEOUT"}})
        == sentences{"SALON_CLIENT_PONG_TIMEOUT = \"8s\": expected less than "
                     "client.ping_interval, which is \"5s\""});
}

TEST_CASE("config: a message fits into an answer, and an answer into the queue",
          "[server][config]") {
  config c;
  c.front.frame_bytes_max = 1'048'576;
  CHECK(contradictions(c)
        == sentences{"client.frame_bytes_max = \"1MiB\": expected at most client.reply_bytes_max, "
                     "which is \"512KiB\""});
  CHECK(contradictions(c, {{"client.reply_bytes_max", "--client-reply-bytes-max"}})
        == sentences{"--client-reply-bytes-max = \"512KiB\": expected at least "
                     "client.frame_bytes_max, which is \"1MiB\""});

  c.connection.reply_bytes_max = 1'048'576;
  CHECK(contradictions(c)
        == sentences{"client.reply_bytes_max = \"1MiB\": expected less than client.queue_max_size, "
                     "which is \"1MiB\""});

  c.connection.outbox_bytes_max = 2'097'152;
  CHECK(contradictions(c).empty());

  c.fanout.unanswered_bytes_max = 65'536;
  CHECK(contradictions(c)
        == sentences{"client.frame_bytes_max = \"1MiB\": expected at most "
                     "fanout.unanswered_bytes_max, which is \"64KiB\""});
}

TEST_CASE("config: joins that are not told cannot be forced", "[server][config]") {
  config c;
  c.namespaces["chat"].force_push_join_leave = true;
  CHECK(contradictions(c).empty());
  c.namespaces["chat"].join_leave = false;
  CHECK(contradictions(c)
        == sentences{"namespaces.chat.force_push_join_leave = true: expected false, since "
                     "namespaces.chat.join_leave is false"});
  CHECK(contradictions(c, {{"namespaces.chat.join_leave", "a.toml:2: namespaces.chat.join_leave"}})
        == sentences{"a.toml:2: namespaces.chat.join_leave = false: expected true, since "
                     "namespaces.chat.force_push_join_leave is true"});
}

TEST_CASE("config: the lobby is a room that exists", "[server][config]") {
  const std::string unknown
    = ": expected a room that the configuration allows: its namespace is not "
      "configured";
  const std::string refused = ": expected a room that the configuration allows: its name is too "
                              "long, or does not match channel_regex";
  config c;
  c.connection.lobby = "chat:lobby";
  CHECK(contradictions(c) == sentences{"client.lobby = \"chat:lobby\"" + unknown});
  c.namespaces["chat"];
  CHECK(contradictions(c).empty());
  c.namespaces["chat"].channel_regex = "[0-9]+";
  CHECK(contradictions(c) == sentences{"client.lobby = \"chat:lobby\"" + refused});
  c.connection.lobby = "lobby";
  c.room_name_bytes_max = 4;
  CHECK(contradictions(c) == sentences{"client.lobby = \"lobby\"" + refused});
}

namespace {

// A node of a cluster on this machine.
config node(const std::string& listen = "127.0.0.1:9601") {
  config c;
  c.cluster.listen = listen;
  return c;
}

} // namespace

TEST_CASE("config: a cluster on the loopback needs nothing more", "[server][config]") {
  for (const auto* listen : {"127.0.0.1:9601", "[::1]:9601", "localhost:9601", "127.0.0.1:0"}) {
    CAPTURE(listen);
    auto c = node(listen);
    c.cluster.join = {"127.0.0.1:9602", "localhost:9603"};
    CHECK(contradictions(c).empty());
  }
}

TEST_CASE("config: a cluster port that others reach needs certificates", "[server][config]") {
  for (const auto* listen : {"10.0.0.1:9601", "node-a:9601", "[fe80::1]:9601"}) {
    CAPTURE(listen);
    auto c = node(listen);
    CHECK(contradictions(c)
          == sentences{"cluster.listen = \"" + std::string{listen}
                       + "\": other machines reach it: expected cluster.certificate, cluster.key "
                         "and cluster.ca as well, or a loopback address such as "
                         "\"127.0.0.1:9601\""});
    c.cluster.certificate = c.cluster.key = c.cluster.ca = "x.pem";
    CHECK(contradictions(c).empty());
  }
}

TEST_CASE("config: a cluster with other machines needs certificates", "[server][config]") {
  auto c = node();
  c.cluster.join = {"127.0.0.1:9602", "node-c:9601"};
  CHECK(contradictions(c)
        == sentences{
          "cluster.join = [\"127.0.0.1:9602\", \"node-c:9601\"]: other machines are part of it: "
          "expected cluster.certificate, cluster.key and cluster.ca as well, or a loopback address "
          "such as \"127.0.0.1:9601\""});
  c.cluster.certificate = c.cluster.key = c.cluster.ca = "x.pem";
  CHECK(contradictions(c).empty());
}

TEST_CASE("config: certificates come together", "[server][config]") {
  auto c = node();
  c.cluster.certificate = "node.pem";
  CHECK(contradictions(c)
        == sentences{
          "cluster.certificate = \"node.pem\": expected cluster.key and cluster.ca as well"});
  c.cluster.ca = "ca.pem";
  CHECK(contradictions(c)
        == sentences{"cluster.certificate = \"node.pem\": expected cluster.key as well"});
  c.cluster.key = "key.pem";
  CHECK(contradictions(c).empty());
  c.cluster.certificate.clear();
  CHECK(contradictions(c)
        == sentences{"cluster.key = \"key.pem\": expected cluster.certificate as well"});
}

TEST_CASE("config: an attached program needs a node, and no port", "[server][config]") {
  config c;
  c.cluster.hosts_rooms = false;
  CHECK(contradictions(c)
        == sentences{"cluster.join = []: expected a node to attach to, such as "
                     "\"127.0.0.1:9601\""});
  c.cluster.join = {"127.0.0.1:9601"};
  CHECK(contradictions(c).empty());
  // What concerns clients, rooms and the store is none of its business.
  c.address = "0.0.0.0";
  CHECK(contradictions(c, {{"store.path", "store.path"}}).empty());
  c.cluster.listen = "127.0.0.1";
  CHECK(contradictions(c).size() == 1);
}

TEST_CASE("config: an attached program shows a certificate to other machines", "[server][config]") {
  config c;
  c.cluster.hosts_rooms = false;
  c.cluster.join = {"10.0.0.1:9601"};
  CHECK(contradictions(c)
        == sentences{"cluster.join = [\"10.0.0.1:9601\"]: other machines are part of it: expected "
                     "cluster.certificate, cluster.key and cluster.ca as well, or a loopback "
                     "address such as \"127.0.0.1:9601\""});
  c.cluster.certificate = c.cluster.key = c.cluster.ca = "x.pem";
  CHECK(contradictions(c).empty());
}

TEST_CASE("config: who joins listens, where it can be dialled", "[server][config]") {
  config c;
  c.cluster.join = {"127.0.0.1:9602"};
  CHECK(contradictions(c)
        == sentences{"cluster.join = [\"127.0.0.1:9602\"]: expected cluster.listen as well: whom "
                     "it joins dials back"});

  c = node("0.0.0.0:9601");
  c.cluster.certificate = c.cluster.key = c.cluster.ca = "x.pem";
  CHECK(
    contradictions(c)
    == sentences{"cluster.listen = \"0.0.0.0:9601\": expected cluster.advertise as well: nobody "
                 "can dial this"});
  c.cluster.advertise = "node-a:9601";
  CHECK(contradictions(c).empty());

  CHECK(contradictions(node("9601"))
        == sentences{"cluster.listen = \"9601\": expected a host and a port, such as "
                     "\"127.0.0.1:9601\""});
}

TEST_CASE("config: a node is given up for silence, not for a late heartbeat", "[server][config]") {
  config c;
  c.cluster.gateway.links.heartbeat_interval = 2'500ms;
  CHECK(contradictions(c)
        == sentences{"cluster.heartbeat_interval = \"2500ms\": expected less than half of "
                     "cluster.failure_timeout, which is \"5s\""});
  c.cluster.gateway.links.heartbeat_interval = 1s;
  c.cluster.gateway.links.failure_timeout = 2s;
  CHECK(contradictions(c, {{"cluster.failure_timeout", "a.toml:1: cluster.failure_timeout"}})
        == sentences{"a.toml:1: cluster.failure_timeout = \"2s\": expected more than twice "
                     "cluster.heartbeat_interval, which is \"1s\""});
  c.cluster.gateway.links.failure_timeout = 2'001ms;
  CHECK(contradictions(c).empty());
}

TEST_CASE("config: a batch fits into a link's window, and that into its queue",
          "[server][config]") {
  config c;
  c.cluster.gateway.links.window_bytes = 16'777'216;
  CHECK(contradictions(c)
        == sentences{"cluster.link_window_bytes = \"16MiB\": expected at most "
                     "cluster.link_queue_bytes_max, which is \"8MiB\""});
  c.cluster.gateway.links.window_bytes = 65'536;
  c.cluster.gateway.links.batch_bytes_max = 131'072;
  CHECK(contradictions(c)
        == sentences{"cluster.batch_bytes_max = \"128KiB\": expected at most "
                     "cluster.link_window_bytes, which is \"64KiB\""});
}

TEST_CASE("config: strangers from one address are some of all", "[server][config]") {
  config c;
  c.cluster.door.strangers_max = 8;
  CHECK(contradictions(c)
        == sentences{"cluster.strangers_per_address_max = 16: expected at most "
                     "cluster.strangers_max, which is 8"});
}

TEST_CASE("config: what nodes tell each other fits into a message between them",
          "[server][config]") {
  auto c = node();
  c.connection.reply_bytes_max = 524'289;
  CHECK(contradictions(c)
        == sentences{"client.reply_bytes_max = 524289: expected at most 512KiB in a cluster, half "
                     "of a message between nodes"});
  c.cluster.listen.clear();
  CHECK(contradictions(c).empty());

  c = node();
  c.history.stretch_bytes_max = 1'048'576;
  CHECK(contradictions(c)
        == sentences{"store.stretch_bytes_max = \"1MiB\": expected at most 512KiB in a cluster, "
                     "half of a message between nodes"});
}

TEST_CASE("config: rooms find their options by namespace, and names have a length",
          "[server][config]") {
  config c;
  c.defaults.history_size = 1;
  c.namespaces["chat"].history_size = 2;
  c.room_name_bytes_max = 8;
  auto rooms = make_namespaces(c);
  auto why = errc::none;
  REQUIRE(rooms.find("lobby", &why) != nullptr);
  CHECK(rooms.find("lobby", &why)->history_size == 1);
  REQUIRE(rooms.find("chat:abc", &why) != nullptr);
  CHECK(rooms.find("chat:abc", &why)->history_size == 2);
  CHECK(rooms.find("chat:abcd", &why) == nullptr);
  CHECK(why == errc::bad_request);
}

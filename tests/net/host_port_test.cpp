#include "net/host_port.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace salon;

TEST_CASE("host and port: names and addresses are read, and written again", "[net][host_port]") {
  CHECK(read_host_port("127.0.0.1:9601") == host_port{"127.0.0.1", 9601});
  CHECK(read_host_port("[::1]:9601") == host_port{"::1", 9601});
  CHECK(read_host_port("node-a:1") == host_port{"node-a", 1});
  CHECK(read_host_port("a_b.example.org:65535") == host_port{"a_b.example.org", 65535});
  CHECK(read_host_port("example.org.:0") == host_port{"example.org.", 0});
  for (const auto* text : {"127.0.0.1:9601", "[fe80::1]:2", "node-a:0"}) {
    auto where = read_host_port(text);
    REQUIRE(where);
    CHECK(to_text(*where) == text);
  }
}

TEST_CASE("host and port: what nobody could resolve is nothing", "[net][host_port]") {
  for (const auto* text :
       {"",          "a",    ":",       ":1",      "a:",          "a:x",         "a:1x",
        "a:+1",      "a:-1", "a:65536", "a: 1",    "a b:1",       "::1:9601",    "[::1:9601",
        "::1]:9601", "[]:1", "[a]:1",   "1.2.3:1", "1.2.3.4.5:1", "256.1.1.1:1", "a..b:1",
        ".a:1",      "-a:1", "a/b:1",   "a@b:1",   "[::1]9601",   "ä:1"}) {
    CAPTURE(text);
    CHECK_FALSE(read_host_port(text));
  }
  CHECK(read_host_port(std::string(253, 'a') + ":1"));
  CHECK_FALSE(read_host_port(std::string(254, 'a') + ":1"));
}

TEST_CASE("host and port: what is this machine's alone is known", "[net][host_port]") {
  for (const auto* host : {"127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1", "localhost"}) {
    CAPTURE(host);
    CHECK(is_loopback(host));
  }
  for (const auto* host : {"0.0.0.0", "128.0.0.1", "::", "::ffff:192.0.2.1", "node-a", ""}) {
    CAPTURE(host);
    CHECK_FALSE(is_loopback(host));
  }
  CHECK(is_unspecified("0.0.0.0"));
  CHECK(is_unspecified("::"));
  CHECK_FALSE(is_unspecified("127.0.0.1"));
  CHECK_FALSE(is_unspecified("node-a"));
}

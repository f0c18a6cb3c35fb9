#include "net/host_port.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace salon;

TEST_CASE("host and port: names and addresses of both kinds are read", "[net][host_port]") {
  CHECK(parse_host_port("chat-1.example:9510") == host_port{"chat-1.example", 9510});
  CHECK(parse_host_port("10.0.0.1:0") == host_port{"10.0.0.1", 0});
  CHECK(parse_host_port("[::1]:65535") == host_port{"::1", 65535});
}

TEST_CASE("host and port: what leaves a doubt is refused", "[net][host_port]") {
  for (const auto* each : {"", "host", "host:", ":9510", "host:65536", "host:95x", "host:-1",
                           "::1:9510", "[]:9510", "[::1]9510", "host: 9510"})
    CHECK(parse_host_port(each) == std::nullopt);
}

TEST_CASE("host and port: loopback is what no other machine can be", "[net][host_port]") {
  for (const auto* each : {"localhost", "127.0.0.1", "127.8.8.8", "::1"})
    CHECK(is_loopback({each, 1}));
  for (const auto* each : {"0.0.0.0", "::", "10.0.0.1", "localhost.example", "example"})
    CHECK_FALSE(is_loopback({each, 1}));
}

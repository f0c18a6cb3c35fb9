#include "server/nearest.hpp"

#include <catch2/catch_test_macros.hpp>

using salon::nearest;

namespace {

const std::vector<std::string> keys{"port", "shards", "client.ping_interval",
                                    "client.pong_timeout"};

} // namespace

TEST_CASE("nearest: letters swapped, missing or too many are forgiven", "[server][nearest]") {
  CHECK(nearest("prot", keys) == "port");
  CHECK(nearest("shard", keys) == "shards");
  CHECK(nearest("client.pingInterval", keys) == "client.ping_interval");
  CHECK(nearest("clients.pong_time_out", keys) == "client.pong_timeout");
}

TEST_CASE("nearest: a key in the wrong section is found by its last part", "[server][nearest]") {
  CHECK(nearest("ping_interval", keys) == "client.ping_interval");
  CHECK(nearest("websocket.pong_timeout", keys) == "client.pong_timeout");
}

TEST_CASE("nearest: what is like nothing gets no suggestion", "[server][nearest]") {
  CHECK(nearest("colour", keys).empty());
  CHECK(nearest("", keys).empty());
  CHECK(nearest("port", {}).empty());
}

#include "messages/control_protocol.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace salon;
using namespace std::chrono_literals;
using action = control_request::action;

namespace {

std::string refusal(std::string_view line) {
  auto read = read_control_request(line);
  REQUIRE(std::holds_alternative<control_failure>(read));
  return std::get<control_failure>(read).sentence;
}

} // namespace

TEST_CASE("control protocol: requests are written and read", "[messages][control_protocol]") {
  CHECK(to_json(control_request{action::status, {}, {}}) == R"({"do":"status"})");
  CHECK(to_json(control_request{action::drain, {}, "b"}) == R"({"do":"drain","node":"b"})");
  CHECK(to_json(control_request{action::move, "lobby", "b"})
        == R"({"do":"move","room":"lobby","node":"b"})");
  for (const auto& x :
       {control_request{action::status, {}, {}}, control_request{action::drain, {}, "a\"b"},
        control_request{action::move, "lobby", "[::1]:9601"}})
    CHECK(std::get<control_request>(read_control_request(to_json(x))) == x);
}

TEST_CASE("control protocol: what it does not know in a request is passed over",
          "[messages][control_protocol]") {
  auto read = read_control_request(R"( {"v":7,"do":"status","colour":{"red":[1]}} )");

  CHECK(std::get<control_request>(read) == control_request{});
}

TEST_CASE("control protocol: what is no request is told in a sentence",
          "[messages][control_protocol]") {
  for (const auto* line : {"", "status", "[]", R"({"do":"status")", R"({"do":"status"} x)"}) {
    CAPTURE(line);
    CHECK(refusal(line) == "the request is not an object of JSON");
  }
  CHECK(refusal("{\"do\":\"\xff\"}") == "the request is not UTF-8");
  CHECK(refusal("{}") == "the request does not say what to do: expected a member \"do\"");
  CHECK(refusal(R"({"do":"stop"})")
        == "there is no request \"stop\": expected \"status\", \"drain\" or \"move\"");
  CHECK(refusal(R"({"do":1})")
        == "there is no request 1: expected \"status\", \"drain\" or \"move\"");
  CHECK(refusal(R"({"do":"drain"})") == "drain: expected a member \"node\"");
  CHECK(refusal(R"({"do":"move","node":"b"})") == "move: expected a member \"room\"");
  CHECK(refusal(R"({"do":"move","room":"a"})") == "move: expected a member \"node\"");
  CHECK(refusal(R"({"do":"move","room":1,"node":"b"})") == "room: expected a string");
}

TEST_CASE("control protocol: answers are written as the documentation says",
          "[messages][control_protocol]") {
  cluster_status two;
  two.nodes.push_back({"a", "10.0.0.1:9601", node_status::standing::up, true, 3, 20, 0, 0ms});
  two.nodes.push_back({"b", "10.0.0.2:9601", node_status::standing::suspect, false, 4, 30, 5, 6ms});

  CHECK(to_json(two)
        == R"({"v":1,"cluster":true,"nodes":[)"
           R"({"name":"a","address":"10.0.0.1:9601","state":"up","self":true,"rooms":3,)"
           R"("connections":20,"queue_bytes":0,"heartbeat_age_ms":0},)"
           R"({"name":"b","address":"10.0.0.2:9601","state":"suspect","rooms":4,)"
           R"("connections":30,"queue_bytes":5,"heartbeat_age_ms":6}]})");
  CHECK(to_json(control_done{2}) == R"({"v":1,"done":true,"rooms":2})");
  CHECK(to_json(control_failure{"no \"x\""}) == R"({"v":1,"error":"no \"x\""})");
}

TEST_CASE("control protocol: answers are read", "[messages][control_protocol]") {
  cluster_status status;
  status.is_cluster = false;
  CHECK(read_control_answer(to_json(status)) == control_answer{status});
  for (auto state : {node_status::standing::up, node_status::standing::suspect,
                     node_status::standing::down, node_status::standing::leaving}) {
    status.nodes.push_back({"n", "", state, false, 1, 2, 3, 4ms});
    CHECK(read_control_answer(to_json(status)) == control_answer{status});
  }
  CHECK(read_control_answer(to_json(control_done{7})) == control_answer{control_done{7}});
  CHECK(read_control_answer(to_json(control_failure{"no"}))
        == control_answer{control_failure{"no"}});
  CHECK(read_control_answer(R"({"v":1,"done":true,"new":{}})") == control_answer{control_done{0}});
}

TEST_CASE("control protocol: what is no answer of this version is nothing",
          "[messages][control_protocol]") {
  for (const auto* line :
       {"", "{}", "[]", R"({"v":1})", R"({"done":true,"rooms":1})", R"({"v":2,"done":true})",
        R"({"v":1,"done":false})", R"({"v":1,"error":""})", R"({"v":1,"done":true,"rooms":-1})",
        R"({"v":1,"nodes":{}})", R"({"v":1,"nodes":[{"state":"asleep"}]})",
        R"({"v":1,"nodes":[{"name":1}]})", R"({"v":1,"nodes":[{})",
        "{\"v\":1,\"error\":\"\xff\"}"}) {
    CAPTURE(line);
    CHECK_FALSE(read_control_answer(line));
  }
}

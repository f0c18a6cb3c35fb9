#include "client/load_wire.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

using namespace salon;

namespace {

struct hearing : load_hearing {
  std::vector<std::string> all;

  void on_joined(bool recovered) override {
    all.emplace_back(recovered ? "recovered" : "joined");
  }

  void on_publication(const load_mark& mark) override {
    all.push_back(std::to_string(mark.publisher) + '/' + std::to_string(mark.number));
  }

  void on_answer(std::string_view message) override {
    all.push_back("answer " + std::string{message});
  }

  void on_refused(std::string_view why) override {
    all.push_back("refused " + std::string{why});
  }
};

using heard = std::vector<std::string>;

heard read(load_protocol protocol, std::string_view message, load_position* at = nullptr) {
  load_position nowhere;
  hearing to;
  make_load_wire(protocol)->read(message, "bench0", at ? *at : nowhere, to);
  return to.all;
}

} // namespace

TEST_CASE("load wire: what is published in a protocol is read in it, at its size",
          "[client][load_wire]") {
  for (auto protocol : {load_protocol::text, load_protocol::socketio, load_protocol::nats}) {
    auto wire = make_load_wire(protocol);
    auto message = wire->publish("bench0", {12, 3456}, 128);
    CHECK(read(protocol, message) == heard{"12/3456"});
    CHECK(message.find(write_marked({12, 3456}, 128)) != std::string::npos);
  }
  auto sdk = make_load_wire(load_protocol::sdk);
  auto data = R"({"text":")" + write_marked({1, 2}, 128 - 11) + R"("})";
  CHECK(data.size() == 128);
  CHECK(sdk->publish("den", {1, 2}, 128)
        == R"({"id":3,"publish":{"channel":"den","data":)" + data + "}}");
}

TEST_CASE("load wire: the smallest payload still has its mark", "[client][load_wire]") {
  for (auto protocol :
       {load_protocol::text, load_protocol::sdk, load_protocol::socketio, load_protocol::nats}) {
    auto wire = make_load_wire(protocol);
    auto message = wire->publish("r", {999'999, 999'999'999}, wire->payload_bytes_min());
    auto came = protocol == load_protocol::sdk ? R"({"push":)" + message : message;
    CHECK(read(protocol, came) == heard{"999999/999999999"});
  }
}

TEST_CASE("load wire: several SDK messages in a frame, and where they leave off",
          "[client][load_wire]") {
  auto push = [](const load_mark& mark, int offset) {
    return R"({"push":{"channel":"den","pub":{"data":")" + write_marked(mark, 40)
           + R"(","info":{"user":"","client":"x"},"offset":)" + std::to_string(offset) + "}}}";
  };
  load_position at{"abcd", 4};

  auto all
    = read(load_protocol::sdk,
           push({0, 1}, 5) + '\n' + R"({"id":3,"publish":{}})" + '\n' + push({1, 1}, 6), &at);

  CHECK(all == heard{"0/1", "1/1"});
  CHECK(at.offset == 6);
  CHECK(at.epoch == "abcd");
}

TEST_CASE("load wire: a recovered SDK subscription brings what was missed", "[client][load_wire]") {
  load_position at{"abcd", 4};
  auto answer
    = R"({"id":2,"subscribe":{"recoverable":true,"epoch":"abcd","publications":[{"data":")"
      + write_marked({0, 5}, 30) + R"(","offset":5},{"data":")" + write_marked({0, 6}, 30)
      + R"(","offset":6}],"recovered":true,"offset":6}})";

  CHECK(read(load_protocol::sdk, answer, &at) == heard{"0/5", "0/6", "recovered"});
  CHECK(at.offset == 6);
  CHECK(make_load_wire(load_protocol::sdk)->greeting("den", at)
        == R"({"id":1,"connect":{}})"
           "\n"
           R"({"id":2,"subscribe":{"channel":"den","recover":true,"epoch":"abcd","offset":6}})");
}

TEST_CASE("load wire: greetings, pings and refusals of each protocol", "[client][load_wire]") {
  CHECK(read(load_protocol::text, "Welcome to lobby.").empty());
  CHECK(read(load_protocol::sdk, R"({"id":1,"connect":{"client":"x"}})").empty());
  CHECK(read(load_protocol::sdk, R"({"id":2,"subscribe":{}})") == heard{"joined"});
  CHECK(read(load_protocol::sdk, "{}") == heard{"answer {}"});
  CHECK(read(load_protocol::sdk, R"({"id":3,"error":{"code":111,"message":"slow"}})")
        == heard{"refused slow"});
  CHECK(read(load_protocol::socketio, R"(40{"sid":"x"})") == heard{"joined"});
  CHECK(read(load_protocol::socketio, R"(0{"sid":"x"})").empty());
  CHECK(read(load_protocol::socketio, "2") == heard{"answer 3"});
  CHECK(read(load_protocol::nats, "PONG\r\n") == heard{"joined"});
  CHECK(read(load_protocol::nats, "PING\r\n") == heard{"answer PONG\r\n"});
  CHECK(read(load_protocol::nats, "-ERR 'no'\r\n") == heard{"refused -ERR 'no'\r\n"});
}

TEST_CASE("load wire: what only looks like a mark is none", "[client][load_wire]") {
  for (const auto* text : {"~", "~000001.00000000", "~00000x.000000001.", "~000001.00000000x.abc"})
    CHECK(read(load_protocol::text, text).empty());
}

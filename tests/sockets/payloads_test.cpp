// What people write comes out as it went in, whatever it is; what is no JSON comes out nowhere.
#include "tests/support/sdk_client.hpp"
#include "tests/support/test_server.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace salon;
using namespace salon::testing;

namespace {

std::string times(std::size_t count, std::string_view text) {
  std::string result;
  while (count-- > 0)
    result += text;
  return result;
}

// JSON that a parser may stumble over.
std::vector<std::string> strange_payloads() {
  return {
    "0",
    "-0.0e-0",
    "\"\"",
    "[null]",
    "[]",
    R"({"":{"":[]}})",
    "1e999999999",
    "-123456789012345678901234567890.000000000000000000001E+400",
    R"({"a":1,"a":2,"a":{"a":3},"text":"x","text":"y"})",
    R"(["\u0000\u001f\ud800\udfff\uD83D\uDE00\"\\\/\b\f\n\r\t"])",
    "[\"\xf0\x9f\x98\x80 \xe2\x80\xa8 \xef\xbf\xbf \x7f\"]",
    R"({  "spaced" :	[ 1 , 2 ]  })",
    R"({"push":{"channel":"lobby","pub":{"data":1}},"id":7,"error":{"code":1}})",
    R"({"__proto__":{"polluted":true},"constructor":null})",
    times(15'000, "[") + times(15'000, "]"),
    times(5'000, R"({"a":)") + "1" + times(5'000, "}"),
    "\"" + std::string(60'000, 'x') + "\"",
    "[" + times(20'000, "1,") + "1]",
  };
}

std::string data_in(const std::string& push) {
  constexpr std::string_view before = R"({"push":{"channel":"lobby","pub":{"data":)";
  REQUIRE(push.starts_with(before));
  return push.substr(before.size(), push.rfind(R"(,"info":)") - before.size());
}

std::string publish_of(std::string_view data) {
  return R"("publish":{"channel":"lobby","data":)" + std::string{data} + "}";
}

} // namespace

TEST_CASE("payloads: any valid JSON reaches every client byte for byte", "[sockets][payloads]") {
  test_server server{{"--shards", "2"}};
  sdk_client ana{server.port()};
  sdk_client bob{server.port()};
  text_member cy{server.port(), "lobby"};
  ana.enter("lobby");
  bob.enter("lobby");

  for (const auto& payload : strange_payloads()) {
    INFO(payload.substr(0, 100));
    ana.publish("lobby", payload);
    CHECK(data_in(ana.next_with("\"pub\"")) == payload);
    CHECK(data_in(bob.next_with("\"pub\"")) == payload);
    auto line = cy.read_text();
    if (payload.find("\"text\"") == std::string::npos)
      CHECK(line == payload);
    else
      CHECK(line == "y");
  }
}

TEST_CASE("payloads: newlines between a payload's tokens split no message", "[sockets][payloads]") {
  test_server server;
  sdk_client ana{server.port()};
  sdk_client bob{server.port()};
  ana.enter("lobby");
  bob.enter("lobby");

  ana.publish("lobby", "{\n\"a\":\r\n[1,\n\n2]\r}");

  CHECK(data_in(bob.next_with("\"pub\"")) == R"({"a":[1,2]})");
  CHECK(data_in(ana.next_with("\"pub\"")) == R"({"a":[1,2]})");
}

TEST_CASE("payloads: history and recovery give them back as they were", "[sockets][payloads]") {
  test_server server;
  sdk_client ana{server.port()};
  ana.enter("lobby");

  for (const auto& payload : strange_payloads()) {
    INFO(payload.substr(0, 100));
    ana.publish("lobby", payload);
    auto newest = ana.ask(R"("history":{"channel":"lobby","limit":1,"reverse":true})");
    CHECK(newest.find("\"data\":" + payload + ",") != std::string::npos);
  }
}

TEST_CASE("payloads: broken JSON closes its sender and reaches nobody", "[sockets][payloads]") {
  test_server server;
  sdk_client bob{server.port()};
  text_member cy{server.port(), "lobby"};
  bob.enter("lobby");
  const std::vector<std::string> broken{
    R"("\x")",
    R"("\u12g4")",
    R"("\u")",
    R"("\)",
    "\"a\nb\"",
    "\"a\tb\"",
    std::string{"\"\0\"", 3},
    "01",
    "1.",
    ".5",
    "+1",
    "1e",
    "-",
    "0x10",
    "NaN",
    "Infinity",
    "tru",
    "nulll",
    "True",
    "[1,]",
    "[,1]",
    "{\"a\":1,}",
    "{a:1}",
    "{\"a\" 1}",
    "{\"a\":}",
    "{1:2}",
    "['a']",
    "[1 2]",
    "// no",
    "/**/1",
    "[",
    "]",
    "{\"a\":[}",
    times(10'000, "["),
    times(10'000, R"({"a":)"),
    "\xef\xbb\xbf[1]",
  };

  for (const auto& payload : broken) {
    INFO(payload.substr(0, 100));
    sdk_client client{server.port()};
    client.command(publish_of(payload));
    CHECK(client.read_farewell() == farewell{3501, "bad request"});
  }

  cy.send_text("nothing happened");
  CHECK(cy.read_text() == "nothing happened");
  CHECK(data_in(bob.next_with("\"pub\"")) == R"({"text":"nothing happened"})");
}

TEST_CASE("payloads: any line reaches everyone byte for byte", "[sockets][payloads]") {
  test_server server{{"--shards", "2"}};
  text_member ana{server.port(), "lobby", "Ana"};
  text_member bob{server.port(), "lobby"};
  sdk_client cy{server.port()};
  cy.enter("lobby");
  const std::vector<std::string> lines{
    "",
    " ",
    "{}",
    "\n",
    "two\nlines\r\n",
    std::string{"\0", 1},
    "\x01\x7f",
    "\"quoted\" \\n \\u0041",
    R"({"id":1,"connect":{}})",
    "\xf0\x9f\x98\x80\xe2\x80\xa8",
    std::string(65'536, 'x'),
  };

  for (const auto& line : lines) {
    INFO(line.substr(0, 100));
    ana.send_text(line);
    CHECK(ana.read_text() == line);
    CHECK(bob.read_text() == line);
    auto push = cy.next_with("\"pub\"");
    CHECK(push.find('\n') == std::string::npos);
    CHECK(push.find(R"("info":{)") != std::string::npos);
    CHECK(push.find(R"({"name":"Ana"})") != std::string::npos);
  }
}

TEST_CASE("payloads: an SDK client's text is a line, whatever is in it", "[sockets][payloads]") {
  test_server server;
  sdk_client ana{server.port()};
  text_member bob{server.port(), "lobby"};

  ana.publish("lobby", R"({"text":"two\nlines \ud83d\ude00 \u00e9 \"\\\/"})");
  CHECK(bob.read_text() == "two\nlines \xf0\x9f\x98\x80 \xc3\xa9 \"\\/");
  ana.publish("lobby", R"({"no":"text"})");
  CHECK(bob.read_text() == R"({"no":"text"})");
  // Half a pair of surrogates is no text that a frame could carry.
  ana.publish("lobby", R"({"text":"\ud800"})");
  auto half = bob.read_text();
  CHECK(half.find('\xed') == std::string::npos);
  CHECK_FALSE(half.empty());
}

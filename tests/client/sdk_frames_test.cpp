#include "client/sdk_frames.hpp"
#include "messages/json_scanner.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace salon;

namespace {

template <class T>
T read_as(std::string_view line) {
  auto message = sdk::read_message(line);
  REQUIRE(std::holds_alternative<T>(message));
  return std::get<T>(message);
}

} // namespace

TEST_CASE("sdk frames: replies, pushes and pings are told apart", "[client][sdk_frames]") {
  auto done = read_as<sdk::reply>(R"({"id":7,"rpc":{"data":{"v":1}}})");
  auto refused
    = read_as<sdk::reply>(R"({"id":8,"error":{"code":111,"message":"slow","temporary":true}})");
  auto push = read_as<sdk::push>(R"({"push":{"channel":"den","pub":{"data":1}}})");

  CHECK(done.id == 7);
  CHECK(done.result == R"({"data":{"v":1}})");
  CHECK_FALSE(done.error);
  CHECK(refused.error->code == 111);
  CHECK(refused.error->message == "slow");
  CHECK(refused.error->temporary);
  CHECK(push.channel == "den");
  CHECK(push.kind == "pub");
  CHECK(push.body == R"({"data":1})");
  read_as<sdk::ping>("{}");
}

TEST_CASE("sdk frames: what is not the protocol is nothing", "[client][sdk_frames]") {
  for (const auto* line :
       {"", "x", "[]", R"({"id":0})", R"({"id":-1})", R"({"id":"1"})", R"({"push":)"})
    CHECK(std::holds_alternative<std::monostate>(sdk::read_message(line)));
}

TEST_CASE("sdk frames: a publication says who said what", "[client][sdk_frames]") {
  auto pub
    = sdk::read_publication(R"({"data":{"text":"h\u00ef","action":true,"time":12},"offset":4,)"
                            R"("info":{"user":"","client":"c1","conn_info":{"name":"Ana"}}})");

  REQUIRE(pub);
  CHECK(*pub == chat::said{{"c1", "Ana"}, "hï", true, 12, 4});
  CHECK(sdk::read_publication(R"({"data":[1,2]})")->text == "[1,2]");
  CHECK(sdk::read_publication(R"({"data":{"text":1}})")->text == R"({"text":1})");
  CHECK_FALSE(sdk::read_publication(R"({"data":{},"tags":{"kind":"typing"}})"));
}

TEST_CASE("sdk frames: lists are read in their order", "[client][sdk_frames]") {
  auto pubs = sdk::read_publications(
    R"({"publications":[{"data":{"text":"a"},"offset":1},{"data":{"text":"b"},"offset":2}]})");
  auto people
    = sdk::read_people(R"({"presence":{"c1":{"client":"c1","conn_info":{"name":"Ana"}}}})");

  REQUIRE(pubs.size() == 2);
  CHECK(pubs[0].text == "a");
  CHECK(pubs[1].text == "b");
  CHECK(people == std::vector{chat::person{"c1", "Ana"}});
  CHECK(sdk::read_publications("{}").empty());
  CHECK(sdk::read_publications(R"({"publications":[}])").empty());
}

TEST_CASE("sdk frames: any text is written as JSON that says it", "[client][sdk_frames]") {
  auto text = std::string{"\"}\\\n\x01 ✓"};
  auto data = sdk::write_message(text, false, 5);

  CHECK(json::is_valid(data));
  CHECK(sdk::read_publication("{\"data\":" + data + "}")->text == text);
  CHECK(sdk::write_command(3, "ping", "{}") == R"({"id":3,"ping":{}})");
  CHECK(sdk::write_object({}) == "{}");
  CHECK(sdk::write_object({{"a", "\""}, {"b", "c"}}) == R"({"a":"\"","b":"c"})");
}

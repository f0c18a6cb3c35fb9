#include "tests/support/actor_fixture.hpp"
#include "tests/support/stepped_shards.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;

namespace {

const lines nothing;

constexpr auto uuid = R"("0a1b2c3d-0000-4000-8000-000000000001")";

struct rpc_fixture : actor_fixture {
  explicit rpc_fixture(fixture_options options = {}) : actor_fixture(std::move(options)) {
    // nop
  }

  /// The answer to a call, without its id.
  std::string call(client& who, std::string_view method, std::string_view data) {
    who.command(R"("rpc":{"method":")" + std::string{method} + R"(","data":)" + std::string{data}
                + "}");
    run();
    auto log = who.take();
    REQUIRE_FALSE(log.empty());
    auto answer = log.back();
    for (auto i = log.begin(); i != log.end() - 1; ++i)
      others.push_back(*i);
    return answer.substr(answer.find(',') + 1);
  }

  lines others; ///< What the caller was told besides.
};

std::string refusal(int code, const std::string& message) {
  return R"("error":{"code":)" + std::to_string(code) + R"(,"message":")" + message + "\"}}";
}

} // namespace

TEST_CASE_METHOD(rpc_fixture, "salon.limits: says what clients are held to",
                 "[actors][salon_service]") {
  auto& ana = join_sdk("den");

  CHECK(call(ana, "salon.limits", "{}")
        == R"("rpc":{"data":{"v":1,"message_bytes_max":65536,"name_bytes_max":64,)"
           R"("room_name_bytes_max":255,"rooms_max":128,"history_publications_max":300}}})");
}

// -- rooms --------------------------------------------------------------------

TEST_CASE_METHOD(rpc_fixture, "salon.rooms: rooms come by name with their members, in pages",
                 "[actors][salon_service]") {
  auto& ana = join_sdk("b");
  join_sdk("b");
  join_sdk("a");
  join_sdk("c");

  CHECK(call(ana, "salon.rooms", "{}")
        == R"("rpc":{"data":{"v":1,"rooms":[{"room":"a","members":1},{"room":"b","members":2},)"
           R"({"room":"c","members":1}]}}})");
  CHECK(call(ana, "salon.rooms", R"({"limit":2})")
        == R"("rpc":{"data":{"v":1,"rooms":[{"room":"a","members":1},{"room":"b","members":2}],)"
           R"("next":"b"}}})");
  CHECK(call(ana, "salon.rooms", R"({"limit":2,"after":"b"})")
        == R"("rpc":{"data":{"v":1,"rooms":[{"room":"c","members":1}]}}})");
  CHECK(call(ana, "salon.rooms", R"({"after":"zzz"})") == R"("rpc":{"data":{"v":1,"rooms":[]}}})");
}

TEST_CASE_METHOD(rpc_fixture, "salon.rooms: limits and names that are none are bad requests",
                 "[actors][salon_service]") {
  auto& ana = connect_sdk();

  for (auto data : {R"({"limit":0})", R"({"limit":101})", R"({"limit":-1})", R"({"limit":"2"})",
                    R"({"limit":1.5})", R"({"after":1})", R"([])", R"("x")", "7"}) {
    CAPTURE(data);
    CHECK(call(ana, "salon.rooms", data) == refusal(107, "bad request"));
  }
}

TEST_CASE("salon.rooms: a room that does not answer is left out, and that is told",
          "[actors][salon_service]") {
  fixture_options options;
  options.shards = 2;
  rpc_fixture f{options};
  auto here = f.room_on(0);
  auto there = f.room_on(1);
  auto& ana = f.join_sdk(here);
  f.join_sdk(there);
  f.shards().freeze(1);

  ana.command(R"("rpc":{"method":"salon.rooms"})");
  f.advance(1s);

  CHECK(ana.take()
        == lines{R"({"id":3,"rpc":{"data":{"v":1,"rooms":[{"room":")" + here
                 + R"(","members":1}],"partial":true}}})"});
}

// -- typing -------------------------------------------------------------------

TEST_CASE_METHOD(rpc_fixture, "salon.typing: those in the room are told, and it is kept nowhere",
                 "[actors][salon_service]") {
  auto& ana = join_sdk("a", "Ana");
  auto& bob = join_sdk("a");
  ana.command(R"("publish":{"channel":"a","data":1})");
  run();
  ana.take();
  bob.take();

  CHECK(call(ana, "salon.typing", R"({"room":"a"})").starts_with(R"("rpc":{"data":{"v":1)"));

  CHECK(bob.take()
        == lines{R"({"push":{"channel":"a","pub":{"data":{},)"
                 R"("info":{"user":"","client":"c1","conn_info":{"name":"Ana"}},)"
                 R"("tags":{"kind":"typing"}}}})"});
  bob.command(R"("history":{"channel":"a","limit":-1})");
  run();
  CHECK(bob.take()
        == lines{R"({"id":3,"history":{"publications":[{"data":1,)"
                 R"("info":{"user":"","client":"c1","conn_info":{"name":"Ana"}},"offset":1}],)"
                 R"("epoch":"E1","offset":1}})"});
}

TEST_CASE_METHOD(rpc_fixture, "salon.typing: it needs a room", "[actors][salon_service]") {
  auto& ana = connect_sdk();

  CHECK(call(ana, "salon.typing", "{}") == refusal(107, "bad request"));
  CHECK(call(ana, "salon.typing", R"({"room":7})") == refusal(107, "bad request"));
  CHECK(call(ana, "salon.typing", R"({"room":"zzz:a"})") == refusal(102, "unknown channel"));
}

// -- publish ------------------------------------------------------------------

TEST_CASE_METHOD(rpc_fixture, "salon.publish: it tells where the publication landed",
                 "[actors][salon_service]") {
  auto& ana = join_sdk("a");

  CHECK(call(ana, "salon.publish", R"({"room":"a","data":{"text":"x"},"tags":{"b":"1","a":"2"}})")
        == R"("rpc":{"data":{"v":1,"offset":1,"epoch":"E1"}}})");
  CHECK(others
        == lines{
          R"({"push":{"channel":"a","pub":{"data":{"text":"x"},"info":{"user":"","client":"c1"},)"
          R"("offset":1,"tags":{"b":"1","a":"2"}}}})"});
}

TEST_CASE_METHOD(rpc_fixture, "salon.publish: a repeated key tells the same and nobody hears twice",
                 "[actors][salon_service]") {
  auto& ana = connect_sdk();
  auto& bob = join_sdk("a");
  auto data = std::string{R"({"room":"a","data":1,"key":)"} + uuid + "}";

  CHECK(call(ana, "salon.publish", data) == R"("rpc":{"data":{"v":1,"offset":1,"epoch":"E1"}}})");
  CHECK(bob.take()
        == lines{
          std::string{R"({"push":{"channel":"a","pub":{"data":1,"info":{"user":"","client":"c1"},)"
                      R"("offset":1,"tags":{"key":)"}
          + uuid + "}}}}"});
  CHECK(call(ana, "salon.publish", data) == R"("rpc":{"data":{"v":1,"offset":1,"epoch":"E1"}}})");
  CHECK(bob.take() == nothing);
}

TEST_CASE_METHOD(rpc_fixture, "salon.publish: a key is known again from another connection",
                 "[actors][salon_service]") {
  auto& ana = connect_sdk();
  auto data = std::string{R"({"room":"a","data":1,"key":)"} + uuid + "}";
  call(ana, "salon.publish", data);
  crash(ana);
  run();

  auto& again = connect_sdk();

  CHECK(call(again, "salon.publish", data) == R"("rpc":{"data":{"v":1,"offset":1,"epoch":"E1"}}})");
}

TEST_CASE_METHOD(rpc_fixture, "salon.publish: keys that do not fit are bad requests",
                 "[actors][salon_service]") {
  auto& ana = connect_sdk();
  call(ana, "salon.publish", std::string{R"({"room":"a","data":1,"key":)"} + uuid + "}");

  CHECK(call(ana, "salon.publish", std::string{R"({"room":"a","data":2,"key":)"} + uuid + "}")
        == refusal(107, "bad request"));
  CHECK(call(ana, "salon.publish", R"({"room":"a","data":1,"key":"mine"})")
        == refusal(107, "bad request"));
  CHECK(call(ana, "salon.publish", R"({"room":"a","data":1,"key":7})")
        == refusal(107, "bad request"));
}

TEST_CASE_METHOD(rpc_fixture, "salon.publish: it needs room and data, and tags of texts",
                 "[actors][salon_service]") {
  auto& ana = connect_sdk();

  for (auto data : {R"({"room":"a"})", R"({"data":1})", R"({"room":"a","data":1,"tags":[]})",
                    R"({"room":"a","data":1,"tags":{"a":1}})", "{}"}) {
    CAPTURE(data);
    CHECK(call(ana, "salon.publish", data) == refusal(107, "bad request"));
  }
}

TEST_CASE("salon.publish: the rules of a room hold here, too", "[actors][salon_service]") {
  fixture_options options;
  options.namespaces["closed"].publish = {false, false, false};
  options.namespaces["inside"].publish = {false, true, true};
  rpc_fixture f{options};
  auto& ana = f.connect_sdk();

  CHECK(f.call(ana, "salon.publish", R"({"room":"closed:a","data":1})")
        == refusal(103, "permission denied"));
  CHECK(f.call(ana, "salon.publish", R"({"room":"zzz:a","data":1})")
        == refusal(102, "unknown channel"));
  CHECK(f.call(ana, "salon.publish", R"({"room":"inside:a","data":1})")
        == refusal(103, "permission denied"));
  ana.command(R"("subscribe":{"channel":"inside:a"})");
  f.run();
  ana.take();
  CHECK(f.call(ana, "salon.publish", R"({"room":"inside:a","data":1})")
        == R"("rpc":{"data":{"v":1,"offset":1,"epoch":"E1"}}})");
}

TEST_CASE_METHOD(rpc_fixture, "salon.publish: text clients read it as any publication",
                 "[actors][salon_service]") {
  auto& ana = connect_sdk();
  auto& bob = connect_text("a");
  bob.take();

  call(ana, "salon.publish", R"({"room":"a","data":{"text":"hi"}})");

  CHECK(bob.take() == lines{"hi"});
}

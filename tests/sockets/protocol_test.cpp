// Commands that no client may send, and those that are refused.
#include "tests/support/sdk_client.hpp"
#include "tests/support/test_server.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>

using namespace salon;
using namespace salon::testing;

namespace {

const farewell bad_request{3501, "bad request"};

constexpr std::string_view protocol_path = "/connection/websocket";

} // namespace

TEST_CASE("protocol: what is no command ends the connection with 3501", "[sockets][protocol]") {
  test_server server;
  sdk_client bystander{server.port()};
  bystander.enter("lobby");
  const auto rows = {
    "",
    "\n",
    "   ",
    "{",
    "hello",
    "[]",
    "1",
    "\"connect\"",
    "{}",
    R"({"id":1})",
    R"({"id":1,"nonsense":{}})",
    R"({"id":1,"connect":5})",
    R"({"id":1,"connect":[]})",
    R"({"id":"1","connect":{}})",
    R"({"id":-1,"connect":{}})",
    R"({"id":1.5,"connect":{}})",
    R"({"id":99999999999999999999,"connect":{}})",
    R"({"connect":{}})",
    R"({"id":1,"connect":{}} trailing)",
    R"({"id":1,"connect":{})",
    R"({"id":1,"connect":{"name":5}})",
    R"({"id":1,"connect":{"name":"\x"}})",
    R"({'id':1,'connect':{}})",
    "{\"id\":1,\"connect\":{\"name\":\"a\nb\"}}",
  };

  for (const std::string_view row : rows) {
    INFO(row);
    bare_client client{server.port()};
    client.upgrade(protocol_path).send_text(row);
    CHECK(client.read_farewell() == bad_request);
  }

  bystander.publish("lobby", R"("still here")");
  CHECK(bystander.next_with("still here").find("\"pub\"") != std::string::npos);
}

TEST_CASE("protocol: any command before connect ends the connection with 3501",
          "[sockets][protocol]") {
  test_server server;
  const auto rows = {
    R"({"id":1,"subscribe":{"channel":"a"}})",
    R"({"id":1,"unsubscribe":{"channel":"a"}})",
    R"({"id":1,"publish":{"channel":"a","data":1}})",
    R"({"id":1,"presence":{"channel":"a"}})",
    R"({"id":1,"presence_stats":{"channel":"a"}})",
    R"({"id":1,"history":{"channel":"a"}})",
    R"({"id":1,"ping":{}})",
    R"({"id":1,"rpc":{"method":"salon.rooms"}})",
    R"({"send":{"data":1}})",
    R"({"id":1,"refresh":{"token":"x"}})",
    R"({"id":1,"sub_refresh":{"channel":"a","token":"x"}})",
    // Also in the frame of a connect that comes too late.
    "{\"id\":1,\"subscribe\":{\"channel\":\"a\"}}\n{\"id\":2,\"connect\":{}}",
  };

  for (const std::string_view row : rows) {
    INFO(row);
    bare_client client{server.port()};
    client.upgrade(protocol_path).send_text(row);
    CHECK(client.read_farewell() == bad_request);
  }
}

TEST_CASE("protocol: what an open connection may not say ends it with 3501",
          "[sockets][protocol]") {
  test_server server;
  const auto rows = {
    R"({"id":2,"connect":{}})",
    R"({"id":2})",
    R"({"id":2,"nonsense":{}})",
    R"({"id":2,"publish":{"channel":"a","data":{"text":"\x"}}})",
    R"({"id":2,"publish":{"channel":"a","data":}})",
    R"({"id":2,"publish":{"channel":5,"data":1}})",
    R"({"publish":{"channel":"a","data":1}})",
    R"({"id":2,"subscribe":{"channel":"a","delta":"unheard-of"}})",
    R"({"id":2,"subscribe":{"channel":"a","offset":-1}})",
    R"({"id":2,"refresh":{"token":""}})",
    "",
    "{}",
    "null",
  };

  for (const std::string_view row : rows) {
    INFO(row);
    sdk_client client{server.port()};
    client.send_text(row);
    CHECK(client.read_farewell() == bad_request);
  }
}

TEST_CASE("protocol: the good commands of a frame that ends badly are answered first",
          "[sockets][protocol]") {
  test_server server;
  bare_client client{server.port()};

  client.upgrade(protocol_path).send_text("{\"id\":1,\"connect\":{}}\n{broken");

  CHECK(answers(client.read_text(), 1));
  CHECK(client.read_farewell() == bad_request);
}

TEST_CASE("protocol: tokens and messages that nobody takes have codes of their own",
          "[sockets][protocol]") {
  test_server server;
  bare_client with_token{server.port()};
  sdk_client sending{server.port()};

  with_token.upgrade(protocol_path).send_text(R"({"id":1,"connect":{"token":"a.b.c"}})");
  sending.send_text(R"({"send":{"data":{}}})");

  CHECK(with_token.read_farewell() == farewell{3500, "invalid token"});
  CHECK(sending.read_farewell() == farewell{3508, "not available"});
}

TEST_CASE("protocol: refused commands are answered, and the connection goes on",
          "[sockets][protocol]") {
  test_server server{{"--client-channel-limit", "2", "--set", "namespaces.quiet.presence=false",
                      "--set", "namespaces.quiet.history_size=0"}};
  sdk_client client{server.port()};
  auto code_of = [&](std::string_view request) {
    auto reply = client.ask(request);
    auto at = reply.find("\"error\":{\"code\":");
    return at == std::string::npos ? 0 : std::stoi(reply.substr(at + 16));
  };
  client.enter("one");

  CHECK(code_of(R"("subscribe":{"channel":"one"})") == 105);
  CHECK(code_of(R"("subscribe":{"channel":"two"})") == 0);
  CHECK(code_of(R"("subscribe":{"channel":"three"})") == 106);
  CHECK(code_of(R"("unsubscribe":{"channel":"two"})") == 0);
  CHECK(code_of(R"("unsubscribe":{"channel":"never"})") == 0);
  CHECK(code_of(R"("subscribe":{"channel":"nobody:here"})") == 102);
  CHECK(code_of(R"("subscribe":{"channel":"$private"})") == 103);
  CHECK(code_of(R"("subscribe":{"channel":"map","type":1})") == 103);
  CHECK(code_of(R"("publish":{"channel":"one"})") == 107);
  CHECK(code_of(R"("publish":{"channel":"one","data":null})") == 107);
  CHECK(code_of(R"("presence":{"channel":"quiet:one"})") == 108);
  CHECK(code_of(R"("history":{"channel":"quiet:one"})") == 108);
  CHECK(code_of(R"("history":{"channel":"one","since":{"offset":1,"epoch":"other"}})") == 112);
  CHECK(code_of(R"("history":{"channel":"one","since":{"offset":0},"reverse":true})") == 107);
  CHECK(code_of(R"("rpc":{"method":"nobody.knows"})") == 108);
  CHECK(code_of(R"("rpc":{"method":"salon.nothing"})") == 104);
  CHECK(code_of(R"("ping":{})") == 108);
  CHECK(code_of(R"("publish":{"channel":"one","data":1})") == 0);
}

TEST_CASE("protocol: names of rooms that may not be are refused", "[sockets][protocol]") {
  test_server server;
  auto longest = std::string(255, 'r');
  sdk_client client{server.port()};
  auto subscribe = [&](const std::string& room) {
    return client.ask("\"subscribe\":{\"channel\":\"" + room + "\"}");
  };

  CHECK(subscribe(longest).find("\"subscribe\"") != std::string::npos);
  for (const auto& room : {longest + "r", std::string{"two words"}, std::string{"caf\xc3\xa9"},
                           std::string{"a/b"}, std::string{"*"}, std::string{"a&b"},
                           std::string{R"(tab\tbed)"}, std::string{R"(nul\u0000)"}}) {
    INFO(room);
    CHECK(subscribe(room).find("\"code\":107") != std::string::npos);
  }
  CHECK(subscribe("nobody:here").find("\"code\":102") != std::string::npos);
  for (const auto* request :
       {R"("subscribe":{"channel":""})", R"("subscribe":{})", R"("publish":{"data":1})",
        R"("unsubscribe":{"channel":""})", R"("presence":{})", R"("history":{"channel":""})"}) {
    INFO(request);
    sdk_client nameless{server.port()};
    nameless.command(request);
    CHECK(nameless.read_farewell() == bad_request);
  }
}

TEST_CASE("protocol: a connection may be in 128 rooms and no more", "[sockets][protocol]") {
  test_server server;
  sdk_client client{server.port()};

  for (auto i = 0; i < 128; ++i)
    client.enter("room-" + std::to_string(i));

  CHECK(client.ask(R"("subscribe":{"channel":"one-more"})").find("\"code\":106")
        != std::string::npos);
  CHECK(server.metric("salon_members") == 128);
}

#include "net/handshake.hpp"

#include <boost/beast/http/field.hpp>
#include <boost/beast/http/verb.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <functional>
#include <string>
#include <vector>

using namespace salon;
using Catch::Matchers::ContainsSubstring;
namespace http = boost::beast::http;
using http::field;

namespace {

// A handshake with nothing wrong.
request_header good_request() {
  request_header request;
  request.method(http::verb::get);
  request.version(11);
  request.set(field::host, "chat.example:9501");
  request.set(field::upgrade, "websocket");
  request.set(field::connection, "keep-alive, Upgrade");
  request.set(field::sec_websocket_version, "13");
  request.set(field::sec_websocket_key, "dGhlIHNhbXBsZSBub25jZQ==");
  return request;
}

using verdict = std::variant<admission, response>;

verdict judge(const request_header& request, std::string_view text,
              const front_options& options = {}) {
  return judge_upgrade(request, read_target(text), options);
}

admission admitted(const request_header& request, std::string_view text) {
  auto made = judge(request, text);
  REQUIRE(std::holds_alternative<admission>(made));
  return std::get<admission>(std::move(made));
}

unsigned status_of(const verdict& made) {
  const auto* refusal = std::get_if<response>(&made);
  return refusal ? refusal->status : 101;
}

std::string sentence_of(const verdict& made) {
  const auto* refusal = std::get_if<response>(&made);
  return refusal ? refusal->body : std::string{};
}

} // namespace

TEST_CASE("handshake: the accept token is the one RFC 6455 shows", "[net][handshake]") {
  CHECK(accept_token("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST_CASE("handshake: a good request is switched", "[net][handshake]") {
  auto made = admitted(good_request(), "/connection/websocket");

  CHECK(made.answer
        == "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
  CHECK(made.who.format == wire_format::json);
  CHECK_FALSE(made.who.frame_pings);
}

TEST_CASE("handshake: a text client names its room and itself", "[net][handshake]") {
  auto made = admitted(good_request(), "/?room=chat:a&name=Zo%C3%AB+B");

  CHECK(made.who.format == wire_format::text);
  CHECK(made.who.room == "chat:a");
  CHECK(made.who.name == "Zo\xc3\xab B");

  auto nobody = admitted(good_request(), "/");
  CHECK(nobody.who.room.empty());
  CHECK(nobody.who.name.empty());
}

TEST_CASE("handshake: pings as frames are asked for in the query", "[net][handshake]") {
  CHECK(
    admitted(good_request(), "/connection/websocket?cf_ws_frame_ping_pong=true").who.frame_pings);
  CHECK_FALSE(
    admitted(good_request(), "/connection/websocket?cf_ws_frame_ping_pong=false").who.frame_pings);
}

TEST_CASE("handshake: the JSON subprotocol is echoed when it is offered", "[net][handshake]") {
  auto request = good_request();
  request.set(field::sec_websocket_protocol, "centrifuge-protobuf, centrifuge-json");
  CHECK_THAT(admitted(request, "/connection/websocket").answer,
             ContainsSubstring("Sec-WebSocket-Protocol: centrifuge-json\r\n"));

  request.set(field::sec_websocket_protocol, "something-else");
  CHECK(admitted(request, "/connection/websocket").answer.find("Protocol:") == std::string::npos);
}

TEST_CASE("handshake: Protobuf is refused by name", "[net][handshake]") {
  auto request = good_request();
  CHECK(status_of(judge(request, "/connection/websocket?format=protobuf")) == 400);
  CHECK(status_of(judge(request, "/connection/websocket?cf_protocol=protobuf")) == 400);

  request.set(field::sec_websocket_protocol, "centrifuge-protobuf");
  auto made = judge(request, "/connection/websocket");
  CHECK(status_of(made) == 400);
  CHECK_THAT(sentence_of(made), ContainsSubstring("Protobuf is not spoken yet"));
}

TEST_CASE("handshake: each missing or wrong part is named", "[net][handshake]") {
  struct row {
    const char* part;
    unsigned status;
    std::function<void(request_header&)> spoil;
  };
  const std::vector<row> rows{
    {"GET", 405, [](auto& x) { x.method(http::verb::post); }},
    {"HTTP/1.1", 400, [](auto& x) { x.version(10); }},
    {"Upgrade: websocket", 400, [](auto& x) { x.erase(field::upgrade); }},
    {"Upgrade: websocket", 400, [](auto& x) { x.set(field::upgrade, "h2c"); }},
    {"Connection: Upgrade", 400, [](auto& x) { x.erase(field::connection); }},
    {"Connection: Upgrade", 400, [](auto& x) { x.set(field::connection, "close"); }},
    {"Version: 13", 426, [](auto& x) { x.erase(field::sec_websocket_version); }},
    {"Version: 13", 426, [](auto& x) { x.set(field::sec_websocket_version, "8"); }},
    {"Sec-WebSocket-Key", 400, [](auto& x) { x.erase(field::sec_websocket_key); }},
    {"Sec-WebSocket-Key", 400, [](auto& x) { x.set(field::sec_websocket_key, "c2hvcnQ="); }},
    {"Sec-WebSocket-Key", 400,
     [](auto& x) { x.set(field::sec_websocket_key, "dGhlIHNhbXBsZSBub25j!Q=="); }},
    {"Sec-WebSocket-Key", 400,
     [](auto& x) { x.insert(field::sec_websocket_key, "dGhlIHNhbXBsZSBub25jZQ=="); }},
    {"Host", 400, [](auto& x) { x.erase(field::host); }},
    {"Host", 400, [](auto& x) { x.insert(field::host, "other"); }},
    {"allowed_origins", 403, [](auto& x) { x.set(field::origin, "null"); }},
  };
  for (const auto& row : rows) {
    CAPTURE(row.part);
    auto request = good_request();
    row.spoil(request);

    auto made = judge(request, "/connection/websocket");

    CHECK(status_of(made) == row.status);
    CHECK_THAT(sentence_of(made), ContainsSubstring(row.part));
  }
}

TEST_CASE("handshake: a bad room or name is refused", "[net][handshake]") {
  auto long_name = "/?name=" + std::string(65, 'n');
  for (const auto& target :
       {std::string{"/?name=%0A"}, std::string{"/?name=%7f"}, std::string{"/?name=%C2%85"},
        std::string{"/?name=%ff"}, std::string{"/?name=%4"}, std::string{"/?room=a%00"},
        std::string{"/?room=%"}, long_name}) {
    CAPTURE(target);
    CHECK(status_of(judge(good_request(), target)) == 400);
  }
  CHECK(admitted(good_request(), "/?name=" + std::string(64, 'n')).who.name.size() == 64);
}

TEST_CASE("handshake: it takes any sign of a WebSocket as the wish for one", "[net][handshake]") {
  CHECK(wants_upgrade(good_request()));

  for (auto name : {field::upgrade, field::sec_websocket_key, field::sec_websocket_version}) {
    request_header request;
    request.set(name, "websocket");
    CHECK(wants_upgrade(request));
  }
  request_header plain;
  plain.set(field::upgrade, "h2c");
  plain.set(field::connection, "Upgrade, HTTP2-Settings");
  CHECK_FALSE(wants_upgrade(plain));
}

TEST_CASE("handshake: pages of this host and of allowed origins may connect", "[net][handshake]") {
  front_options none;
  CHECK(is_welcome("http://chat.example:9501", "chat.example:9501", none));
  CHECK(is_welcome("https://Chat.Example", "chat.example", none));
  CHECK_FALSE(is_welcome("http://chat.example", "chat.example:9501", none));
  CHECK_FALSE(is_welcome("http://evil.example", "chat.example", none));
  CHECK_FALSE(is_welcome("http://chat.example.evil.example", "chat.example", none));
  CHECK_FALSE(is_welcome("null", "chat.example", none));
  CHECK_FALSE(is_welcome("", "", none));

  front_options some{.allowed_origins = {"https://app.example"}};
  CHECK(is_welcome("https://APP.example", "chat.example", some));
  CHECK_FALSE(is_welcome("http://app.example", "chat.example", some));
  CHECK_FALSE(is_welcome("https://app.example:8443", "chat.example", some));

  front_options all{.allowed_origins = {"*"}};
  CHECK(is_welcome("null", "chat.example", all));
}

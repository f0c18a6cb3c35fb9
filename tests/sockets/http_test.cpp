// What the server answers before there is a WebSocket.
#include "tests/support/bare_client.hpp"
#include "tests/support/test_server.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace salon::testing;

namespace {

struct refusal {
  const char* what;
  std::string request;
  int status;
};

std::string without(std::string request, std::string_view line) {
  auto at = request.find(line);
  return request.erase(at, request.find("\r\n", at) + 2 - at);
}

std::string with(std::string request, std::string_view old, std::string_view fresh) {
  return request.replace(request.find(old), old.size(), fresh);
}

// Every answer is a sentence, and the end of its connection: it was read up to there.
void check_all(const std::vector<refusal>& rows) {
  test_server server;
  for (const auto& row : rows) {
    INFO(row.what);
    auto answer = ask(server.port(), row.request);
    CHECK(answer.status == row.status);
    CHECK(answer.body.size() > 10);
    CHECK(answer.body.ends_with(".\n"));
    CHECK(answer.header("Connection").starts_with("close"));
    CHECK(server.metric("salon_http_responses_total{status=\"" + std::to_string(row.status) + "\"}")
          >= 1);
  }
}

} // namespace

TEST_CASE("http: what is no request is answered 4xx with a sentence", "[sockets][http]") {
  auto line = [](std::size_t bytes) { return std::string(bytes, 'x'); };
  check_all({
    {"a TLS greeting", std::string{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\x00\x01", 13},
     400},
    {"words", "hello there\r\n\r\n", 400},
    {"bytes", "\xff\xfe\xfd\r\n\r\n", 400},
    {"a header without a colon", "GET / HTTP/1.1\r\nHost localhost\r\n\r\n", 400},
    {"another version", "GET / HTTP/9.1\r\nHost: localhost\r\n\r\n", 400},
    {"an endless word", line(9'000), 431},
    {"a long path", "GET /" + line(9'000) + " HTTP/1.1\r\n\r\n", 431},
    {"a long header", "GET / HTTP/1.1\r\nX: " + line(9'000) + "\r\n\r\n", 431},
  });
}

TEST_CASE("http: a wrong method is answered 405, a wrong path 404", "[sockets][http]") {
  auto upgrade = upgrade_request("/");
  check_all({
    {"a post", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n", 405},
    {"a post with a body", "POST /health HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi", 405},
    {"a delete", "DELETE /connection/websocket HTTP/1.1\r\nHost: localhost\r\n\r\n", 405},
    {"an upgrade by post", with(upgrade, "GET", "POST"), 405},
    {"no such page", "GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n", 404},
    {"a path with dots", "GET /../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n", 404},
    {"an upgrade elsewhere", upgrade_request("/nothing"), 404},
    {"a proxy's target", "GET http://localhost/nothing HTTP/1.1\r\nHost: localhost\r\n\r\n", 404},
  });
}

TEST_CASE("http: a bad upgrade is answered 400 or 426", "[sockets][http]") {
  auto good = upgrade_request("/connection/websocket");
  check_all({
    {"another version", with(good, "Version: 13", "Version: 8"), 426},
    {"no version", without(good, "Sec-WebSocket-Version"), 426},
    {"no upgrade at all", "GET /connection/websocket HTTP/1.1\r\nHost: localhost\r\n\r\n", 426},
    {"no key", without(good, "Sec-WebSocket-Key"), 400},
    {"a short key", with(good, "dGhlIHNhbXBsZSBub25jZQ==", "c2hvcnQ="), 400},
    {"no connection header", without(good, "Connection"), 400},
    {"an upgrade to something else", with(good, "Upgrade: websocket", "Upgrade: h2c"), 400},
    {"an old HTTP", with(good, "HTTP/1.1", "HTTP/1.0"), 400},
    {"no host", without(good, "Host"), 400},
    {"Protobuf", upgrade_request("/connection/websocket?format=protobuf"), 400},
    {"a broken escape", upgrade_request("/?name=%4"), 400},
    {"a name that is not UTF-8", upgrade_request("/?name=%ff%fe"), 400},
    {"a name with a newline", upgrade_request("/?name=a%0ab"), 400},
    {"a long name", upgrade_request("/?name=" + std::string(65, 'n')), 400},
    {"an unknown namespace", upgrade_request("/?room=nobody:here"), 400},
    {"a room's name with a space", upgrade_request("/?room=two+words"), 400},
    {"a long room's name", upgrade_request("/?room=" + std::string(256, 'r')), 400},
  });
}

TEST_CASE("http: a request that does not come in time is answered 408", "[sockets][http]") {
  test_server server{{"--http-timeout", "300ms"}};
  bare_client silent{server.port()};
  bare_client dribbling{server.port()};

  // A byte now and then is no sign of life.
  auto request = upgrade_request("/");
  std::size_t sent = 0;
  while (sent < request.size() && !dribbling.await_readable(std::chrono::milliseconds{20}))
    dribbling.send(request.substr(sent++, 1));

  CHECK(sent < request.size());
  CHECK(dribbling.read_answer().status == 408);
  CHECK(silent.read_answer().status == 408);
  CHECK(server.metric("salon_http_responses_total{status=\"408\"}") == 2);
}

TEST_CASE("http: the limit of a request's length and time can be chosen", "[sockets][http]") {
  test_server server{{"--http-header-bytes-max", "1KiB"}};
  auto padding = [](std::size_t bytes) { return "X: " + std::string(bytes, 'x') + "\r\n"; };

  CHECK(get(server.port(), "/", padding(900)).status == 200);
  CHECK(get(server.port(), "/", padding(1'100)).status == 431);
}

TEST_CASE("http: several requests' bytes at once get one answer, an end by half gets it, too",
          "[sockets][http]") {
  test_server server;
  bare_client eager{server.port()};
  bare_client done{server.port()};

  eager.send("GET /health HTTP/1.1\r\nHost: a\r\n\r\nGET /metrics HTTP/1.1\r\nHost: a\r\n\r\n");
  done.send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n");
  done.shut_down();

  CHECK(eager.read_answer().body == "ok\n");
  CHECK(done.read_answer().body == "ok\n");
}

TEST_CASE("http: the page says what this is and how to connect", "[sockets][http]") {
  test_server server;

  auto page = ask(server.port(), "GET /connect HTTP/1.1\r\nHost: 127.0.0.1:7777\r\n\r\n");
  auto head = ask(server.port(), "HEAD /connect HTTP/1.1\r\nHost: 127.0.0.1:7777\r\n\r\n");

  CHECK(page.status == 200);
  CHECK(page.header("Content-Type") == "text/html; charset=utf-8");
  CHECK(page.header("Content-Length") == std::to_string(page.body.size()));
  CHECK(page.body.find("ws://127.0.0.1:7777/connection/websocket") != std::string::npos);
  CHECK(head.header("Content-Length") == std::to_string(page.body.size()));
  CHECK(head.body.empty());
}

TEST_CASE("http: a host that is no address does not get into the page", "[sockets][http]") {
  test_server server;

  auto page
    = ask(server.port(), "GET /connect HTTP/1.1\r\nHost: <script>alert(1)</script>\r\n\r\n");

  CHECK(page.status == 200);
  CHECK(page.body.find("<script>") == std::string::npos);
}

TEST_CASE("http: pages of other origins may connect only when they are named", "[sockets][http]") {
  test_server server{{"--client-allowed-origins", "https://chat.example.org"}};
  auto try_from = [&](const std::string& origin, std::string_view target) {
    bare_client client{server.port()};
    client.send(upgrade_request(target, "Origin: " + origin + "\r\n"));
    // Let in, it says so and stays: the end is then the client's.
    client.shut_down();
    return client.read_all().substr(9, 3);
  };

  for (const auto* target : {"/", "/connection/websocket"}) {
    INFO(target);
    CHECK(try_from("https://evil.example", target) == "403");
    CHECK(try_from("https://chat.example.org.evil.example", target) == "403");
    CHECK(try_from("null", target) == "403");
    CHECK(try_from("https://chat.example.org", target) == "101");
    CHECK(try_from("http://localhost", target) == "101");
  }
}

TEST_CASE("http: an offer to compress is answered without it, and nothing is compressed",
          "[sockets][http]") {
  constexpr std::string_view offer
    = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
  test_server server;
  for (const auto* target : {"/", "/connection/websocket"}) {
    INFO(target);
    bare_client asking{server.port()};
    asking.send(upgrade_request(target, offer));
    asking.shut_down();
    auto said = asking.read_all();
    auto head = said.substr(0, said.find("\r\n\r\n"));
    CHECK(head.starts_with("HTTP/1.1 101 "));
    CHECK(head.find("Sec-WebSocket-Extensions") == std::string::npos);
  }

  // Its frames are read by a client that knows of no extension.
  bare_client client{server.port()};
  client.upgrade("/?room=plain", offer);
  CHECK(client.read_text() == "Welcome to plain.");
  client.send_text(std::string(10'000, 'a'));
  CHECK(client.read_text() == std::string(10'000, 'a'));
}

TEST_CASE("http: with as many connections as are allowed, the next is answered 503",
          "[sockets][http]") {
  test_server server{{"--client-connection-limit", "2"}};
  bare_client ana{server.port()};
  bare_client bob{server.port()};
  ana.upgrade("/");
  bob.upgrade("/connection/websocket");

  auto refused = ask(server.port(), upgrade_request("/"));
  CHECK(refused.status == 503);
  CHECK_FALSE(refused.header("Retry-After").empty());
  // Those who only ask are no connections.
  CHECK(get(server.port(), "/health").status == 200);

  CHECK(bob.leave().code == 1000);
  server.await_metric("salon_connections", 1);
  bare_client next{server.port()};
  next.upgrade("/");
  CHECK(next.read_text() == "Welcome to lobby.");
}

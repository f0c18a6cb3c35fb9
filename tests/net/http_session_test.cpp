#include "tests/net/front_fixture.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <stdexcept>
#include <string>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

namespace {

// The whole answer to `request`, up to the end of the connection.
std::string ask(front_fixture& world, std::string_view request) {
  auto client = world.connect();
  client->send(request);
  world.run_to_end(*client);
  CHECK_FALSE(client->was_reset);
  client->close();
  world.run();
  return client->received;
}

std::string get(front_fixture& world, std::string_view path) {
  return ask(world, "GET " + std::string{path} + " HTTP/1.1\r\nHost: localhost:9501\r\n\r\n");
}

} // namespace

TEST_CASE("http session: / is a page that says how to connect", "[net][http_session]") {
  front_fixture world;

  auto page = get(world, "/");

  CHECK_THAT(page, StartsWith("HTTP/1.1 200 OK\r\n"));
  CHECK_THAT(page, ContainsSubstring("Content-Type: text/html; charset=utf-8\r\n"));
  CHECK_THAT(page,
             ContainsSubstring("Content-Security-Policy: default-src 'none'; style-src 'sha"));
  CHECK_THAT(page, ContainsSubstring("Connection: close\r\n"));
  CHECK_THAT(body_of(page), ContainsSubstring("ws://localhost:9501/connection/websocket"));
  CHECK_THAT(page, ContainsSubstring("Content-Length: " + std::to_string(body_of(page).size())));
}

TEST_CASE("http session: without a chat page, / says how to add it", "[net][http_session]") {
  front_fixture world;

  CHECK_THAT(body_of(get(world, "/")), ContainsSubstring("built without its chat page"));
}

TEST_CASE("http session: HEAD is the same without the body", "[net][http_session]") {
  front_fixture world;

  auto head = ask(world, "HEAD / HTTP/1.1\r\nHost: localhost:9501\r\n\r\n");

  auto page = get(world, "/");
  CHECK(head == page.substr(0, page.size() - body_of(page).size()));
}

TEST_CASE("http session: health is a line", "[net][http_session]") {
  front_fixture world;

  auto answer = get(world, "/health");

  CHECK_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  CHECK(body_of(answer) == "ok\n");
}

TEST_CASE("http session: metrics are Prometheus' text", "[net][http_session]") {
  front_fixture world;
  auto client = world.upgraded();

  auto answer = get(world, "/metrics");

  CHECK_THAT(answer, ContainsSubstring("Content-Type: text/plain; version=0.0.4"));
  CHECK_THAT(body_of(answer), ContainsSubstring("\nsalon_connections 1 "));
  CHECK_THAT(body_of(answer), ContainsSubstring("\nsalon_handshakes 1 "));
}

TEST_CASE("http session: a request may come byte by byte", "[net][http_session]") {
  front_fixture world;
  auto client = world.connect();

  for (auto byte : upgrade_request() + client_text("hello")) {
    client->send({&byte, 1});
    world.run();
  }

  CHECK(world.user().messages == std::vector<std::string>{"hello"});
}

TEST_CASE("http session: what is no good request is refused with a sentence",
          "[net][http_session]") {
  struct row {
    const char* what;
    std::string request;
    const char* status;
    const char* sentence;
  };
  const std::vector<row> rows{
    {"not HTTP", "hello there\r\n\r\n", "400", "This is not a request in HTTP/1.1"},
    {"TLS", std::string("\x16\x03\x01\x02\x00\x01\x00", 7), "400",
     "This is not a request in HTTP/1.1"},
    {"a header without colon", "GET / HTTP/1.1\r\nHost\r\n\r\n", "400", "not a request"},
    {"headers too long", "GET / HTTP/1.1\r\nX: " + std::string(9'000, 'x') + "\r\n\r\n", "431",
     "too long"},
    {"a path too long", "GET /" + std::string(9'000, 'x'), "431", "too long"},
    {"wrong path", "GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n", "404",
     "The page at /connect says how"},
    {"wrong method", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi", "405",
     "Only GET is answered"},
    {"wrong method to connect",
     "POST /connection/websocket HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n", "405", "GET"},
    {"no upgrade", "GET /connection/websocket HTTP/1.1\r\nHost: a\r\n\r\n", "426",
     "speaks WebSocket"},
    {"protobuf", upgrade_request("/connection/websocket?format=protobuf"), "400",
     "Protobuf is not spoken yet"},
    {"a bad name", upgrade_request("/?name=%0a"), "400", "control characters"},
    {"a foreign origin", upgrade_request("/", "Origin: http://evil.example\r\n"), "403",
     "allowed_origins"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    front_fixture world;

    auto answer = ask(world, row.request);

    CHECK_THAT(answer, StartsWith(std::string{"HTTP/1.1 "} + row.status + ' '));
    CHECK_THAT(body_of(answer), ContainsSubstring(row.sentence));
    CHECK_THAT(answer, ContainsSubstring("Connection: close"));
    CHECK(world.desk.users.empty());
    CHECK(world.counts.handshakes.value() == 0);
  }
}

TEST_CASE("http session: what a status asks for is in its header", "[net][http_session]") {
  front_fixture world{{.connections_max = 0}};

  CHECK_THAT(ask(world, "PUT / HTTP/1.1\r\nHost: a\r\n\r\n"),
             ContainsSubstring("Allow: GET, HEAD\r\n"));
  CHECK_THAT(get(world, "/connection/websocket"),
             ContainsSubstring("Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"));
  CHECK_THAT(ask(world, upgrade_request()), ContainsSubstring("Retry-After: "));
}

TEST_CASE("http session: a visitor the desk objects to is told why", "[net][http_session]") {
  front_fixture world;
  world.desk.complaint = "There is no room of that name.";

  auto answer = ask(world, upgrade_request("/?room=x"));

  CHECK_THAT(answer, StartsWith("HTTP/1.1 400 "));
  CHECK(body_of(answer) == "There is no room of that name.\n");
}

TEST_CASE("http session: a request that does not end is refused after its time",
          "[net][http_session]") {
  front_fixture world;
  auto silent = world.connect();
  auto slow = world.connect();

  for (auto i = 0; i < 9; ++i) {
    slow->send("G");
    world.advance(1s);
  }
  silent->read();
  CHECK(silent->received.empty());
  world.advance(1'100ms);

  for (auto* client : {silent.get(), slow.get()}) {
    world.run_to_end(*client);
    CHECK_THAT(client->received, StartsWith("HTTP/1.1 408 "));
  }
}

TEST_CASE("http session: a peer that keeps its socket after the answer is cut off",
          "[net][http_session]") {
  front_fixture world;
  auto client = world.connect();
  client->send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n");
  world.run();
  CHECK(world.counts.handshakes.value() == 1);

  for (auto i = 0; i < 4; ++i) {
    client->send("GET / HTTP/1.1\r\n");
    world.advance(1s);
  }
  CHECK(world.counts.handshakes.value() == 1);

  world.advance(1'100ms);
  CHECK(world.counts.handshakes.value() == 0);
}

TEST_CASE("http session: a peer that goes away is forgotten", "[net][http_session]") {
  front_fixture world;
  auto closed = world.connect();
  auto reset = world.connect();
  closed->send("GET / HT");
  world.run();
  CHECK(world.counts.handshakes.value() == 2);

  closed->close();
  reset->reset();
  world.run();

  CHECK(world.counts.handshakes.value() == 0);
}

TEST_CASE("http session: who sends no more still gets all of its answer", "[net][http_session]") {
  const std::string text(1'000'000, 'x');
  const page_file page{"/", "text/html; charset=utf-8", text, {}};
  front_fixture world{{.send_buffer_bytes = 4'096, .page = {&page, 1}}};
  auto client = world.connect(4'096);
  client->send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  client->finish();

  world.run();
  CHECK(world.counts.handshakes.value() == 1);
  world.run_to_end(*client);

  CHECK(body_of(client->received) == text);
  CHECK(world.counts.handshakes.value() == 0);
}

TEST_CASE("http session: a desk that fails costs the client it failed, and nobody else",
          "[net][http_session]") {
  front_fixture world;
  world.desk.then = [](fake_user&) { throw std::runtime_error{"a bug"}; };
  auto unlucky = world.connect();
  unlucky->send(upgrade_request());
  world.run_to_end(*unlucky);
  CHECK(world.door->connections() == 0);

  world.desk.then = {};
  auto next = world.upgraded();
  CHECK(world.door->connections() == 1);
}

TEST_CASE("http session: beyond the connections of a node nobody comes in", "[net][http_session]") {
  front_fixture world{{.connections_max = 1}};
  auto first = world.upgraded();

  CHECK_THAT(ask(world, upgrade_request()), StartsWith("HTTP/1.1 503 "));

  first->close();
  world.run();
  auto second = world.upgraded();
  CHECK(world.door->connections() == 1);
}

TEST_CASE("http session: while draining nobody comes in and health says so",
          "[net][http_session]") {
  front_fixture world;
  auto open = world.upgraded();
  auto waiting = world.connect();
  world.door->drain();

  world.run_to_end(*waiting);

  CHECK_THAT(waiting->received, StartsWith("HTTP/1.1 503 "));
  CHECK(world.user().closed.empty());
  CHECK_THROWS(world.connect());
}

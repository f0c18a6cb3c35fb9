#include "net/page_file.hpp"
#include "tests/net/front_fixture.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <array>
#include <string>

using namespace salon;
using namespace salon::testing;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

namespace {

constexpr std::array files{
  page_file{"/", "text/html; charset=utf-8", "<p>the page", "page, pressed"},
  page_file{"/assets/a-1.js", "text/javascript; charset=utf-8", "run()", "pressed", true},
  page_file{"/dot.svg", "image/svg+xml", "<svg/>", ""},
};

front_options with_page() {
  front_options options;
  options.page = files;
  return options;
}

// The whole answer to a request for `path`.
std::string get(std::string_view path, std::string_view headers = {},
                std::string_view method = "GET") {
  front_fixture world{with_page()};
  auto client = world.connect();
  client->send(std::string{method} + ' ' + std::string{path}
               + " HTTP/1.1\r\nHost: localhost:9501\r\n" + std::string{headers} + "\r\n");
  world.run_to_end(*client);
  client->close();
  world.run();
  return client->received;
}

constexpr auto gzip = "Accept-Encoding: gzip, deflate, br\r\n";

} // namespace

TEST_CASE("page file: each has its content type", "[net][page_file]") {
  for (const auto& file : files) {
    auto answer = get(file.path);

    CHECK_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
    CHECK_THAT(answer,
               ContainsSubstring("Content-Type: " + std::string{file.content_type} + "\r\n"));
    CHECK_THAT(answer, ContainsSubstring("X-Content-Type-Options: nosniff\r\n"));
    CHECK(body_of(answer) == file.plain);
  }
}

TEST_CASE("page file: who takes gzip gets it, and caches are told", "[net][page_file]") {
  auto pressed = get("/assets/a-1.js", gzip);
  auto plain = get("/assets/a-1.js");

  CHECK_THAT(pressed, ContainsSubstring("Content-Encoding: gzip\r\n"));
  CHECK_THAT(pressed, ContainsSubstring("Content-Length: 7\r\n"));
  CHECK(body_of(pressed) == "pressed");
  CHECK_THAT(plain, !ContainsSubstring("Content-Encoding"));
  for (const auto& answer : {pressed, plain})
    CHECK_THAT(answer, ContainsSubstring("Vary: Accept-Encoding\r\n"));
}

TEST_CASE("page file: what gzip does not make smaller goes as it is", "[net][page_file]") {
  auto answer = get("/dot.svg", gzip);

  CHECK_THAT(answer, !ContainsSubstring("Content-Encoding"));
  CHECK(body_of(answer) == "<svg/>");
}

TEST_CASE("page file: Accept-Encoding is read as RFC 9110 has it", "[net][page_file]") {
  for (const auto* yes : {"gzip", "GZIP", "br, gzip", "gzip;q=0.5", "*", "gzip;q=1.0, *;q=0",
                          "identity;q=0, gzip ; q=0.001"}) {
    CAPTURE(yes);
    CHECK(accepts_gzip(yes));
  }
  for (const auto* no : {"", "br", "identity", "gzip;q=0", "gzip;q=0.000", "*;q=0", "gzip;q=0, *",
                         "gzipped", "deflate, br;q=1"}) {
    CAPTURE(no);
    CHECK_FALSE(accepts_gzip(no));
  }
}

TEST_CASE("page file: hashed files are kept for long, the page is asked for each time",
          "[net][page_file]") {
  CHECK_THAT(get("/assets/a-1.js"),
             ContainsSubstring("Cache-Control: public, max-age=31536000, immutable\r\n"));
  CHECK_THAT(get("/"), ContainsSubstring("Cache-Control: no-cache\r\n"));
  CHECK_THAT(get("/dot.svg"), ContainsSubstring("Cache-Control: no-cache\r\n"));
}

TEST_CASE("page file: nothing inline runs, and nothing comes from elsewhere", "[net][page_file]") {
  auto page = get("/");

  CHECK_THAT(page, ContainsSubstring("Content-Security-Policy: default-src 'none'; script-src "
                                     "'self'; style-src 'self'; "));
  CHECK_THAT(page, ContainsSubstring("frame-ancestors 'none'"));
  CHECK_THAT(page, !ContainsSubstring("unsafe"));
  CHECK_THAT(page, ContainsSubstring("Referrer-Policy: no-referrer\r\n"));
}

TEST_CASE("page file: HEAD is the same without the body", "[net][page_file]") {
  auto head = get("/assets/a-1.js", gzip, "HEAD");

  CHECK(head + "pressed" == get("/assets/a-1.js", gzip));
}

TEST_CASE("page file: what is no file of the page is none", "[net][page_file]") {
  for (const auto* path : {"/assets/a-2.js", "/assets/", "/assets/../dot.svg", "//", "/dot.svg/"}) {
    CAPTURE(path);
    CHECK_THAT(get(path), StartsWith("HTTP/1.1 404 "));
  }
  CHECK_THAT(get("/dot.svg", "Content-Length: 0\r\n", "POST"), StartsWith("HTTP/1.1 405 "));
}

TEST_CASE("page file: the page leaves all other paths alone", "[net][page_file]") {
  CHECK(body_of(get("/health")) == "ok\n");
  CHECK_THAT(get("/connection/websocket"), StartsWith("HTTP/1.1 426 "));
  auto guide = body_of(get("/connect"));
  CHECK_THAT(guide, ContainsSubstring("ws://localhost:9501/connection/websocket"));
  CHECK_THAT(guide, ContainsSubstring("The chat page"));

  front_fixture world{with_page()};
  world.upgraded("/");
  CHECK(world.user().who.format == wire_format::text);
}

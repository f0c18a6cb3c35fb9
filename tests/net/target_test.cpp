#include "net/target.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace salon;

TEST_CASE("target: a request target is parted into path and query", "[net][target]") {
  struct row {
    const char* text;
    const char* path;
    const char* query;
  };
  for (auto row : {row{"/", "/", ""},
                   {"/?room=a", "/", "room=a"},
                   {"/a/b?c?d", "/a/b", "c?d"},
                   {"http://host:1/a?b", "/a", "b"},
                   {"http://host", "/", ""},
                   {"http://host?b", "/", "b"},
                   {"", "/", ""},
                   {"/a?u=http://b/c", "/a", "u=http://b/c"},
                   {"*", "*", ""}}) {
    CAPTURE(row.text);
    auto where = read_target(row.text);
    CHECK(where.path == row.path);
    CHECK(where.query == row.query);
  }
}

TEST_CASE("target: percent escapes and blanks are decoded", "[net][target]") {
  CHECK(percent_decode("plain") == "plain");
  CHECK(percent_decode("a+b%20c%2B") == "a b c+");
  CHECK(percent_decode("%c3%A4") == "\xc3\xa4");
  CHECK(percent_decode("%00") == std::string(1, '\0'));
  CHECK(percent_decode("") == "");
}

TEST_CASE("target: a broken escape decodes to nothing", "[net][target]") {
  for (const auto* text : {"%", "%4", "a%", "%g0", "%0g", "100%25%"}) {
    CAPTURE(text);
    CHECK(percent_decode(text) == std::nullopt);
  }
}

TEST_CASE("target: a parameter is found by its whole name", "[net][target]") {
  CHECK(parameter("room=a&name=b", "room") == "a");
  CHECK(parameter("room=a&name=b", "name") == "b");
  CHECK(parameter("rooms=a&name=b", "room") == std::nullopt);
  CHECK(parameter("name=first&name=second", "name") == "first");
  CHECK(parameter("flag&name=a=b&", "name") == "a=b");
  CHECK(parameter("flag&name", "flag") == "");
  CHECK(parameter("&&name=x", "name") == "x");
  CHECK(parameter("", "name") == std::nullopt);
}

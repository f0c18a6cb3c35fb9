#include "messages/json_string.hpp"

#include <boost/json.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <random>
#include <tuple>

using namespace salon;

namespace {

std::string quoted(std::string_view text) {
  std::string result;
  json::append_quoted(result, text);
  return result;
}

std::string without_newlines(std::string_view text) {
  std::string result;
  json::append_without_newlines(result, text);
  return result;
}

/// UTF-8 of lengths one to four, and everything that needs an escape.
std::string random_text(unsigned seed) {
  constexpr const char* pieces[] = {"a",
                                    "Z",
                                    " ",
                                    "\"",
                                    "\\",
                                    "/",
                                    "\n",
                                    "\r",
                                    "\t",
                                    "\b",
                                    "\f",
                                    "\x01",
                                    "\x1f",
                                    "\x7f",
                                    "\xc3\xa9",
                                    "\xe2\x80\xa8",
                                    "\xf0\x9f\x98\x80"};
  std::mt19937 random{seed};
  std::string result;
  for (auto left = random() % 20; left > 0; --left)
    result += pieces[random() % std::size(pieces)];
  return result;
}

} // namespace

TEST_CASE("json string: escapes are read", "[messages][json_string]") {
  auto [text, expected] = GENERATE(table<std::string_view, std::string_view>({
    {R"("")", ""},
    {R"("plain")", "plain"},
    {R"("\"\\\/\b\f\n\r\t")", "\"\\/\b\f\n\r\t"},
    {R"("a\u0041b")", "aAb"},
    {R"("\u00e9\u00E9")", "\xc3\xa9\xc3\xa9"},
    {R"("\u20AC")", "\xe2\x82\xac"},
    {R"("\ud83d\ude00!")", "\xf0\x9f\x98\x80!"},
    {R"("\udbff\udfff")", "\xf4\x8f\xbf\xbf"},
    {R"("\uffff")", "\xef\xbf\xbf"},
  }));

  CHECK(json::unquote(text) == expected);
}

TEST_CASE("json string: an escaped zero is a character like any other", "[messages][json_string]") {
  CHECK(json::unquote(R"("a\u0000b")") == std::string_view{"a\0b", 3});
}

TEST_CASE("json string: half a surrogate pair is no text", "[messages][json_string]") {
  auto text
    = GENERATE(as<std::string_view>{}, R"("\ud83d")", R"("\ude00")", R"("\ud83dx")",
               R"("\ud83d\n")", R"("\ud83d\u0041")", R"("\ud83d\ud83d")", R"("\ude00\ud83d")");

  CHECK_FALSE(json::unquote(text));
}

TEST_CASE("json string: only what must be escaped is escaped", "[messages][json_string]") {
  CHECK(quoted("") == R"("")");
  CHECK(quoted("caf\xc3\xa9 </script> \x7f") == "\"caf\xc3\xa9 </script> \x7f\"");
  CHECK(quoted("say \"hi\"\\") == R"("say \"hi\"\\")");
  CHECK(quoted("\b\f\n\r\t") == R"("\b\f\n\r\t")");
  CHECK(quoted({"\0\x1f", 2}) == R"("\u0000\u001f")");
}

TEST_CASE("json string: any text is read back as written", "[messages][json_string]") {
  auto text = random_text(GENERATE(range(0u, 300u)));

  auto written = quoted(text);

  CHECK(json::unquote(written) == text);
  CHECK(boost::json::parse(written).as_string() == text);
}

TEST_CASE("json string: newlines between tokens are dropped and nothing else",
          "[messages][json_string]") {
  CHECK(without_newlines("").empty());
  CHECK(without_newlines("\n").empty());
  CHECK(without_newlines("{\r\n  \"a\": 1,\n\t\"b\":\r2\n}") == "{  \"a\": 1,\t\"b\":2}");
  CHECK(without_newlines(R"("a\nb")") == R"("a\nb")");
}

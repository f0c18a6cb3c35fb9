#include "messages/json_scanner.hpp"
#include "tests/support/json_oracle.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace salon;
using salon::test::verdict;

namespace {

using member_list = std::vector<std::pair<std::string, std::string>>;

/// Valid JSON with all kinds of values and white space.
class random_json {
public:
  explicit random_json(unsigned seed) : random_(seed) {
    // nop
  }

  std::string value(int depth = 0) {
    auto kind = random_() % (depth < 4 ? 8 : 5);
    if (kind < 5)
      return space() + scalars[random_() % std::size(scalars)] + space();
    auto object = kind != 5;
    std::string result = object ? "{" : "[";
    for (auto left = random_() % 4; left > 0; --left) {
      if (object)
        result += space() + names[random_() % std::size(names)] + space() + ':';
      result += value(depth + 1) + (left > 1 ? "," : "");
    }
    return space() + result + space() + (object ? "}" : "]") + space();
  }

  /// The same with one byte changed, dropped or doubled.
  std::string spoiled(std::string text) {
    constexpr auto bytes = std::string_view{"{}[]\",:\\0-+.eEutn \n\x01\xff"};
    auto at = random_() % text.size();
    switch (random_() % 3) {
    case 0:
      text[at] = bytes[random_() % bytes.size()];
      break;
    case 1:
      text.erase(at, 1);
      break;
    default:
      text.insert(at, 1, text[at]);
    }
    return text;
  }

private:
  static constexpr const char* scalars[] = {"null",         "true",
                                            "false",        "0",
                                            "-0",           "12",
                                            "-1.5e+3",      "1E2",
                                            "0.1",          "\"\"",
                                            "\"a\\ud800\"", "\"\\n\"",
                                            "\"\xc3\xa9\"", "123456789012345678901"};
  static constexpr const char* names[] = {"\"a\"", "\"b\"", "\"\"", "\"\\u0061\""};
  static constexpr const char* spaces[] = {"", "", "", " ", "\n", "\t\r"};

  std::string space() {
    return spaces[random_() % std::size(spaces)];
  }

  std::mt19937 random_;
};

member_list members_of(std::string_view text) {
  json::object_reader reader{text};
  member_list result;
  while (auto member = reader.next())
    result.emplace_back(member->name, member->value);
  REQUIRE_FALSE(reader.bad());
  return result;
}

std::string repeated(std::string_view text, int times) {
  std::string result;
  for (; times > 0; --times)
    result += text;
  return result;
}

} // namespace

TEST_CASE("json scanner: valid texts are accepted", "[messages][json_scanner]") {
  auto text = GENERATE(as<std::string_view>{}, "0", "-0", "-0.0e-0", "1e5", "1E+5", "10.25", "null",
                       "true", "false", R"("")", R"("\u0000\"\\\/\b\f\n\r\t")", "[]", "{}", " [ ] ",
                       "[1,[2],{}]", R"({"a":1,"a":2})", R"({"":{"":[]}})", "\r\n\t {\"a\" : 1 }\n",
                       "\"\x7f\"", "\"\xc3\xa9\"");

  CHECK(json::is_valid(text));
  CHECK(test::judge(text) == verdict::valid);
}

TEST_CASE("json scanner: invalid texts are refused", "[messages][json_scanner]") {
  auto text
    = GENERATE(as<std::string_view>{}, "", " ", "+1", "01", "-", "1.", ".5", "1e", "1e+", "-a",
               "0x1", "1 2", "nul", "nulll", "True", "NaN", "Infinity", "'a'", R"(")", R"("\")",
               R"("\x")", R"("\u12")", R"("\u123g")", R"("\u)", "\"\n\"", "\"\t\"", "\"\x01\"", "[",
               "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1}", "{", "}", R"({"a")", R"({"a":)",
               R"({"a":1)", R"({"a":1,)", R"({"a":1,})", R"({"a" 1})", R"({a:1})", R"({1:1})",
               R"({"a":1 "b":2})", "{,}", "{]", "\xef\xbb\xbf{}", "\f1", "/**/1");

  CHECK_FALSE(json::is_valid(text));
  CHECK(test::judge(text) == verdict::invalid);
}

TEST_CASE("json scanner: numbers of any size and half surrogate pairs are valid JSON",
          "[messages][json_scanner]") {
  CHECK(json::is_valid("1e999999999999"));
  CHECK(json::is_valid("-" + std::string(5000, '9') + "." + std::string(5000, '9')));
  CHECK(json::is_valid(R"("\ud800")"));
  CHECK(json::is_valid(R"("\udc00\ud800")"));
  CHECK(test::judge(R"("\udc00\ud800")") == verdict::valid);
}

TEST_CASE("json scanner: agrees with another parser on valid texts", "[messages][json_scanner]") {
  auto text = random_json{GENERATE(range(0u, 300u))}.value();

  CAPTURE(text);
  REQUIRE(test::judge(text) == verdict::valid);
  CHECK(json::is_valid(text));
}

TEST_CASE("json scanner: agrees with another parser on spoiled texts", "[messages][json_scanner]") {
  random_json random{GENERATE(range(0u, 300u))};
  auto text = random.value();
  for (int i = 0; i < 20; ++i) {
    auto spoiled = random.spoiled(text);

    CAPTURE(spoiled);
    if (auto judged = test::judge(spoiled); judged != verdict::unknown)
      CHECK(json::is_valid(spoiled) == (judged == verdict::valid));
  }
}

TEST_CASE("json scanner: nesting of any depth is walked over", "[messages][json_scanner]") {
  auto depth = GENERATE(1, 63, 64, 65, 128, 129, 32'000);

  auto arrays = repeated("[", depth) + repeated("]", depth);
  auto mixed = repeated(R"([{"a":)", depth) + "0" + repeated("}]", depth);
  auto swapped = repeated(R"([{"a":)", depth) + "0" + repeated("}]", depth - 1) + "]}";

  CHECK(json::is_valid(arrays));
  CHECK_FALSE(json::is_valid(arrays + "]"));
  CHECK_FALSE(json::is_valid("[" + arrays));
  CHECK(json::is_valid(mixed));
  CHECK_FALSE(json::is_valid(swapped));
}

TEST_CASE("json scanner: values are cut out one after the other", "[messages][json_scanner]") {
  json::scanner in{" {\"a\": 1}\n[2]3 \"x\" "};

  CHECK(in.value() == R"({"a": 1})");
  CHECK(in.value() == "[2]");
  CHECK(in.value() == "3");
  CHECK_FALSE(in.at_end());
  CHECK(in.value() == R"("x")");
  CHECK(in.at_end());
  CHECK_FALSE(in.value());
}

TEST_CASE("json scanner: members keep their order, their bytes and their doubles",
          "[messages][json_scanner]") {
  auto members = members_of("{ \"b\" : [1, 2] ,\"a\":1e400,\"a\":{\"c\":\"\\u0000\"}}");

  CHECK(members == member_list{{"b", "[1, 2]"}, {"a", "1e400"}, {"a", "{\"c\":\"\\u0000\"}"}});
  CHECK(members_of("{}").empty());
}

TEST_CASE("json scanner: names are compared without their escapes", "[messages][json_scanner]") {
  CHECK(members_of(R"({"\u0061\"":1,"b":2})") == member_list{{"a\"", "1"}, {"b", "2"}});
  CHECK(members_of(R"({"\ud800":1})") == member_list{{R"(\ud800)", "1"}});
}

TEST_CASE("json scanner: an object's end is found, and what stands behind it",
          "[messages][json_scanner]") {
  json::object_reader reader{R"( {"a":{}} {"b":1})"};

  REQUIRE(reader.next());
  CHECK_FALSE(reader.next());
  CHECK_FALSE(reader.bad());
  CHECK(reader.rest() == R"( {"b":1})");
  CHECK_FALSE(reader.next());
}

TEST_CASE("json scanner: reading members stops for good at a mistake", "[messages][json_scanner]") {
  auto text = GENERATE(as<std::string_view>{}, "", "[]", "1", R"({"a":1)", R"({"a":1,})",
                       R"({"a":1 "b":1})", R"({"a" 1})", R"({"a":})", "{1:1}", "{,}");
  json::object_reader reader{text};

  while (reader.next())
    continue;

  CHECK(reader.bad());
  CHECK_FALSE(reader.next());
}

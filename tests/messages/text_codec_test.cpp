#include "messages/text_codec.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <string>
#include <tuple>

using namespace salon;

namespace {

publication made_of(content type, std::string data) {
  publication pub;
  pub.type = type;
  pub.data = std::move(data);
  return pub;
}

} // namespace

TEST_CASE("text codec: a text client's line arrives byte for byte", "[messages][text_codec]") {
  auto line = GENERATE(as<std::string>{}, "", "hello", R"({"text":"x"})", "a\nb", "\"\\ \xc3\xa9");

  CHECK(text::line_of(made_of(content::text, line)) == line);
}

TEST_CASE("text codec: a text client reads an object's text, or the JSON",
          "[messages][text_codec]") {
  auto [data, line] = GENERATE(table<std::string, std::string>({
    {R"({"text":"hello"})", "hello"},
    {R"({"a":{"text":"inner"},"text":"outer \"x\" \u00e9"})", "outer \"x\" \xc3\xa9"},
    {R"({"text":""})", ""},
    {R"({"text":"first","text":"last"})", "last"},
    {R"({"text":"first","text":7})", R"({"text":"first","text":7})"},
    {R"({"text":7})", R"({"text":7})"},
    {R"({"text":"\ud800"})", R"({"text":"\ud800"})"},
    {R"({"a":{"text":"inner"}})", R"({"a":{"text":"inner"}})"},
    {R"({"text":"x"} x)", R"({"text":"x"} x)"},
    {R"(["text"])", R"(["text"])"},
    {R"("text")", R"("text")"},
    {"1e400", "1e400"},
    {"{}", "{}"},
  }));

  CHECK(text::line_of(made_of(content::json, data)) == line);
}

TEST_CASE("text codec: an SDK client reads a line as an object", "[messages][text_codec]") {
  CHECK(text::json_of(made_of(content::text, "hello")) == R"({"text":"hello"})");
  CHECK(text::json_of(made_of(content::text, "a\n\"b\"")) == R"({"text":"a\n\"b\""})");
  CHECK(text::json_of(made_of(content::text, "")) == R"({"text":""})");
}

TEST_CASE("text codec: an SDK client reads JSON as it was written", "[messages][text_codec]") {
  CHECK(text::json_of(made_of(content::json, R"({"a": 1e400})")) == R"({"a": 1e400})");
}

TEST_CASE("text codec: a line that went through JSON is the same line", "[messages][text_codec]") {
  auto line = GENERATE(as<std::string>{}, "", "hello", "a\tb\n", R"(\"{}[])", "\xf0\x9f\x98\x80");

  auto json = text::json_of(made_of(content::text, line));

  CHECK(text::line_of(made_of(content::json, json)) == line);
}

TEST_CASE("text codec: a name becomes connection info", "[messages][text_codec]") {
  CHECK(text::info_of("ana") == R"({"name":"ana"})");
  CHECK(text::info_of("\"ana\"\\") == R"({"name":"\"ana\"\\"})");
  CHECK(text::info_of("").empty());
}

TEST_CASE("text codec: a publication has its publisher's name", "[messages][text_codec]") {
  auto pub = made_of(content::text, "hello");
  CHECK(text::name_of(pub).empty());

  pub.info.emplace();
  CHECK(text::name_of(pub).empty());

  pub.info->conn_info = text::info_of("\"ana\"");
  CHECK(text::name_of(pub) == "\"ana\"");
}

TEST_CASE("text codec: a string member is found at the top level only", "[messages][text_codec]") {
  CHECK(text::string_member(R"({"a":1,"name":"an\u0061"})", "name") == "ana");
  CHECK(text::string_member(R"({"n\u0061me":"ana"})", "name") == "ana");

  CHECK(text::string_member(R"({"a":{"name":"ana"}})", "name").empty());
  CHECK(text::string_member(R"({"name":["ana"]})", "name").empty());
  CHECK(text::string_member(R"({"name":null})", "name").empty());
  CHECK(text::string_member(R"(["name"])", "name").empty());
  CHECK(text::string_member("", "name").empty());
  CHECK(text::string_member(R"({"name":"ana")", "name").empty());
}

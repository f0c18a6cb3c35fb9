#include "server/option_value.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace salon;

TEST_CASE("option value: text stands for what its option takes", "[server][option_value]") {
  CHECK(read_text(option_kind::boolean, "true") == option_value{true});
  CHECK(read_text(option_kind::boolean, "false") == option_value{false});
  CHECK(read_text(option_kind::number, "-12") == option_value{std::int64_t{-12}});
  CHECK(read_text(option_kind::size, "65536") == option_value{std::int64_t{65'536}});
  CHECK(read_text(option_kind::size, "64KiB") == option_value{"64KiB"});
  CHECK(read_text(option_kind::text, "12") == option_value{"12"});
}

TEST_CASE("option value: text that stands for nothing stays text", "[server][option_value]") {
  CHECK(read_text(option_kind::boolean, "yes") == option_value{"yes"});
  CHECK(read_text(option_kind::number, "") == option_value{""});
  CHECK(read_text(option_kind::number, "12x") == option_value{"12x"});
  CHECK(read_text(option_kind::number, "99999999999999999999")
        == option_value{"99999999999999999999"});
}

TEST_CASE("option value: commas part a list, blanks around them are nothing",
          "[server][option_value]") {
  using list = std::vector<std::string>;
  CHECK(read_text(option_kind::list, "") == option_value{list{}});
  CHECK(read_text(option_kind::list, "a") == option_value{list{"a"}});
  CHECK(read_text(option_kind::list, "a, b ,c") == option_value{list{"a", "b", "c"}});
  CHECK(read_text(option_kind::list, "a,,b") == option_value{list{"a", "", "b"}});
  CHECK(read_text(option_kind::list, "  ") == option_value{list{""}});
}

TEST_CASE("option value: is shown as a file spells it", "[server][option_value]") {
  CHECK(show(true) == "true");
  CHECK(show(std::int64_t{-5}) == "-5");
  CHECK(show(std::string{"25s"}) == "\"25s\"");
  CHECK(show(std::vector<std::string>{}) == "[]");
  CHECK(show(std::vector<std::string>{"a", "b"}) == "[\"a\", \"b\"]");
  CHECK(show(foreign_value{"1979-05-27"}) == "1979-05-27");
}

TEST_CASE("option value: quotes and control characters are escaped", "[server][option_value]") {
  CHECK(show(std::string{"a\"b\\c\n\x7f"}) == R"("a\"b\\c\u000A\u007F")");
}

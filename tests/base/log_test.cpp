#include "base/log.hpp"
#include "base/log_gathering.hpp"
#include "tests/support/captured_log.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

using namespace salon;
using namespace salon::testing;

namespace {

std::string after_time(const std::string& line) {
  return line.substr(line.find(' ') + 1);
}

} // namespace

TEST_CASE("log: an event in text is one line with its fields", "[base][log]") {
  logging on{log::level::info, log::format::text};
  captured_stderr errors;

  log::info("member joined", {{"room", "chat:a"}, {"count", 3}, {"first", true}});
  log::warn("slow");

  auto lines = errors.lines();
  REQUIRE(lines.size() == 2);
  CHECK(after_time(lines[0]) == "info  member joined room=chat:a count=3 first=true");
  CHECK(after_time(lines[1]) == "warning slow");
}

TEST_CASE("log: values that could be taken for something else are quoted", "[base][log]") {
  logging on{log::level::info, log::format::text};
  captured_stderr errors;

  log::info("x", {{"a", "two words"}, {"b", ""}, {"c", "k=v"}, {"d", "say \"hi\" \\"}});

  REQUIRE(errors.lines().size() == 1);
  CHECK(after_time(errors.lines()[0]) == R"(info  x a="two words" b="" c="k=v" d="say \"hi\" \\")");
}

TEST_CASE("log: no value breaks a line", "[base][log]") {
  logging on{log::level::info, log::format::text};
  captured_stderr errors;

  log::info("x", {{"name", std::string{"a\nb\r\x1b[31m\0\x7f", 11}}});

  auto lines = errors.lines();
  REQUIRE(lines.size() == 1);
  CHECK(after_time(lines[0]) == R"(info  x name="a\u000ab\u000d\u001b[31m\u0000\u007f")");
}

TEST_CASE("log: an event in JSON is an object that gives its values back", "[base][log]") {
  logging on{log::level::info, log::format::json};
  captured_stderr errors;
  std::string name{"a \"quoted\"\n\\ line\x01 \x7f caf\xc3\xa9 {}", 29};

  log::error("it failed", {{"name", name}, {"bytes", -5}, {"last", false}});

  auto lines = errors.lines();
  REQUIRE(lines.size() == 1);
  auto read = boost::json::parse(lines[0]).as_object();
  CHECK(read.at("event") == "it failed");
  CHECK(read.at("level") == "error");
  CHECK(read.at("name").as_string() == name);
  CHECK(read.at("bytes") == -5);
  CHECK(read.at("last") == false);
  CHECK(read.at("time").as_string().size() == std::string{"2026-01-02T03:04:05.678+00:00"}.size());
}

TEST_CASE("log: events below the level are not written", "[base][log]") {
  logging on{log::level::warn, log::format::text};
  captured_stderr errors;

  log::debug("no");
  log::info("no");
  log::warn("yes");

  CHECK(errors.lines().size() == 1);
  CHECK_FALSE(log::enabled(log::level::info));
  CHECK(log::enabled(log::level::error));
}

TEST_CASE("log: text can be chosen again after JSON", "[base][log]") {
  logging first{log::level::info, log::format::json};
  logging second{log::level::info, log::format::text};
  captured_stderr errors;

  log::info("back");

  REQUIRE(errors.lines().size() == 1);
  CHECK(after_time(errors.lines()[0]) == "info  back");
}

TEST_CASE("log: what a thread gathers is written when it says so", "[base][log]") {
  logging on{log::level::info, log::format::text};
  captured_stderr errors;
  auto begun = 0;

  log::gathering all{[&] { ++begun; }};
  log::info("one");
  log::info("two");
  auto before = errors.lines();
  log::write_gathered();
  auto after = errors.lines();

  CHECK(before.empty());
  CHECK(begun == 1);
  REQUIRE(after.size() == 2);
  CHECK(after_time(after[0]) == "info  one");
  CHECK(after_time(after[1]) == "info  two");
}

TEST_CASE("log: a warning is written at once, behind what was gathered before it", "[base][log]") {
  logging on{log::level::info, log::format::text};
  captured_stderr errors;

  log::gathering all{[] {}};
  log::info("one");
  log::warn("two");
  auto lines = errors.lines();

  REQUIRE(lines.size() == 2);
  CHECK(after_time(lines[0]) == "info  one");
  CHECK(after_time(lines[1]) == "warning two");
}

TEST_CASE("log: what is gathered has a bound, and none of it is lost at the end", "[base][log]") {
  logging on{log::level::info, log::format::text};
  captured_stderr errors;
  std::size_t over_bound = 0;

  {
    log::gathering all{[] {}};
    log::info("long", {{"value", std::string(log::gathering::bytes_max, 'x')}});
    over_bound = errors.lines().size();
    log::info("last");
  }
  auto lines = errors.lines();

  CHECK(over_bound == 1);
  REQUIRE(lines.size() == 2);
  CHECK(after_time(lines[1]) == "info  last");
}

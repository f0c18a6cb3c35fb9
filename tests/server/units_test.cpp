#include "server/units.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace salon;
using namespace std::chrono_literals;

TEST_CASE("units: a duration is a whole number and its unit", "[server][units]") {
  CHECK(parse_duration("250us") == 250us);
  CHECK(parse_duration("200ms") == 200ms);
  CHECK(parse_duration("25s") == 25s);
  CHECK(parse_duration("10m") == 10min);
  CHECK(parse_duration("24h") == 24h);
  CHECK(parse_duration("0s") == 0s);
}

TEST_CASE("units: what is no duration is refused", "[server][units]") {
  for (const auto* text : {"", "5", "s", "-5s", "+5s", "5 s", " 5s", "5s ", "5S", "1.5s", "1h30m",
                           "5d", "5sec", "0x5s", "99999999999999999999s", "9999999999999h"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text));
  }
}

TEST_CASE("units: a duration is at most a century", "[server][units]") {
  CHECK(parse_duration("876000h") == 876'000h);
  CHECK_FALSE(parse_duration("876001h"));
}

TEST_CASE("units: a duration is shown in the largest unit that fits", "[server][units]") {
  CHECK(duration_text(0s) == "0s");
  CHECK(duration_text(1us) == "1us");
  CHECK(duration_text(1500us) == "1500us");
  CHECK(duration_text(1500ms) == "1500ms");
  CHECK(duration_text(90s) == "90s");
  CHECK(duration_text(600s) == "10m");
  CHECK(duration_text(24h) == "24h");
}

TEST_CASE("units: a size is bytes, or a whole number and its unit", "[server][units]") {
  CHECK(parse_size("0") == 0);
  CHECK(parse_size("65536") == 65'536);
  CHECK(parse_size("7B") == 7);
  CHECK(parse_size("64KiB") == 65'536);
  CHECK(parse_size("1MiB") == 1'048'576);
  CHECK(parse_size("2GiB") == 2'147'483'648);
}

TEST_CASE("units: what is no size is refused", "[server][units]") {
  for (const auto* text : {"", "KiB", "-1", "1KB", "1kib", "1 MiB", "1.5MiB", "1M", "64K",
                           "9223372036854775808", "9000000000GiB"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_size(text));
  }
}

TEST_CASE("units: a size is shown in the largest unit that fits", "[server][units]") {
  CHECK(size_text(0) == "0");
  CHECK(size_text(1000) == "1000");
  CHECK(size_text(1536) == "1536");
  CHECK(size_text(65'536) == "64KiB");
  CHECK(size_text(1'048'576) == "1MiB");
  CHECK(size_text(3LL << 30) == "3GiB");
}

TEST_CASE("units: what is shown reads back", "[server][units]") {
  for (auto number : {1LL, 999LL, 1000LL, 1024LL, 60'000LL, 1'000'000LL, 3'600'000'000LL}) {
    CAPTURE(number);
    CHECK(parse_duration(duration_text(std::chrono::microseconds{number}))
          == std::chrono::microseconds{number});
    CHECK(parse_size(size_text(number)) == number);
  }
}

#include "client/name_lookup.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace salon;
using namespace std::chrono_literals;

TEST_CASE("name lookup: an address is found at once", "[client][name_lookup]") {
  auto now = std::chrono::steady_clock::now();

  auto four = name_lookup{"127.0.0.1", 9501}.await(now);
  auto six = name_lookup{"::1", 80}.await(now);

  REQUIRE(four);
  REQUIRE(four->places.size() == 1);
  CHECK(four->places.begin()->endpoint().port() == 9501);
  CHECK(four->places.begin()->endpoint().address().is_loopback());
  REQUIRE(six);
  REQUIRE(six->places.size() == 1);
  CHECK(six->places.begin()->endpoint().address().is_v6());
}

TEST_CASE("name lookup: a name is found in time, or nobody waits for it", "[client][name_lookup]") {
  name_lookup here{"localhost", 80};
  { name_lookup left_alone{"localhost", 80}; }

  auto found = here.await(std::chrono::steady_clock::now() + 60s);

  REQUIRE(found);
  REQUIRE_FALSE(found->wrong);
  CHECK(found->places.begin()->endpoint().address().is_loopback());
}

TEST_CASE("name lookup: what is no name says so", "[client][name_lookup]") {
  auto too_long = std::string(300, 'x'); // nobody is asked for it
  auto found = name_lookup{too_long, 80}.await(std::chrono::steady_clock::now() + 60s);

  REQUIRE(found);
  CHECK(found->wrong);
  CHECK(found->places.empty());
}

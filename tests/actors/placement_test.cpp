#include "actors/placement.hpp"
#include "actors/stable_hash.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <map>

using namespace salon;

namespace {

using names = std::vector<std::string>;

constexpr auto rooms = 10'000;

/// A part of all rooms, by as much more or less.
double part(int count, double factor) {
  return factor * rooms / count;
}

std::string room(int number) {
  return "chat:room-" + std::to_string(number);
}

names nodes(int count) {
  names result;
  for (auto i = 1; i <= count; ++i)
    result.push_back("node-" + std::to_string(i));
  return result;
}

} // namespace

TEST_CASE("placement: every node gets its share of the rooms", "[actors][placement]") {
  for (auto count : {2, 3, 5, 10}) {
    auto all = nodes(count);
    std::map<std::string, int> share;
    for (auto i = 0; i < rooms; ++i)
      ++share[home_of(room(i), all)];

    for (const auto& name : all) {
      INFO(name << " of " << count << " has " << share[name]);
      CHECK(share[name] > part(count, 0.9));
      CHECK(share[name] < part(count, 1.1));
    }
  }
}

TEST_CASE("placement: when a node goes only its rooms move, and all others get of them",
          "[actors][placement]") {
  auto before = nodes(4);
  auto after = names{"node-1", "node-2", "node-4"};
  std::map<std::string, int> got;

  for (auto i = 0; i < rooms; ++i) {
    const auto& home = home_of(room(i), before);
    if (home == "node-3")
      ++got[home_of(room(i), after)];
    else
      REQUIRE(home_of(room(i), after) == home);
  }

  for (const auto& name : after)
    CHECK(got[name] > part(4 * 3, 0.85));
}

TEST_CASE("placement: when a node comes only rooms to it move", "[actors][placement]") {
  auto before = nodes(3);
  auto after = nodes(4);
  auto moved = 0;

  for (auto i = 0; i < rooms; ++i) {
    const auto& home = home_of(room(i), after);
    if (home == "node-4")
      ++moved;
    else
      REQUIRE(home == home_of(room(i), before));
  }

  CHECK(moved > part(4, 0.9));
  CHECK(moved < part(4, 1.1));
}

TEST_CASE("placement: the order in which nodes are named does not matter", "[actors][placement]") {
  auto all = nodes(5);
  auto turned = names{all.rbegin(), all.rend()};

  for (auto i = 0; i < 100; ++i)
    CHECK(home_of(room(i), all) == home_of(room(i), turned));
  CHECK(home_of("lobby", {"alone"}) == "alone");
}

// Two releases in one cluster have to agree.
TEST_CASE("placement: a room's home is the same in every release", "[actors][placement]") {
  const names all{"a", "b", "c"};

  CHECK(stable_hash("") == 0xcbf29ce484222325);
  CHECK(stable_hash("foobar") == 0x85944171f73967e8);
  CHECK(stable_hash("\xff") == 0xaf64724c8602eb6e);
  CHECK(spread(1) == 0xb456bcfc34c2cb2c);
  CHECK(suitability("lobby", "a") == 0x40a49634c35e927b);
  CHECK(suitability("$private:1", "b") == 0xfb2eacdfccc2bff6);
  CHECK(home_of("lobby", all) == "b");
  CHECK(home_of("chat:general", all) == "a");
  CHECK(home_of("$private:1", all) == "b");
  CHECK(home_of("room-7", all) == "c");
}

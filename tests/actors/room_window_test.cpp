#include "actors/room_window.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <limits>
#include <random>

using namespace salon;

namespace {

using offsets = std::vector<std::uint64_t>;

publication_ptr numbered(std::uint64_t offset, std::size_t bytes = 1) {
  auto pub = std::make_shared<publication>();
  pub->offset = offset;
  pub->data = std::string(bytes, 'x');
  return pub;
}

room_window filled(std::uint64_t first, std::uint64_t last, std::size_t publications_max = 100) {
  room_window window{publications_max, 1'000'000};
  for (auto i = first; i <= last; ++i)
    window.add(numbered(i));
  return window;
}

offsets of(const std::vector<publication_ptr>& pubs) {
  offsets result;
  for (const auto& pub : pubs)
    result.push_back(pub->offset);
  return result;
}

offsets page(const room_window& window, std::size_t count,
             std::optional<std::uint64_t> beyond = std::nullopt, bool reverse = false,
             std::size_t bytes = 1'000'000) {
  return of(window.page({count, bytes, beyond, reverse}));
}

std::optional<offsets> missing(const room_window& window, std::uint64_t offset, std::uint64_t top,
                               std::size_t count = 100, std::size_t bytes = 1'000'000) {
  auto found = window.missing(offset, top, count, bytes);
  if (!found)
    return std::nullopt;
  return of(*found);
}

} // namespace

TEST_CASE("room window: a page starts at the oldest, or at the newest in reverse",
          "[actors][room_window]") {
  auto window = filled(1, 5);

  CHECK(page(window, 3) == offsets{1, 2, 3});
  CHECK(page(window, 10) == offsets{1, 2, 3, 4, 5});
  CHECK(page(window, 3, std::nullopt, true) == offsets{5, 4, 3});
  CHECK(page(window, 0).empty());
}

TEST_CASE("room window: a page goes on behind the offset it was given", "[actors][room_window]") {
  auto window = filled(1, 5);

  CHECK(page(window, 2, 2) == offsets{3, 4});
  CHECK(page(window, 2, 4) == offsets{5});
  CHECK(page(window, 2, 5).empty());
  CHECK(page(window, 2, 0) == offsets{1, 2});
  CHECK(page(window, 2, 4, true) == offsets{3, 2});
  CHECK(page(window, 2, 1, true).empty());
  CHECK(page(window, 2, 0, true).empty());
}

TEST_CASE("room window: offsets that are not there are taken for the nearest end",
          "[actors][room_window]") {
  auto window = filled(11, 15);
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();

  CHECK(page(window, 2, 3) == offsets{11, 12});
  CHECK(page(window, 2, 99).empty());
  CHECK(page(window, 2, most).empty());
  CHECK(page(window, 2, 99, true) == offsets{15, 14});
  CHECK(page(window, 2, most, true) == offsets{15, 14});
  CHECK(page(window, 2, 5, true).empty());
}

TEST_CASE("room window: a page is bounded by bytes, but never empty for that",
          "[actors][room_window]") {
  room_window window{10, 1'000'000};
  window.add(numbered(1, 50));
  window.add(numbered(2, 40));
  window.add(numbered(3, 40));

  CHECK(page(window, 10, std::nullopt, false, 100) == offsets{1, 2});
  CHECK(page(window, 10, std::nullopt, false, 90) == offsets{1, 2});
  CHECK(page(window, 10, std::nullopt, false, 89) == offsets{1});
  CHECK(page(window, 10, std::nullopt, false, 1) == offsets{1});
  CHECK(page(window, 10, std::nullopt, true, 80) == offsets{3, 2});
}

TEST_CASE("room window: over its count the oldest go", "[actors][room_window]") {
  auto window = filled(1, 10, 3);

  CHECK(page(window, 10) == offsets{8, 9, 10});
}

TEST_CASE("room window: over its bytes the oldest go, but the newest stays",
          "[actors][room_window]") {
  room_window window{10, 100};
  for (auto i = 1u; i <= 4; ++i)
    window.add(numbered(i, 40));
  CHECK(page(window, 10) == offsets{3, 4});

  window.add(numbered(5, 500));
  CHECK(page(window, 10) == offsets{5});

  window.add(numbered(6, 40));
  CHECK(page(window, 10) == offsets{6});
}

TEST_CASE("room window: one without history keeps nothing", "[actors][room_window]") {
  room_window window{0, 100};
  window.add(numbered(1));

  CHECK(window.empty());
  CHECK(missing(window, 1, 1) == offsets{});
  CHECK_FALSE(missing(window, 0, 1));
}

TEST_CASE("room window: what is missing is all of it, or nothing", "[actors][room_window]") {
  auto window = filled(4, 8);

  CHECK(missing(window, 8, 8) == offsets{});
  CHECK(missing(window, 7, 8) == offsets{8});
  CHECK(missing(window, 3, 8) == offsets{4, 5, 6, 7, 8});
  CHECK_FALSE(missing(window, 2, 8));
  CHECK_FALSE(missing(window, 0, 8));
  CHECK_FALSE(missing(window, 9, 8));
  CHECK_FALSE(missing(window, std::numeric_limits<std::uint64_t>::max(), 8));
}

TEST_CASE("room window: more than the limits is as good as lost", "[actors][room_window]") {
  auto window = filled(1, 10);

  CHECK(missing(window, 5, 10, 5) == offsets{6, 7, 8, 9, 10});
  CHECK_FALSE(missing(window, 4, 10, 5));
  CHECK(missing(window, 5, 10, 100, 5) == offsets{6, 7, 8, 9, 10});
  CHECK_FALSE(missing(window, 4, 10, 100, 5));
}

TEST_CASE("room window: after clearing, only what came later is there", "[actors][room_window]") {
  auto window = filled(1, 5);

  window.clear();
  CHECK(window.empty());
  CHECK(missing(window, 5, 5) == offsets{});
  CHECK_FALSE(missing(window, 4, 5));

  window.add(numbered(6));
  CHECK(missing(window, 5, 6) == offsets{6});
  CHECK_FALSE(missing(window, 4, 6));
  CHECK(page(window, 10) == offsets{6});
}

TEST_CASE("room window: pages joined are what is kept, whatever the sizes",
          "[actors][room_window]") {
  std::mt19937 random{7};
  for (auto round = 0; round < 200; ++round) {
    room_window window{1 + random() % 20, 1 + random() % 500};
    std::uint64_t top = random() % 5;
    auto first = top + 1;
    for (auto n = random() % 40; n > 0; --n)
      window.add(numbered(++top, random() % 60));
    auto all = page(window, 1000);
    auto step = 1 + random() % 7;
    std::size_t bytes = 1 + random() % 200;

    offsets forward;
    std::optional<std::uint64_t> at;
    for (auto next = page(window, step, at, false, bytes); !next.empty();
         next = page(window, step, at, false, bytes)) {
      forward.insert(forward.end(), next.begin(), next.end());
      at = next.back();
    }
    offsets backward;
    at.reset();
    for (auto next = page(window, step, at, true, bytes); !next.empty();
         next = page(window, step, at, true, bytes)) {
      backward.insert(backward.end(), next.begin(), next.end());
      at = next.back();
    }

    std::reverse(backward.begin(), backward.end());
    REQUIRE(forward == all);
    REQUIRE(backward == all);
    if (!all.empty()) {
      REQUIRE(all.back() == top);
      REQUIRE(all.front() >= first);
      REQUIRE(all.size() == top - all.front() + 1);
    }
  }
}

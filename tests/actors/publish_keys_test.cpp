#include "actors/publish_keys.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace salon;
using namespace std::chrono_literals;

namespace {

constexpr auto uuid = "0a1b2c3d-0000-4000-8000-000000000001";

struct some_keys {
  publish_keys keys{3, 5min};
  timer_wheel::time_point now{};

  std::optional<std::uint64_t> offset_of(std::string_view user, std::string_view key) {
    auto known = keys.find(user, key, publish_keys::hash_of("data"), now);
    if (!known)
      return std::nullopt;
    return known->offset;
  }
};

} // namespace

TEST_CASE("publish keys: who has an account may use any short key", "[actors][publish_keys]") {
  CHECK(publish_keys::valid("ana", "1"));
  CHECK(publish_keys::valid("ana", std::string(64, 'k')));
  CHECK_FALSE(publish_keys::valid("ana", std::string(65, 'k')));
  CHECK_FALSE(publish_keys::valid("ana", ""));
}

TEST_CASE("publish keys: without an account a key must be a UUID", "[actors][publish_keys]") {
  CHECK(publish_keys::valid("", uuid));
  CHECK_FALSE(publish_keys::valid("", "1"));
  CHECK_FALSE(publish_keys::valid("", ""));
}

TEST_CASE_METHOD(some_keys, "publish keys: a key gives back where it led",
                 "[actors][publish_keys]") {
  CHECK_FALSE(offset_of("ana", "a"));

  keys.add("ana", "a", publish_keys::hash_of("data"), 7, now);

  CHECK(offset_of("ana", "a") == 7);
  CHECK_FALSE(offset_of("bob", "a"));
  CHECK_FALSE(offset_of("ana", "b"));
}

TEST_CASE_METHOD(some_keys, "publish keys: other data under the same key is told",
                 "[actors][publish_keys]") {
  keys.add("ana", "a", publish_keys::hash_of("data"), 7, now);

  CHECK(keys.find("ana", "a", publish_keys::hash_of("data"), now)->same_data);
  CHECK_FALSE(keys.find("ana", "a", publish_keys::hash_of("other data"), now)->same_data);
}

TEST_CASE_METHOD(some_keys, "publish keys: no user spells another one's key",
                 "[actors][publish_keys]") {
  keys.add("b", "a", publish_keys::hash_of("data"), 1, now);
  keys.add("1:a", "", publish_keys::hash_of("data"), 2, now);

  CHECK(offset_of("b", "a") == 1);
  CHECK_FALSE(offset_of("ab", ""));
  CHECK_FALSE(offset_of("", "ab"));
}

TEST_CASE_METHOD(some_keys, "publish keys: a key is forgotten after its window",
                 "[actors][publish_keys]") {
  keys.add("ana", "a", publish_keys::hash_of("data"), 7, now);
  CHECK(keys.last_expiry() == now + 5min);

  now += 5min - 1ms;
  CHECK(offset_of("ana", "a") == 7);
  now += 1ms;

  CHECK_FALSE(offset_of("ana", "a"));
  CHECK_FALSE(keys.last_expiry());
}

TEST_CASE_METHOD(some_keys, "publish keys: over the limit the oldest are forgotten",
                 "[actors][publish_keys]") {
  for (auto i : {1u, 2u, 3u, 4u})
    keys.add("ana", std::to_string(i), publish_keys::hash_of("data"), i, now);

  CHECK_FALSE(offset_of("ana", "1"));
  CHECK(offset_of("ana", "2") == 2);
  CHECK(offset_of("ana", "4") == 4);
}

TEST_CASE_METHOD(some_keys, "publish keys: a key used again after its window lives on",
                 "[actors][publish_keys]") {
  keys.add("ana", "a", publish_keys::hash_of("data"), 1, now);
  now += 6min;
  CHECK_FALSE(offset_of("ana", "a"));
  keys.add("ana", "a", publish_keys::hash_of("data"), 2, now);
  now += 4min;

  CHECK(offset_of("ana", "a") == 2);
}

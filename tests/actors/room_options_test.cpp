#include "actors/room_options.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace salon;

namespace {

errc why_not(const namespaces& all, const room_id& room) {
  auto why = errc::none;
  auto found = all.find(room, &why);
  CHECK((found == nullptr) == (why != errc::none));
  return why;
}

namespaces two_spaces() {
  room_options chat;
  chat.members_max = 7;
  room_options numbers;
  numbers.channel_regex = "[0-9]+";
  return namespaces{room_options{}, {{"chat", chat}, {"numbers", numbers}}};
}

} // namespace

TEST_CASE("namespaces: a room has the options of its namespace", "[actors][room_options]") {
  auto all = two_spaces();
  auto why = errc::none;

  REQUIRE(all.find("chat:a", &why));
  CHECK(all.find("chat:a", &why)->members_max == 7);
  CHECK(all.find("chat:", &why)->members_max == 7);
  CHECK(all.find("chat:a:b", &why)->members_max == 7);
  CHECK(all.find("$chat:a", &why)->members_max == 7);
  CHECK(all.find("lobby", &why)->members_max == room_options{}.members_max);
  CHECK(why == errc::none);
}

TEST_CASE("namespaces: rooms of none that is known are refused", "[actors][room_options]") {
  auto all = two_spaces();

  CHECK(why_not(all, "zzz:a") == errc::unknown_channel);
  CHECK(why_not(all, "Chat:a") == errc::unknown_channel);
  CHECK(why_not(all, ":a") == errc::none);
}

TEST_CASE("namespaces: where no room is at home all are taken, as those without one",
          "[actors][room_options]") {
  auto all = two_spaces();
  all.takes_all = true;

  CHECK(why_not(all, "nowhere:lobby") == errc::none);
  CHECK(why_not(all, "no where:lobby") == errc::bad_request);
  CHECK(why_not(all, "chat:lobby") == errc::none);
}

TEST_CASE("namespaces: names that break the rules are bad requests", "[actors][room_options]") {
  auto all = two_spaces();

  CHECK(why_not(all, "") == errc::bad_request);
  CHECK(why_not(all, "two words") == errc::bad_request);
  CHECK(why_not(all, "caf\xc3\xa9") == errc::bad_request);
  CHECK(why_not(all, "chat:a\nb") == errc::bad_request);
  CHECK(why_not(all, "a/b") == errc::bad_request);
  CHECK(why_not(all, std::string(255, 'a')) == errc::none);
  CHECK(why_not(all, std::string(256, 'a')) == errc::bad_request);
}

TEST_CASE("namespaces: an expression holds for the whole rest of the name",
          "[actors][room_options]") {
  auto all = two_spaces();

  CHECK(why_not(all, "numbers:42") == errc::none);
  CHECK(why_not(all, "$numbers:42") == errc::none);
  CHECK(why_not(all, "numbers:4x") == errc::bad_request);
  CHECK(why_not(all, "numbers:") == errc::bad_request);
}

TEST_CASE("namespaces: an expression that is none is told at once", "[actors][room_options]") {
  room_options broken;
  broken.channel_regex = "[";

  CHECK_THROWS_AS(namespaces(broken, {}), std::regex_error);
}

TEST_CASE("permissions: each kind of people has its rule", "[actors][room_options]") {
  struct row {
    permission given;
    bool user = false;
    bool user_inside = false;
    bool stranger = false;
    bool stranger_inside = false;
  };
  const row table[] = {
    {{true, true, true}, true, true, true, true},
    {{true, true, false}, true, true, false, false},
    {{true, false, true}, true, true, true, true},
    {{false, true, true}, false, true, false, true},
    {{false, true, false}, false, true, false, false},
    {{false, false, true}, false, false, false, false},
    {{true, false, false}, true, true, false, false},
    {{false, false, false}, false, false, false, false},
  };

  for (const auto& x : table) {
    CAPTURE(x.given.client, x.given.subscriber, x.given.anonymous);
    CHECK(x.given.allows("ana", false) == x.user);
    CHECK(x.given.allows("ana", true) == x.user_inside);
    CHECK(x.given.allows("", false) == x.stranger);
    CHECK(x.given.allows("", true) == x.stranger_inside);
  }
}

TEST_CASE("room options: history needs a size and a time", "[actors][room_options]") {
  room_options options;
  CHECK(options.has_history());

  options.history_size = 0;
  CHECK_FALSE(options.has_history());
  options.history_size = 10;
  options.history_ttl = std::chrono::milliseconds{0};
  CHECK_FALSE(options.has_history());
}

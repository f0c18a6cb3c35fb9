#include "messages/names.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

TEST_CASE("names: the namespace stands before the first colon", "[messages][names]") {
  CHECK(salon::namespace_of("chat:general") == "chat");
  CHECK(salon::namespace_of("chat:general:1") == "chat");
  CHECK(salon::namespace_of("$chat:a") == "chat");
  CHECK(salon::namespace_of("chat:") == "chat");

  CHECK(salon::namespace_of("lobby").empty());
  CHECK(salon::namespace_of("$lobby").empty());
  CHECK(salon::namespace_of(":a").empty());
  CHECK(salon::namespace_of("").empty());
}

TEST_CASE("names: a namespace is two or more letters, digits, hyphens and underscores",
          "[messages][names]") {
  CHECK(salon::is_namespace_name("ab"));
  CHECK(salon::is_namespace_name("Chat-room_2"));

  CHECK_FALSE(salon::is_namespace_name(""));
  CHECK_FALSE(salon::is_namespace_name("a"));
  CHECK_FALSE(salon::is_namespace_name("a b"));
  CHECK_FALSE(salon::is_namespace_name("a:b"));
  CHECK_FALSE(salon::is_namespace_name("caf\xc3\xa9"));
}

TEST_CASE("names: a room name is printable ASCII without spaces and reserved characters",
          "[messages][names]") {
  CHECK_FALSE(salon::is_room_name(""));
  CHECK(salon::is_room_name("$chat:general-2_x.y,z#1@home"));

  for (int c = 0; c < 256; ++c) {
    auto allowed = c > 0x20 && c < 0x7f && c != '/' && c != '*' && c != '&';
    INFO("character " << c);
    CHECK(salon::is_room_name(std::string{"a"} + static_cast<char>(c)) == allowed);
  }
}

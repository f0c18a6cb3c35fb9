#include "client/chat_address.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace salon;

namespace {

const std::string sdk_target = "/connection/websocket";

chat_address read(const std::string& text) {
  std::string why;
  auto found = read_chat_address(text, why);
  INFO(text << ": " << why);
  REQUIRE(found);
  return *found;
}

std::string complaint(const std::string& text) {
  std::string why;
  CHECK_FALSE(read_chat_address(text, why));
  return why;
}

} // namespace

TEST_CASE("chat address: what people give is understood", "[client][chat_address]") {
  CHECK(read("ws://127.0.0.1:9501/connection/websocket") == chat_address{});
  CHECK(read("http://127.0.0.1:9501/") == chat_address{});
  CHECK(read("http://chat.example") == chat_address{"chat.example", 80, sdk_target});
  CHECK(read("chat.example") == chat_address{"chat.example", 9501, sdk_target});
  CHECK(read("chat.example:9600") == chat_address{"chat.example", 9600, sdk_target});
  CHECK(read("[::1]:9600") == chat_address{"::1", 9600, sdk_target});
  CHECK(read("[::1]") == chat_address{"::1", 9501, sdk_target});
  CHECK(read("ws://a/in/a/folder") == chat_address{"a", 80, "/in/a/folder"});
  CHECK(read("a:1?x=y") == chat_address{"a", 1, sdk_target + "?x=y"});
}

TEST_CASE("chat address: what is none gets a sentence", "[client][chat_address]") {
  CHECK(complaint("wss://a").find("no TLS") != std::string::npos);
  CHECK(complaint("https://a").find("no TLS") != std::string::npos);
  CHECK(complaint("ftp://a") == "ftp://a: expected ws:// or http://");
  CHECK(complaint("http://a/#den") == "http://a/#den: a room is chosen with --room");
  for (const auto* text : {"", "a b", "ws://", ":9501", "a:", "a:0", "a:65536", "a:9501x", "[::1",
                           "[::1]x", "[]:1", "me@a", "a\n"})
    CHECK(complaint(text).find("expected") != std::string::npos);
}

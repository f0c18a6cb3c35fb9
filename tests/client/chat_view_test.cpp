#include "client/chat_view.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace salon::chat;

namespace {

const person ana{"5a74c0de", "Ana"};

said says(const std::string& text) {
  said result;
  result.who = ana;
  result.text = text;
  return result;
}

} // namespace

TEST_CASE("chat view: a line says who, what and when", "[client][chat_view]") {
  view plain{false};
  auto action = says("waves");
  action.is_action = true;

  CHECK(plain.show(says("hi")) == "--:-- Ana: hi");
  CHECK(plain.show(action) == "--:-- * Ana waves");
  CHECK(plain.show(came{ana}) == "      Ana came");
  CHECK(plain.show(went{ana}) == "      Ana went");
  CHECK(plain.show(trouble{"No."}) == "No.");
  CHECK(view::line_of(says("hi")) == "Ana: hi");
  CHECK(view::line_of(action) == "* Ana waves");
}

TEST_CASE("chat view: people have colours, what is around them is dimmed", "[client][chat_view]") {
  view coloured{true};
  auto text = coloured.show(says("hi"));
  auto bob = says("hi");
  bob.who.name = "Bob";

  CHECK(text.ends_with("Ana\x1b[0m: hi"));
  CHECK(text == coloured.show(says("hi")));
  CHECK(text.substr(0, text.find("Ana"))
        != coloured.show(bob).substr(0, coloured.show(bob).find("Bob")));
  CHECK(coloured.show(came{ana}) == "\x1b[2m      Ana came\x1b[0m");
}

TEST_CASE("chat view: people without a name are guests", "[client][chat_view]") {
  CHECK(name_of({"5a74c0de", ""}) == "Guest 5a74");
  CHECK(name_of({"5a74c0de", "\x1b\a"}) == "Guest 5a74");
  CHECK(name_of({}) == "Server");
}

TEST_CASE("chat view: what strangers write stays text", "[client][chat_view]") {
  CHECK(harmless("\x1b[2J\x1b]0;title\a") == "[2J]0;title");
  CHECK(harmless("a\nb\tc\rd\x7f") == "a b cd");
  CHECK(harmless("\xc2\x9b"
                 "2J \xc2\x80 \xc2\xa0")
        == "2J  \xc2\xa0");
  CHECK(harmless("\xe2\x80\xae"
                 "evil\xe2\x81\xa6\xe2\x80\x8f\xd8\x9c\xe2\x80\xa8")
        == "evil");
  CHECK(harmless("ä ✓ 😀 \u05d0\u0628 \u200d") == "ä ✓ 😀 \u05d0\u0628 \u200d");
  CHECK(harmless(std::string(1, '\0')).empty());
  CHECK(view{false}.show(came{{"1", "a\x1b[31m\nb"}}) == "      a[31m b came");
}

#include "client/chat_orders.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace salon::chat;

TEST_CASE("chat orders: a line is said, or does something", "[client][chat_orders]") {
  CHECK(read_order("hello, all") == order{say{"hello, all"}});
  CHECK(read_order("  padded\t") == order{say{"padded"}});
  CHECK(read_order("//etc") == order{say{"/etc"}});
  CHECK(read_order(" \t") == order{});
  CHECK(read_order("/join chat:den ") == order{join{"chat:den"}});
  CHECK(read_order("/me waves  twice") == order{say{"waves  twice", true}});
  CHECK(read_order("/leave") == order{leave{}});
  CHECK(read_order("/who") == order{list_people{}});
  CHECK(read_order("/rooms") == order{list_rooms{}});
  CHECK(read_order("/help") == order{help{}});
  CHECK(read_order("/quit") == order{quit{}});
}

TEST_CASE("chat orders: what is not understood gets a sentence", "[client][chat_orders]") {
  auto is_mistake
    = [](const char* line) { return std::holds_alternative<mistake>(read_order(line)); };

  CHECK(read_order("/joni den") == order{mistake{"There is no /joni: /help lists what there is"}});
  CHECK(is_mistake("/"));
  CHECK(is_mistake("/join"));
  CHECK(is_mistake("/join two rooms"));
  CHECK(is_mistake("/join a/b"));
  CHECK(is_mistake(("/join " + std::string(256, 'x')).c_str()));
  CHECK(is_mistake("/me"));
}

TEST_CASE("chat orders: help names every command", "[client][chat_orders]") {
  for (const auto* word : {"/join", "/leave", "/who", "/rooms", "/me", "/help", "/quit", "//"})
    CHECK(help_text.find(word) != std::string_view::npos);
}

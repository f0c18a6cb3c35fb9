#include "tests/support/actor_fixture.hpp"
#include "tests/support/stepped_shards.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;

namespace {

const lines nothing;

} // namespace

TEST_CASE_METHOD(actor_fixture, "text client: it is welcomed to the lobby, or where it wants to go",
                 "[actors][text]") {
  CHECK(connect_text().take() == lines{"Welcome to lobby."});
  CHECK(connect_text("", "Ana").take() == lines{"Welcome to lobby, Ana."});
  CHECK(connect_text("garden").take() == lines{"Welcome to garden."});
  CHECK(rooms() == lines{"garden 1", "lobby 2"});
}

TEST_CASE_METHOD(actor_fixture, "text client: a line goes byte for byte to all, the sender too",
                 "[actors][text]") {
  auto& ana = connect_text();
  auto& bob = connect_text();
  auto& cem = connect_text("garden");
  for (auto* each : {&ana, &bob, &cem})
    each->take();

  for (auto line : {"hi", "", "  {\"text\": 1}\n ", "caf\xc3\xa9 \"quoted\" \\ \x01"})
    ana.say(line);
  run();

  auto said = lines{"hi", "", "  {\"text\": 1}\n ", "caf\xc3\xa9 \"quoted\" \\ \x01"};
  CHECK(ana.take() == said);
  CHECK(bob.take() == said);
  CHECK(cem.take() == nothing);
}

TEST_CASE_METHOD(actor_fixture, "text client: its line reaches SDK clients as text, with its name",
                 "[actors][text]") {
  auto& ana = connect_text("lobby", "Ana \"A\"");
  auto& bob = join_sdk("lobby");

  ana.say("say \"hi\"");
  run();

  CHECK(
    bob.take()
    == lines{R"({"push":{"channel":"lobby","pub":{"data":{"text":"say \"hi\""},)"
             R"("info":{"user":"","client":"c1","conn_info":{"name":"Ana \"A\""}},"offset":1}}})"});
}

TEST_CASE_METHOD(actor_fixture, "text client: of an SDK client's data it reads the text, or all",
                 "[actors][text]") {
  auto& ana = connect_text();
  auto& bob = connect_sdk();
  ana.take();

  for (auto data : {R"({"text":"caf\u00e9\n"})", R"({"text":7})", R"([1, 2])", R"("just text")"})
    bob.command(R"("publish":{"channel":"lobby","data":)" + std::string{data} + "}");
  run();

  CHECK(ana.take() == lines{"caf\xc3\xa9\n", R"({"text":7})", "[1, 2]", R"("just text")"});
}

TEST_CASE_METHOD(actor_fixture, "text client: it hears of nobody who types, joins or leaves",
                 "[actors][text]") {
  auto& ana = connect_text();
  ana.take();
  auto& bob = join_sdk("lobby");

  bob.command(R"("rpc":{"method":"salon.typing","data":{"room":"lobby"}})");
  run();
  close(bob);
  run();

  CHECK(ana.take() == nothing);
}

TEST_CASE_METHOD(actor_fixture, "text client: it is pinged in WebSocket's way", "[actors][text]") {
  auto& ana = connect_text();
  ana.take();

  advance(13s);
  CHECK(ana.pings() == 1);
  ana.frame_pong();
  advance(25s);
  CHECK(ana.pings() == 2);
  CHECK_FALSE(ana.closed_with());
  advance(8s);

  CHECK(ana.closed_with() == close_code::no_pong);
  CHECK(ana.take() == nothing);
}

TEST_CASE_METHOD(actor_fixture, "text client: {} is a line like any other", "[actors][text]") {
  auto& ana = connect_text();
  ana.take();

  ana.say("{}");
  run();

  CHECK(ana.take() == lines{"{}"});
  CHECK_FALSE(ana.closed_with());
}

TEST_CASE("text client: where it may not go it is told so", "[actors][text]") {
  fixture_options options;
  options.rooms.members_max = 1;
  room_options closed;
  closed.subscribe = {false, false, false};
  options.namespaces["closed"] = closed;
  actor_fixture f{options};
  f.connect_text();

  auto& full = f.connect_text();
  CHECK(full.take() == lines{"The room lobby has no place for you: limit exceeded."});
  CHECK(full.closed_with() == close_code::connection_limit);
  auto& refused = f.connect_text("closed:a");
  CHECK(refused.take() == nothing);
  CHECK(refused.closed_with() == close_code::permission_denied);
  CHECK(f.connect_text("zzz:a").closed_with() == close_code::permission_denied);
}

TEST_CASE_METHOD(actor_fixture, "text client: private rooms need a token, which it cannot show",
                 "[actors][text]") {
  auto& ana = connect_text("$a");

  CHECK(ana.take() == nothing);
  CHECK(ana.closed_with() == close_code::permission_denied);
  CHECK(rooms() == nothing);
}

TEST_CASE("text client: where it may not write it is told so", "[actors][text]") {
  fixture_options options;
  options.rooms.publish = {false, false, false};
  actor_fixture f{options};
  auto& ana = f.connect_text();
  ana.take();

  ana.say("hello?");
  f.run();

  CHECK(ana.take() == lines{"Nobody but its owners may write in lobby."});
}

TEST_CASE("text client: one that floods is read no faster than its room answers",
          "[actors][text]") {
  fixture_options options;
  options.shards = 2;
  options.fanouts.unanswered_publishes_max = 4;
  actor_fixture f{options};
  auto room = f.room_on(1);
  auto& ana = f.connect_text(room);
  auto& bob = f.connect_text(room);
  f.run();
  ana.take();
  bob.take();
  f.shards().freeze(1);

  lines said;
  for (auto i = 0; i < 50; ++i) {
    said.push_back(std::to_string(i));
    ana.say(said.back());
  }
  f.run();
  CHECK(ana.is_paused());
  CHECK_FALSE(bob.is_paused());
  f.shards().freeze(1, false);
  f.run();

  CHECK(ana.take() == said);
  CHECK(bob.take() == said);
  CHECK_FALSE(ana.is_paused());
}

TEST_CASE_METHOD(actor_fixture, "text client: after its room has crashed it goes on in the new one",
                 "[actors][text]") {
  auto& ana = connect_text();
  auto& bob = connect_text();
  ana.say("before");
  run();
  ana.take();
  bob.take();

  crash_room("lobby");
  run();
  ana.say("after");
  run();

  CHECK(ana.take() == lines{"after"});
  CHECK(bob.take() == lines{"after"});
  CHECK(presence("lobby") == lines{"c1", "c2"});
}

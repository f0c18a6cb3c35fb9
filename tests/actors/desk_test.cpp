#include "actors/desk.hpp"
#include "actors/failure.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/stepped_shards.hpp"

#include <catch2/catch_test_macros.hpp>

#include <functional>
#include <type_traits>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;

namespace {

const lines nothing;

/// An actor in rooms that notes what it hears, and does what its test says.
struct bot_state {
  using work = std::function<void(member_actor::pointer)>;

  bot_state(member_actor::pointer self, lines& log, work& todo)
    : self_(self),
      log_(log),
      todo_(todo) {
    // nop
  }

  member_actor::behavior_type make_behavior() {
    return {
      [this](const room_publication& x) {
        log_.push_back(x.room + ": " + x.pub->data);
        if (todo_)
          std::exchange(todo_, {})(self_);
      },
      [this](const member_joined& x) { log_.push_back(x.room + ": joined"); },
      [this](const member_left& x) { log_.push_back(x.room + ": left"); },
      [this](const room_closed& x) {
        // Also the test's way to make it do something.
        if (x.room.empty())
          std::exchange(todo_, {})(self_);
        else
          log_.push_back(x.room + ": closed");
      },
    };
  }

  member_actor::pointer self_;
  lines& log_;
  work& todo_;
};

struct with_bot : actor_fixture {
  with_bot() {
    bot = spawn_on<bot_state, member_actor>(locals().home, log, todo).handle;
    desk = spawn_desk(locals());
    run();
  }

  ~with_bot() {
    dismiss(desk);
    if (bot)
      dismiss(bot);
    desk = nullptr;
    bot = nullptr;
    run();
  }

  /// Lets the bot ask the desk for something; what came of it: `done`, or the error's code.
  template <class Message>
  std::string ask_desk(Message what) {
    std::string result = "nothing";
    todo = [&, what](member_actor::pointer self) {
      auto failed = [&result](const caf::error& why) {
        result = std::to_string(static_cast<int>(errc_of(why)));
      };
      if constexpr (std::is_same_v<Message, speak>)
        ask(
          self, desk, 1s, what,
          [&result](const stream_position& x) { result = "at " + std::to_string(x.offset); },
          failed);
      else
        ask(
          self, desk, 1s, what, [&result] { result = "done"; }, failed);
    };
    tell(bot, room_closed{});
    run();
    return result;
  }

  std::string enter(const room_id& room) {
    return ask_desk(enter_room{bot, room, "Bot"});
  }

  std::string say(const room_id& room, const std::string& data) {
    speak what;
    what.who = bot;
    what.room = room;
    what.data = data;
    what.type = content::json;
    return ask_desk(std::move(what));
  }

  lines take() {
    return std::exchange(log, {});
  }

  lines log;
  bot_state::work todo;
  member_actor bot;
  desk_actor desk;
};

} // namespace

TEST_CASE_METHOD(with_bot, "desk: an actor sits in a room like a person", "[actors][desk]") {
  auto& ana = join_sdk("a");

  CHECK(enter("a") == "done");
  CHECK(presence("a").size() == 2);
  CHECK(take() == lines{"a: joined"});
  ana.command(R"("publish":{"channel":"a","data":{"text":"hi"}})");
  run();
  CHECK(take() == lines{R"(a: {"text":"hi"})"});
  ana.take();
  CHECK(say("a", R"({"text":"hello"})") == "at 2");

  auto heard = ana.take();
  REQUIRE(heard.size() == 1);
  CHECK(heard[0].find(R"("data":{"text":"hello"})") != std::string::npos);
  CHECK(heard[0].find(R"("conn_info":{"name":"Bot"})") != std::string::npos);
  CHECK(take() == lines{R"(a: {"text":"hello"})"});
}

TEST_CASE_METHOD(with_bot, "desk: what cannot be is answered with why", "[actors][desk]") {
  CHECK(say("a", "1") == "103");
  CHECK(enter("zzz:a") == "102");
  CHECK(enter("a") == "done");
  CHECK(enter("a") == "105");
  CHECK(say("a", "{broken") == "107");
  CHECK(say("a", "1") == "at 1");
}

TEST_CASE_METHOD(with_bot, "desk: private rooms are closed to clients, not to the server's actors",
                 "[actors][desk]") {
  CHECK(enter("$a") == "done");

  CHECK(presence("$a").size() == 1);
  CHECK(say("$a", "1") == "at 1");
  CHECK(take() == lines{"$a: joined", "$a: 1"});
}

TEST_CASE_METHOD(with_bot, "desk: an actor that leaves hears no more, and may come back",
                 "[actors][desk]") {
  auto& ana = connect_sdk();
  ana.command(R"("subscribe":{"channel":"a","join_leave":true})");
  enter("a");
  ana.take();
  take();

  CHECK(ask_desk(leave_room{bot, "a"}) == "done");
  ana.command(R"("publish":{"channel":"a","data":1})");
  run();

  CHECK(take() == nothing);
  CHECK(ana.take().front().find(R"("leave":)") != std::string::npos);
  CHECK(presence("a") == lines{"c1"});
  CHECK(enter("a") == "done");
}

TEST_CASE_METHOD(with_bot, "desk: an actor that ends leaves all its rooms", "[actors][desk]") {
  auto& ana = join_sdk("a");
  enter("a");
  enter("b");
  CHECK(rooms() == lines{"a 2", "b 1"});
  CHECK(counts().member_actors.value() == 1);

  caf::anon_send_exit(bot, caf::exit_reason::kill);
  bot = nullptr;
  run();

  CHECK(rooms() == lines{"a 1", "b 0"});
  CHECK(counts().member_actors.value() == 0);
  CHECK_FALSE(ana.closed_with());
}

TEST_CASE_METHOD(with_bot, "desk: an actor goes on when its room crashes", "[actors][desk]") {
  auto& ana = connect_sdk();
  enter("a");
  crash_room("a");
  run();
  take();

  ana.command(R"("publish":{"channel":"a","data":1})");
  run();

  CHECK(take() == lines{"a: 1"});
  CHECK(say("a", "2") == "at 2");
}

TEST_CASE_METHOD(with_bot, "desk: those it has seated end with it", "[actors][desk]") {
  enter("a");

  dismiss(desk);
  run();

  CHECK(rooms() == lines{"a 0"});
}

#include "tests/actors/room_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;

namespace {

/// A room that keeps five publications for ten minutes, with offsets 1 to 8 used.
struct room_of_eight : room_fixture {
  room_of_eight() : room_fixture(small()) {
    for (auto i = 1; i <= 8; ++i)
      publish_text("x");
    ask_history(0);
    run();
    REQUIRE(heard().back() == "answer 9 history top 8");
    REQUIRE(epoch().size() == 8);
  }

  static room_options small() {
    room_options options;
    options.history_size = 5;
    options.history_ttl = 10min;
    options.idle_close = 1min;
    return options;
  }

  /// The one line heard since the last call, without the request's number.
  std::string answer() {
    run();
    auto log = heard();
    REQUIRE(log.size() == 1);
    auto text = log.front();
    auto number = text.find(' ') + 1;
    return text.erase(number, text.find(' ', number) + 1 - number);
  }

  std::string history(std::int64_t limit, std::optional<stream_position> since = std::nullopt,
                      bool reverse = false) {
    ask_history(limit, std::move(since), reverse);
    return answer();
  }

  std::string recovery(stream_position since, bool or_not = false) {
    recover("ana", std::move(since), or_not);
    return answer();
  }
};

} // namespace

TEST_CASE_METHOD(room_of_eight, "room: history is read in pages, both ways",
                 "[actors][room][history]") {
  CHECK(history(-1) == "answer history 4 5 6 7 8 top 8");
  CHECK(history(2) == "answer history 4 5 top 8");
  CHECK(history(2, stream_position{epoch(), 5}) == "answer history 6 7 top 8");
  CHECK(history(2, stream_position{epoch(), 7}) == "answer history 8 top 8");
  CHECK(history(2, stream_position{epoch(), 8}) == "answer history top 8");
  CHECK(history(2, std::nullopt, true) == "answer history 8 7 top 8");
  CHECK(history(2, stream_position{epoch(), 7}, true) == "answer history 6 5 top 8");
  CHECK(history(9, stream_position{epoch(), 5}, true) == "answer history 4 top 8");
}

TEST_CASE_METHOD(room_of_eight, "room: a limit of 0 asks for the position only",
                 "[actors][room][history]") {
  CHECK(history(0) == "answer history top 8");
  CHECK(history(0, stream_position{epoch(), 5}) == "answer history top 8");
}

TEST_CASE_METHOD(room_of_eight, "room: history of another epoch cannot be read",
                 "[actors][room][history]") {
  CHECK(history(-1, stream_position{"another", 5}) == "answer code 112");
  CHECK(history(-1, stream_position{"", 5}) == "answer history 6 7 8 top 8");
}

TEST_CASE_METHOD(room_of_eight, "room: reading down from the very beginning is a mistake",
                 "[actors][room][history]") {
  CHECK(history(-1, stream_position{epoch(), 0}, true) == "answer code 107");
}

TEST_CASE("room: a page of history has a limit of the server's", "[actors][room][history]") {
  room_fixture f;
  for (auto i = 0; i < 310; ++i)
    f.publish_text("x");
  f.run();
  f.heard();

  f.ask_history(-1);
  f.ask_history(1000);
  f.run();

  auto log = f.heard();
  REQUIRE(log.size() == 2);
  CHECK(log[0].ends_with(" 299 300 top 310"));
  CHECK(log[1].ends_with(" 299 300 top 310"));
}

TEST_CASE("room: a page of history is bounded by its bytes", "[actors][room][history]") {
  room_fixture f;
  for (auto i = 0; i < 12; ++i)
    f.publish_text(std::string(65'536, 'x'));
  f.run();
  f.heard();

  f.ask_history(-1);
  f.run();

  CHECK(f.heard() == lines{"answer 13 history 1 2 3 4 5 6 7 8 top 12"});
}

// The rules of recovery, one by one.

TEST_CASE_METHOD(room_of_eight, "room: who has everything recovers with nothing",
                 "[actors][room][recovery]") {
  CHECK(recovery({epoch(), 8}) == "entered top 8 recovered");
}

TEST_CASE_METHOD(room_of_eight, "room: who misses what is kept recovers all of it",
                 "[actors][room][recovery]") {
  CHECK(recovery({epoch(), 7}) == "entered top 8 recovered 8");
  CHECK(recovery({epoch(), 3}) == "entered top 8 recovered 4 5 6 7 8");
}

TEST_CASE_METHOD(room_of_eight, "room: who misses more than is kept does not recover",
                 "[actors][room][recovery]") {
  CHECK(recovery({epoch(), 2}) == "entered top 8");
  CHECK(recovery({epoch(), 0}) == "entered top 8");
}

TEST_CASE_METHOD(room_of_eight, "room: an empty epoch is any", "[actors][room][recovery]") {
  CHECK(recovery({"", 7}) == "entered top 8 recovered 8");
  CHECK(recovery({"", 2}) == "entered top 8");
}

TEST_CASE_METHOD(room_of_eight, "room: another epoch never recovers", "[actors][room][recovery]") {
  CHECK(recovery({"another", 8}) == "entered top 8");
  CHECK(recovery({"another", 7}) == "entered top 8");
}

TEST_CASE_METHOD(room_of_eight, "room: an offset that never was does not recover",
                 "[actors][room][recovery]") {
  CHECK(recovery({epoch(), 9}) == "entered top 8");
}

TEST_CASE_METHOD(room_of_eight, "room: who wants all or nothing is refused with 112",
                 "[actors][room][recovery]") {
  CHECK(recovery({epoch(), 2}, true) == "refused code 112");
  CHECK(recovery({"another", 8}, true) == "refused code 112");
  CHECK(counts->members.value() == 0);
  CHECK(recovery({epoch(), 7}, true) == "entered top 8 recovered 8");
  CHECK(counts->members.value() == 1);
}

TEST_CASE_METHOD(room_of_eight, "room: who is refused when asking again is out",
                 "[actors][room][recovery]") {
  enter("ana");
  enter("bob", true);
  run();
  heard();

  recover("ana", {epoch(), 1}, true);
  run();

  CHECK(heard() == lines{"-ana", "refused 12 code 112"});
  CHECK(counts->members.value() == 1);
}

TEST_CASE_METHOD(room_of_eight, "room: more than an answer may hold does not recover",
                 "[actors][room][recovery]") {
  start(room_options{});
  for (auto i = 0; i < 9; ++i)
    publish_text(std::string(65'536, 'x'));
  ask_history(0);
  run();
  heard();

  CHECK(recovery({epoch(), 1}) == "entered top 9 recovered 2 3 4 5 6 7 8 9");
  CHECK(recovery({epoch(), 0}) == "entered top 9");
}

TEST_CASE("room: more than a recovery may hold does not recover", "[actors][room][recovery]") {
  room_fixture f;
  for (auto i = 0; i < 302; ++i)
    f.publish_text("x");
  f.ask_history(0);
  f.run();
  f.heard();

  f.recover("ana", {f.epoch(), 2});
  f.recover("bob", {f.epoch(), 1});
  f.run();

  auto log = f.heard();
  REQUIRE(log.size() == 2);
  CHECK(log[0].ends_with(" 301 302"));
  CHECK(log[1] == "entered 305 top 302");
}

TEST_CASE_METHOD(room_of_eight, "room: history is forgotten a while after the last publish",
                 "[actors][room][history]") {
  shards.advance(9min);
  publish_text("x");
  run();
  heard();
  shards.advance(10min - 50ms);
  CHECK(history(-1) == "answer history 5 6 7 8 9 top 9");

  shards.advance(100ms);

  CHECK(history(-1) == "answer history top 9");
  CHECK(recovery({epoch(), 9}) == "entered top 9 recovered");
  CHECK(recovery({epoch(), 8}) == "entered top 9");
}

TEST_CASE_METHOD(room_of_eight, "room: epoch and offset outlive the history",
                 "[actors][room][history]") {
  enter("ana");
  run();
  auto before = epoch();
  shards.advance(11min);
  heard();

  publish_text("x");
  run();

  CHECK(heard() == lines{"pub 9 x", "answer 11 offset 9"});
  CHECK(history(-1) == "answer history 9 top 9");
  CHECK(epoch() == before);
}

TEST_CASE_METHOD(room_of_eight, "room: a new one has a new epoch and starts at 1",
                 "[actors][room][history]") {
  auto before = epoch();

  start(small());
  CHECK(history(0) == "answer history top 0");
  CHECK(epoch() != before);
  CHECK(recovery({before, 8}) == "entered top 0");
}

TEST_CASE("room: without history publications show no offset", "[actors][room][history]") {
  room_options options;
  options.history_size = 0;
  room_fixture f{options};
  f.enter("ana");
  f.publish_text("a");
  f.publish_text("b");
  f.run();

  // The audience still counts them, to see that none is lost.
  CHECK(
    f.heard()
    == lines{"entered 1 top 0", "pub 1 a", "answer 2 offset 1", "pub 2 b", "answer 3 offset 2"});
}

// Who is in a room, and how far their audiences are.
#include "tests/actors/room_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;

// -- members ------------------------------------------------------------------

TEST_CASE_METHOD(room_fixture, "room: presence lists who is here, by client and by user",
                 "[actors][room]") {
  subscribe_order twice;
  twice.who = person("phone", "ana");
  enter_as("phone", twice);
  twice.who = person("laptop", "ana");
  enter_as("laptop", twice);
  enter("bob");
  enter("cem");
  leave("cem");
  ask_presence();
  ask_presence(true);
  run();

  auto last = heard();
  REQUIRE(last.size() == 6);
  CHECK(last[4] == "answer 5 members bob laptop phone");
  CHECK(last[5] == "answer 6 counts 3 2");
}

TEST_CASE("room: a room too large to be listed can still be counted", "[actors][room]") {
  room_options options;
  options.presence_members_max = 1;
  room_fixture f{options};
  f.enter("ana");
  f.ask_presence();
  f.enter("bob");
  f.ask_presence();
  f.ask_presence(true);
  f.run();

  CHECK(f.heard()
        == lines{"entered 1 top 0", "answer 2 members ana", "entered 3 top 0", "answer 4 code 106",
                 "answer 5 counts 2 1"});
}

TEST_CASE("room: a full room takes nobody else, until somebody leaves", "[actors][room]") {
  room_options options;
  options.members_max = 2;
  room_fixture f{options};
  f.enter("ana");
  f.enter("bob");
  f.enter("cem");
  f.leave("ana");
  f.enter("cem");
  f.ask_presence();
  f.run();

  CHECK(f.heard()
        == lines{"entered 1 top 0", "entered 2 top 0", "refused 3 code 106", "entered 4 top 0",
                 "answer 5 members bob cem"});
}

TEST_CASE("room: who is in a full room may ask again", "[actors][room]") {
  room_options options;
  options.members_max = 1;
  room_fixture f{options};
  f.enter("ana");
  f.enter("ana");
  f.run();

  CHECK(f.heard() == lines{"entered 1 top 0", "entered 2 top 0"});
}

TEST_CASE_METHOD(room_fixture, "room: who joins hears its answer first, then its own join",
                 "[actors][room]") {
  enter("ana", true);
  run();

  CHECK(heard() == lines{"entered 1 top 0", "+ana"});
}

TEST_CASE_METHOD(room_fixture, "room: joins and leaves go to audiences with somebody who asked",
                 "[actors][room]") {
  enter("ana", true, 0);
  enter("bob", false, 1);
  run();
  CHECK(heard(0) == lines{"entered 1 top 0", "+ana", "+bob"});
  CHECK(heard(1) == lines{"entered 2 top 0"});

  leave("bob");
  leave("ana");
  run();

  CHECK(heard(0) == lines{"-bob"});
  CHECK(heard(1).empty());
}

TEST_CASE_METHOD(room_fixture, "room: a member leaves exactly once", "[actors][room]") {
  enter("ana", true);
  enter("bob");
  run();
  heard();

  leave("bob");
  leave("bob");
  leave("nobody");
  run();

  CHECK(heard() == lines{"-bob"});
  CHECK(counts->members.value() == 1);
}

TEST_CASE_METHOD(room_fixture, "room: asking again is no second join", "[actors][room]") {
  enter("ana", true);
  enter("ana", true);
  ask_presence(true);
  leave("ana");
  run();

  CHECK(heard() == lines{"entered 1 top 0", "+ana", "entered 2 top 0", "answer 3 counts 1 1"});
}

TEST_CASE("room: where joins are off nobody hears of any", "[actors][room]") {
  room_options options;
  options.join_leave = false;
  room_fixture f{options};
  f.enter("ana", true);
  f.enter("bob");
  f.leave("bob");
  f.run();

  CHECK(f.heard() == lines{"entered 1 top 0", "entered 2 top 0"});
}

// -- audiences ----------------------------------------------------------------

TEST_CASE_METHOD(room_fixture, "room: an audience that ends takes its members out",
                 "[actors][room]") {
  enter("ana", true, 0);
  enter("bob", true, 1);
  enter("cem", false, 1);
  run();
  heard(0);

  kill_audience(1);
  run();
  ask_presence();
  run();

  auto log = heard(0);
  REQUIRE(log.size() == 3);
  std::sort(log.begin(), log.begin() + 2);
  CHECK(log == lines{"-bob", "-cem", "answer 4 members ana"});
  CHECK(counts->members.value() == 1);
}

TEST_CASE("room: an audience that has ended is never waited for again", "[actors][room]") {
  room_fixture f{room_options{}, 4};
  for (auto name : {"bob", "dan", "eva", "fay", "gus", "hal"})
    f.enter(name, true, 1);
  f.enter("ana", true, 0);
  f.receipt(10, 0);
  f.receipt(10, 1);
  f.run();
  f.kill_audience(1);
  f.run();
  f.receipt(10);

  for (auto i = 0; i < 20; ++i) {
    f.enter("cem", false, 0);
    f.leave("cem");
    f.receipt(10);
  }
  f.run();
  f.heard();
  f.publish_text("a");
  f.run();

  CHECK(f.heard().front() == "pub 1 a");
}

TEST_CASE("room: publishes wait for an audience that is behind, and come in order",
          "[actors][room]") {
  room_fixture f{room_options{}, 3};
  f.enter("ana", false, 0);
  f.enter("bob", false, 1);
  f.run();
  f.heard(0);

  for (auto text : {"a", "b", "c", "d", "e"})
    f.publish_text(text);
  f.run();
  CHECK(f.heard(0)
        == lines{"pub 1 a", "answer 3 offset 1", "pub 2 b", "answer 4 offset 2", "pub 3 c",
                 "answer 5 offset 3"});

  // One of two has caught up: that is not enough.
  f.receipt(3, 0);
  f.run();
  CHECK(f.heard(0).empty());

  f.receipt(1, 1);
  f.run();
  CHECK(f.heard(0) == lines{"pub 4 d", "answer 6 offset 4"});

  f.publish_text("f");
  f.receipt(3, 1);
  f.run();
  CHECK(f.heard(0) == lines{"pub 5 e", "answer 7 offset 5", "pub 6 f", "answer 8 offset 6"});
}

TEST_CASE("room: joins and leaves count as what an audience is behind with", "[actors][room]") {
  room_fixture f{room_options{}, 3};
  f.enter("ana", true);
  f.enter("bob");
  f.leave("bob");
  f.run();
  f.heard();

  f.publish_text("a");
  f.run();
  CHECK(f.heard().empty());
  f.receipt(1);
  f.run();

  CHECK(f.heard() == lines{"pub 1 a", "answer 3 offset 1"});
}

TEST_CASE("room: what waits for an audience goes on when that one ends", "[actors][room]") {
  room_fixture f{room_options{}, 2};
  f.enter("ana", false, 0);
  f.enter("bob", false, 1);
  f.run();
  for (auto text : {"a", "b", "c"})
    f.publish_text(text);
  f.run();
  f.receipt(2, 0);
  f.run();
  f.heard(0);

  f.kill_audience(1);
  f.run();

  CHECK(f.heard(0) == lines{"pub 3 c", "answer 5 offset 3"});
}

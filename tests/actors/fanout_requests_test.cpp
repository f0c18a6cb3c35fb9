#include "tests/actors/fanout_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;

namespace {

const lines nothing;

fanout_options unanswered(std::size_t publishes, std::size_t bytes = 1'000'000) {
  fanout_options options;
  options.unanswered_publishes_max = publishes;
  options.unanswered_bytes_max = bytes;
  return options;
}

fanout_options slices_of_one() {
  fanout_options options;
  options.slice_members = 1;
  return options;
}

} // namespace

// -- finding rooms ------------------------------------------------------------

TEST_CASE_METHOD(fanout_fixture, "fanout: what waits for a room is sent in the order it came",
                 "[actors][fanout][requests]") {
  auto& ana = add("ana");
  ana.publish("lobby", 1, "a");
  ana.enter("lobby");
  fanout->read_history_of("lobby", ana.place(), 2, {});
  ana.publish("lobby", 3, "b");
  fanout->read_presence_of("lobby", ana.place(), 4, false);
  ana.publish("lobby", 5, "c");

  run();

  auto heard = told();
  REQUIRE(heard.size() == 6);
  CHECK(heard[0].ends_with(" a"));
  CHECK(heard[1].starts_with("subscribe"));
  CHECK(heard[2].starts_with("history"));
  CHECK(heard[3].ends_with(" b"));
  CHECK(heard[4].starts_with("presence"));
  CHECK(heard[5].ends_with(" c"));
}

TEST_CASE_METHOD(fanout_fixture, "fanout: a room that cannot be had refuses all that waits for it",
                 "[actors][fanout][requests]") {
  directory_fails = errc::unknown_channel;
  auto& ana = add("ana");
  ana.enter("lobby");
  CHECK(ana.publish("lobby", 1, "a") == sending::waits);
  fanout->read_history_of("lobby", ana.place(), 2, {});
  run();

  auto log = ana.take();
  std::sort(log.begin(), log.end());
  CHECK(log == lines{"answer 1 code 102", "answer 2 code 102", "refused lobby 102"});
  CHECK_FALSE(ana.is_in("lobby"));

  directory_fails = errc::none;
  ana.enter("lobby");
  run();
  CHECK(told().size() == 1);
}

TEST_CASE_METHOD(fanout_fixture, "fanout: a directory that does not answer is waited for so long",
                 "[actors][fanout][requests]") {
  directory_is_mute = true;
  auto& ana = add("ana");
  ana.enter("lobby");
  ana.publish("lobby", 1, "a");

  shards.advance(5s - 50ms);
  CHECK(ana.take() == nothing);
  shards.advance(100ms);

  auto log = ana.take();
  std::sort(log.begin(), log.end());
  CHECK(log == lines{"answer 1 code 100", "refused lobby 100"});
}

// -- publishing ---------------------------------------------------------------

TEST_CASE_METHOD(fanout_fixture, "fanout: a publish is answered once, to its sender",
                 "[actors][fanout][requests]") {
  auto& ana = seated("ana");
  auto& bob = seated("bob");
  CHECK(ana.publish("lobby", 7, "a") == sending::sent);
  run();
  auto number = last_number();
  CHECK(told() == lines{"publish " + std::to_string(number) + " a"});

  answer(number, 1);
  answer(number, 1);
  answer(number + 1000, 9);
  run();

  CHECK(ana.take() == lines{"answer 7 offset 1"});
  CHECK(bob.take() == nothing);
}

TEST_CASE("fanout: only so many publishes go unanswered; who can wait waits",
          "[actors][fanout][requests]") {
  fanout_fixture f{unanswered(2)};
  auto& ana = f.seated("ana");
  auto& bob = f.seated("bob", 0, wire_format::text);
  CHECK(ana.publish("lobby", 1, "a") == sending::sent);
  CHECK(ana.publish("lobby", 2, "b") == sending::sent);
  CHECK(ana.publish("lobby", 3, "c") == sending::refused);
  CHECK(bob.publish("lobby", 4, "d") == sending::waits);
  CHECK(bob.publish("lobby", 5, "e") == sending::waits);
  f.run();
  CHECK(f.told().size() == 2);
  auto last = f.last_number();

  f.answer(last - 1, 1);
  f.run();
  CHECK(f.told() == lines{"publish " + std::to_string(last + 1) + " d"});
  f.answer(last, 2);
  f.answer(last + 1, 3);
  f.run();
  f.answer(last + 2, 4);
  f.run();

  CHECK(ana.take() == lines{"answer 1 offset 1", "answer 2 offset 2"});
  CHECK(bob.take() == lines{"answer 4 offset 3", "answer 5 offset 4"});
  CHECK(ana.publish("lobby", 6, "f") == sending::sent);
}

TEST_CASE("fanout: only so many bytes go unanswered", "[actors][fanout][requests]") {
  fanout_fixture f{unanswered(100, 10)};
  auto& ana = f.seated("ana");
  CHECK(ana.publish("lobby", 1, "12345") == sending::sent);
  CHECK(ana.publish("lobby", 2, "1234567") == sending::sent);
  CHECK(ana.publish("lobby", 3, "") == sending::refused);
  f.run();

  f.answer(f.last_number() - 1, 1);
  f.run();

  CHECK(ana.publish("lobby", 4, "12345") == sending::sent);
}

TEST_CASE("fanout: bounds hold while a room is looked up, too", "[actors][fanout][requests]") {
  fanout_fixture f{unanswered(2)};
  auto& ana = f.add("ana");
  auto& bob = f.add("bob", wire_format::text);
  CHECK(ana.publish("lobby", 1, "a") == sending::waits);
  CHECK(ana.publish("lobby", 2, "b") == sending::waits);
  CHECK(ana.publish("lobby", 3, "c") == sending::refused);
  CHECK(bob.publish("lobby", 4, "d") == sending::waits);
  f.run();
  auto last = f.last_number();
  CHECK(f.told().size() == 2);

  f.answer(last - 1, 1);
  f.answer(last, 2);
  f.run();
  f.answer(last + 1, 3);
  f.run();

  CHECK(ana.take() == lines{"answer 1 offset 1", "answer 2 offset 2"});
  CHECK(bob.take() == lines{"answer 4 offset 3"});
}

// -- rooms that end -----------------------------------------------------------

TEST_CASE_METHOD(fanout_fixture, "fanout: publishes in flight are sent once more to the next room",
                 "[actors][fanout][requests]") {
  auto& ana = seated("ana", 0, wire_format::text);
  ana.publish("lobby", 1, "a");
  ana.publish("lobby", 2, "b");
  ana.publish("lobby", 3, "c");
  run();
  auto last = last_number();
  told();
  answer(last - 2, 1);

  kill_room();
  run();

  auto heard = told();
  REQUIRE(heard.size() == 3);
  std::sort(heard.begin(), heard.end());
  CHECK(heard[0].ends_with(" b"));
  CHECK(heard[1].ends_with(" c"));
  CHECK(heard[2].starts_with("subscribe"));
  CHECK(ana.take() == lines{"answer 1 offset 1"});

  for (const auto& line : {heard[0], heard[1]})
    answer(std::stoull(line.substr(8)), 1);
  run();
  CHECK(ana.take() == lines{"answer 2 offset 1", "answer 3 offset 1"});
}

TEST_CASE("fanout: a publish whose answer waits behind a slice is not sent again",
          "[actors][fanout][requests]") {
  fanout_fixture f{slices_of_one()};
  std::vector<guest*> crowd;
  for (auto name : {"a", "b", "c"})
    crowd.push_back(&f.seated(name, 0, wire_format::text));
  crowd[0]->publish("lobby", 1, "x");
  f.run();
  auto number = f.last_number();
  f.told();

  f.broadcast_of(1);
  f.answer(number, 1);
  f.shards.step();
  f.kill_room();
  f.run();

  for (const auto& line : f.told())
    CHECK(line.starts_with("subscribe"));
  CHECK(crowd[0]->take() == lines{"line 1", "answer 1 offset 1"});
  CHECK(crowd[1]->take() == lines{"line 1"});
  CHECK(crowd[2]->take() == lines{"line 1"});
}

TEST_CASE_METHOD(fanout_fixture, "fanout: a publish that outlived two rooms fails",
                 "[actors][fanout][requests]") {
  auto& ana = seated("ana", 0, wire_format::text);
  ana.publish("lobby", 1, "deadly");
  run();

  kill_room();
  run();
  kill_room();
  run();

  CHECK(ana.take() == lines{"answer 1 code 100"});
  CHECK(ana.publish("lobby", 2, "harmless") == sending::sent);
}

TEST_CASE("fanout: a publish that was only waiting has not failed yet",
          "[actors][fanout][requests]") {
  auto options = slices_of_one();
  options.unanswered_publishes_max = 1;
  fanout_fixture f{options};
  auto& ana = f.seated("ana", 0, wire_format::text);
  f.seated("bob", 0, wire_format::text);
  f.seated("cem", 0, wire_format::text);
  ana.publish("lobby", 1, "a");
  ana.publish("lobby", 2, "b");
  f.run();

  // The answer, behind slices, makes room for the second when nobody is there any more.
  f.broadcast_of(1);
  f.answer(f.last_number(), 1);
  f.shards.step();
  f.kill_room();
  f.run();
  f.kill_room();
  f.run();

  CHECK(ana.take() == lines{"line 1", "answer 1 offset 1"});
  auto heard = f.told();
  CHECK(std::count_if(heard.begin(), heard.end(), [](auto& x) { return x.ends_with(" b"); }) == 2);
}

TEST_CASE_METHOD(fanout_fixture, "fanout: when a room ends its SDK members are told to come again",
                 "[actors][fanout][requests]") {
  auto& ana = seated("ana");
  broadcast_of(1);
  kill_room();
  run();

  CHECK(ana.take() == lines{"pub 1", "out of lobby 2500"});
  CHECK_FALSE(ana.is_in("lobby"));
}

TEST_CASE_METHOD(fanout_fixture, "fanout: when a room ends line readers are taken along",
                 "[actors][fanout][requests]") {
  auto& ana = seated("ana", 7, wire_format::text);
  broadcast_of(8);
  kill_room();
  run();
  CHECK(ana.take() == lines{"line 8"});
  auto heard = told();
  REQUIRE(heard.size() == 1);
  CHECK(heard[0].ends_with(" ana"));

  broadcast_of(1);
  let_in(last_number(), 1);
  broadcast_of(2);
  run();

  CHECK(ana.take() == lines{"entered lobby 1", "line 2"});
}

TEST_CASE("fanout: line readers go on after a room that ended in the middle of a delivery",
          "[actors][fanout][requests]") {
  fanout_fixture f{slices_of_one()};
  std::vector<guest*> crowd;
  for (auto name : {"a", "b", "c"})
    crowd.push_back(&f.seated(name, 7, wire_format::text));
  f.broadcast_of(8);
  f.broadcast_of(9);
  f.shards.step();
  f.kill_room();
  f.run();
  auto last = f.last_number();
  for (auto number : {last - 2, last - 1, last})
    f.let_in(number, 0);
  f.broadcast_of(1);
  f.run();

  for (auto* each : crowd)
    CHECK(each->take() == lines{"line 8", "line 9", "entered lobby 0", "line 1"});
}

TEST_CASE_METHOD(fanout_fixture, "fanout: who was entering a room that ends enters the next one",
                 "[actors][fanout][requests]") {
  auto& ana = add("ana");
  ana.enter("lobby");
  run();
  broadcast_of(8);
  run();

  kill_room();
  run();
  CHECK(told().size() == 2);
  let_in(last_number(), 0);
  broadcast_of(1);
  run();

  CHECK(ana.take() == lines{"entered lobby 0", "pub 1"});
}

TEST_CASE_METHOD(fanout_fixture, "fanout: questions to a room that ends are asked of the next",
                 "[actors][fanout][requests]") {
  auto& ana = seated("ana", 0, wire_format::text);
  fanout->read_history_of("lobby", ana.place(), 1, {});
  fanout->read_presence_of("lobby", ana.place(), 2, true);
  run();
  auto asked = told();
  REQUIRE(asked.size() == 2);

  kill_room();
  run();
  CHECK(ana.take() == nothing);
  auto heard = told();
  REQUIRE(heard.size() == 3);
  CHECK(lines{heard.begin() + 1, heard.end()} == asked);
  answer(last_number() - 1, 3);
  run();
  CHECK(ana.take() == lines{"answer 1 offset 3"});

  kill_room();
  run();
  CHECK(ana.take() == lines{"answer 2 code 100"});
}

TEST_CASE_METHOD(fanout_fixture, "fanout: a room may end while its only member's socket is gone",
                 "[actors][fanout][requests]") {
  auto& ana = seated("ana");
  ana.lose_socket();

  kill_room();
  run();
  ana.end();
  run();

  CHECK(ana.take() == nothing);
  auto& bob = seated("bob");
  broadcast_of(1);
  run();
  CHECK(bob.take() == lines{"pub 1"});
}

TEST_CASE_METHOD(fanout_fixture, "fanout: the same while that member was entering",
                 "[actors][fanout][requests]") {
  auto& ana = add("ana");
  ana.enter("lobby");
  run();
  ana.lose_socket();
  kill_room();
  run();
  ana.end();
  run();

  CHECK(told() == lines{"subscribe 1 ana"});
}

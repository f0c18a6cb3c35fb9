#include "tests/actors/fanout_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace salon;
using namespace salon::testing;

namespace {

const lines nothing;

fanout_options holding(std::size_t publications) {
  fanout_options options;
  options.held_publications_max = publications;
  return options;
}

std::vector<publication_ptr> publications(std::uint64_t first, std::uint64_t last) {
  std::vector<publication_ptr> result;
  for (auto i = first; i <= last; ++i) {
    auto pub = std::make_shared<publication>();
    pub->offset = i;
    result.push_back(pub);
  }
  return result;
}

fanout_state::entry_request recovering(std::uint64_t since) {
  fanout_state::entry_request request;
  request.recover = true;
  request.since = {"epoch", since};
  return request;
}

fanout_state::entry_request with_joins() {
  fanout_state::entry_request request;
  request.join_leave = true;
  return request;
}

} // namespace

// -- one path -----------------------------------------------------------------

TEST_CASE_METHOD(fanout_fixture, "fanout: a member gets what follows its answer",
                 "[actors][fanout]") {
  auto& ana = add("ana");
  ana.enter("lobby");
  run();
  CHECK(told() == lines{"subscribe 1 ana"});

  let_in(1, 5);
  broadcast_of(6);
  broadcast_of(7);
  run();

  CHECK(ana.take() == lines{"entered lobby 5", "pub 6", "pub 7"});
}

TEST_CASE_METHOD(fanout_fixture, "fanout: each format is served its frames", "[actors][fanout]") {
  auto& ana = seated("ana", 5);
  auto& bob = seated("bob", 5, wire_format::text);

  broadcast_of(6);
  broadcast_of(0);
  run();

  CHECK(ana.take() == lines{"pub 6", "pub 0"});
  CHECK(bob.take() == lines{"line 6"});
}

TEST_CASE_METHOD(fanout_fixture, "fanout: what came before the answer is held, and told once",
                 "[actors][fanout][holding]") {
  auto& ana = add("ana");
  ana.enter("lobby");
  run();

  broadcast_of(4);
  broadcast_of(5);
  broadcast_of(6);
  run();
  CHECK(ana.take() == nothing);
  let_in(1, 5);
  broadcast_of(7);
  run();

  CHECK(ana.take() == lines{"entered lobby 5", "pub 6", "pub 7"});
}

TEST_CASE_METHOD(fanout_fixture, "fanout: held publications follow what was recovered",
                 "[actors][fanout][holding]") {
  auto& ana = add("ana");
  ana.enter("lobby", recovering(2));
  run();
  CHECK(told() == lines{"subscribe 1 ana since 2"});

  broadcast_of(5);
  broadcast_of(6);
  let_in(1, 5, "lobby", publications(3, 5));
  run();

  CHECK(ana.take() == lines{"recovered lobby 5: 3 4 5", "pub 6"});
}

TEST_CASE_METHOD(fanout_fixture, "fanout: passing publications are for those who are there",
                 "[actors][fanout][holding]") {
  auto& ana = add("ana");
  ana.enter("lobby");
  run();

  broadcast_of(0);
  let_in(1, 5);
  run();

  CHECK(ana.take() == lines{"entered lobby 5"});
}

TEST_CASE("fanout: when more comes than is held, the room is asked again",
          "[actors][fanout][holding]") {
  fanout_fixture f{holding(2)};
  auto& ana = f.add("ana");
  ana.enter("lobby", recovering(3));
  f.run();
  f.told();

  for (auto offset : {6u, 7u, 8u, 9u})
    f.broadcast_of(offset);
  f.let_in(1, 5, "lobby", publications(4, 5));
  f.run();
  CHECK(ana.take() == nothing);
  CHECK(f.told() == lines{"subscribe 2 ana since 3"});

  f.broadcast_of(10);
  f.let_in(2, 9, "lobby", publications(4, 9));
  f.broadcast_of(11);
  f.run();

  CHECK(ana.take() == lines{"recovered lobby 9: 4 5 6 7 8 9", "pub 10", "pub 11"});
}

TEST_CASE("fanout: an answer that is newer than what was not held is enough",
          "[actors][fanout][holding]") {
  fanout_fixture f{holding(2)};
  auto& ana = f.add("ana");
  ana.enter("lobby", recovering(3));
  f.run();
  f.told();

  // As from a room that is always far ahead: asking again would never end.
  for (auto offset : {6u, 7u, 8u, 9u})
    f.broadcast_of(offset);
  f.let_in(1, 9, "lobby", publications(4, 9));
  f.broadcast_of(10);
  f.run();

  CHECK(f.told().empty());
  CHECK(ana.take() == lines{"recovered lobby 9: 4 5 6 7 8 9", "pub 10"});
}

TEST_CASE("fanout: it asks again as often as it must", "[actors][fanout][holding]") {
  fanout_fixture f{holding(1)};
  auto& ana = f.add("ana");
  ana.enter("lobby");
  f.run();
  f.told();
  std::uint64_t top = 0;

  for (std::uint64_t round = 1; round <= 5; ++round) {
    f.broadcast_of(++top);
    f.broadcast_of(++top);
    f.let_in(round, top - 2);
    f.run();
    CHECK(f.told() == lines{"subscribe " + std::to_string(round + 1) + " ana"});
  }
  f.let_in(6, top);
  f.run();

  CHECK(ana.take() == lines{"entered lobby 10"});
}

TEST_CASE_METHOD(fanout_fixture, "fanout: an answer that nobody waits for is nothing",
                 "[actors][fanout]") {
  auto& ana = seated("ana", 5);

  let_in(1, 9);
  let_in(99, 9);
  broadcast_of(6);
  run();

  CHECK(ana.take() == lines{"pub 6"});
}

TEST_CASE_METHOD(fanout_fixture, "fanout: lower offsets are dropped, a gap ends the subscription",
                 "[actors][fanout]") {
  auto& ana = seated("ana", 5);

  broadcast_of(4);
  broadcast_of(5);
  broadcast_of(6);
  broadcast_of(6);
  broadcast_of(8);
  broadcast_of(9);
  run();

  CHECK(ana.take() == lines{"pub 6", "out of lobby 2500"});
  CHECK(told() == lines{"unsubscribe ana"});
  CHECK_FALSE(ana.is_in("lobby"));
}

TEST_CASE_METHOD(fanout_fixture, "fanout: a gap among what was held is a gap",
                 "[actors][fanout][holding]") {
  auto& ana = add("ana");
  ana.enter("lobby");
  run();
  told();

  broadcast_of(7);
  broadcast_of(8);
  let_in(1, 5);
  run();

  CHECK(ana.take() == lines{"entered lobby 5", "out of lobby 2500"});
  CHECK(told() == lines{"unsubscribe ana"});
}

TEST_CASE_METHOD(fanout_fixture, "fanout: who is kept out hears why and is not in",
                 "[actors][fanout]") {
  auto& ana = add("ana");
  ana.enter("lobby");
  run();
  told();

  broadcast_of(6);
  keep_out(1, errc::limit_exceeded);
  broadcast_of(7);
  run();

  CHECK(ana.take() == lines{"refused lobby 106"});
  CHECK_FALSE(ana.is_in("lobby"));
  CHECK(told() == nothing);
}

TEST_CASE_METHOD(fanout_fixture, "fanout: facts come to live members who asked",
                 "[actors][fanout]") {
  auto& ana = seated("ana", 0, wire_format::json, "lobby", with_joins());
  auto& bob = seated("bob");
  auto& cem = add("cem");
  cem.enter("lobby", with_joins());
  run();

  joined("dan");
  run();

  CHECK(ana.take() == lines{"+dan"});
  CHECK(bob.take() == nothing);
  CHECK(cem.take() == nothing);
}

// -- leaving ------------------------------------------------------------------

TEST_CASE_METHOD(fanout_fixture, "fanout: after leaving nothing comes, and the room hears once",
                 "[actors][fanout]") {
  auto& ana = seated("ana");
  broadcast_of(1);
  run();

  broadcast_of(2);
  ana.leave("lobby");
  run();

  CHECK(ana.take() == lines{"pub 1"});
  CHECK(told() == lines{"unsubscribe ana"});
  ana.end();
  run();
  CHECK(told() == nothing);
}

TEST_CASE_METHOD(fanout_fixture, "fanout: who ends leaves all its rooms", "[actors][fanout]") {
  auto& ana = seated("ana");
  ana.enter("garden");
  ana.enter("cellar");
  run();
  told("garden");
  told("cellar");

  ana.lose_socket();
  run();
  CHECK(told() == nothing);
  ana.end();
  run();

  for (auto room : {"lobby", "garden", "cellar"})
    CHECK(told(room) == lines{"unsubscribe ana"});
}

TEST_CASE_METHOD(fanout_fixture, "fanout: who ends before its room is found leaves no trace",
                 "[actors][fanout]") {
  auto& ana = add("ana");
  ana.enter("lobby");
  ana.end();
  run();

  CHECK(told() == nothing);
  auto& bob = seated("bob");
  broadcast_of(1);
  run();
  CHECK(bob.take() == lines{"pub 1"});
}

TEST_CASE_METHOD(fanout_fixture, "fanout: who ends before its answer is out again",
                 "[actors][fanout]") {
  auto& ana = add("ana");
  ana.enter("lobby");
  run();
  ana.end();
  run();
  let_in(1, 5);
  run();

  CHECK(told() == lines{"subscribe 1 ana", "unsubscribe ana"});
  CHECK(ana.take() == nothing);
}

TEST_CASE_METHOD(fanout_fixture, "fanout: an answer that finds the socket gone changes nothing",
                 "[actors][fanout]") {
  auto& ana = add("ana");
  ana.enter("lobby");
  run();
  ana.lose_socket();
  let_in(1, 5);
  broadcast_of(6);
  run();
  CHECK(ana.take() == nothing);

  ana.end();
  run();

  CHECK(told() == lines{"subscribe 1 ana", "unsubscribe ana"});
}

// -- the clock's check ---------------------------------------------------------

TEST_CASE_METHOD(fanout_fixture, "fanout: who is not where the room is is told so",
                 "[actors][fanout]") {
  fanout_state::entry_request positioned;
  positioned.positioned = true;
  auto& ana = seated("ana", 4, wire_format::json, "lobby", positioned);
  auto& bob = seated("bob", 4);
  broadcast_of(5);
  run();
  ana.take();
  bob.take();

  tell(handle, room_top{"lobby", 5});
  run();
  CHECK(ana.take().empty());

  tell(handle, room_top{"lobby", 6});
  run();
  CHECK(ana.take() == lines{"out of lobby 2500"});
  CHECK(bob.take().empty());
}

#include "tests/actors/fanout_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace salon;
using namespace salon::testing;

namespace {

const lines nothing;

fanout_options slices_of(std::size_t members) {
  fanout_options options;
  options.slice_members = members;
  return options;
}

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

// -- slices -------------------------------------------------------------------

TEST_CASE("fanout: a large room is delivered in slices, a small one is not delayed",
          "[actors][fanout][slices]") {
  fanout_fixture f{slices_of(2)};
  std::vector<guest*> crowd;
  for (auto name : {"a", "b", "c", "d", "e"})
    crowd.push_back(&f.seated(name));
  auto& small = f.seated("s", 0, wire_format::json, "garden");
  auto delivered = [&] {
    return std::count_if(crowd.begin(), crowd.end(), [](auto* x) { return !x->log().empty(); });
  };

  f.broadcast_of(1);
  f.broadcast_of(2);
  f.broadcast_of(1, "garden");
  f.shards.step();
  CHECK(delivered() == 2);
  f.shards.step();
  f.shards.step();
  CHECK(small.take() == lines{"pub 1"});
  CHECK(delivered() == 2);
  f.shards.step();
  CHECK(delivered() == 4);
  f.run();

  for (auto* each : crowd) {
    CHECK(each->take() == lines{"pub 1", "pub 2"});
    CHECK(each->bulk_frames == 2);
  }
  CHECK(small.bulk_frames == 0);
}

TEST_CASE("fanout: two large rooms take turns", "[actors][fanout][slices]") {
  fanout_fixture f{slices_of(1)};
  lines order;
  auto note = [&](guest& who, const std::string& name) {
    who.on_send = [&order, name] { order.push_back(name); };
  };
  for (auto name : {"a1", "a2", "a3"})
    note(f.seated(name, 0, wire_format::json, "a"), name);
  for (auto name : {"b1", "b2", "b3"})
    note(f.seated(name, 0, wire_format::json, "b"), name);

  f.broadcast_of(1, "a");
  f.broadcast_of(1, "b");
  f.run();

  CHECK(order == lines{"a1", "b1", "a2", "b2", "a3", "b3"});
}

TEST_CASE("fanout: who enters in the middle of a delivery is placed by its answer",
          "[actors][fanout][slices]") {
  fanout_fixture f{slices_of(1)};
  auto& ana = f.seated("ana");
  auto& bob = f.seated("bob");

  f.broadcast_of(1);
  f.shards.step();
  auto& cem = f.add("cem");
  cem.enter("lobby");
  f.run();
  f.let_in(f.last_number(), 1);
  f.broadcast_of(2);
  f.run();

  CHECK(ana.take() == lines{"pub 1", "pub 2"});
  CHECK(bob.take() == lines{"pub 1", "pub 2"});
  CHECK(cem.take() == lines{"entered lobby 1", "pub 2"});
}

TEST_CASE("fanout: a member may go in any slice, in any way", "[actors][fanout][slices]") {
  constexpr std::size_t crowd_size = 4;
  for (std::size_t slice = 1; slice <= 3; ++slice)
    for (std::size_t steps = 0; steps <= 10; ++steps)
      for (std::size_t who = 0; who < crowd_size; ++who)
        for (auto how : {0, 1, 2}) {
          CAPTURE(slice, steps, who, how);
          fanout_fixture f{slices_of(slice)};
          std::vector<guest*> crowd;
          for (auto name : {"a", "b", "c", "d"})
            crowd.push_back(&f.seated(name));

          f.broadcast_of(1);
          f.broadcast_of(2);
          for (std::size_t i = 0; i < steps; ++i)
            f.shards.step();
          if (how == 0)
            crowd[who]->leave("lobby");
          else if (how == 1)
            crowd[who]->lose_socket();
          else
            crowd[who]->end();
          auto before = crowd[who]->log().size();
          f.run();
          f.broadcast_of(3);
          f.run();

          for (std::size_t i = 0; i < crowd_size; ++i)
            if (i != who)
              REQUIRE(crowd[i]->take() == lines{"pub 1", "pub 2", "pub 3"});
          REQUIRE(crowd[who]->take().size() == before);
          auto heard = f.told();
          REQUIRE(std::count(heard.begin(), heard.end(), std::string{"unsubscribe "} + "abcd"[who])
                  == (how == 1 ? 0 : 1));
        }
}

TEST_CASE("fanout: all members may go in the middle of a delivery", "[actors][fanout][slices]") {
  for (std::size_t steps = 0; steps <= 6; ++steps) {
    CAPTURE(steps);
    fanout_fixture f{slices_of(1)};
    std::vector<guest*> crowd;
    for (auto name : {"a", "b", "c"})
      crowd.push_back(&f.seated(name));
    f.broadcast_of(1);
    f.broadcast_of(2);
    for (std::size_t i = 0; i < steps; ++i)
      f.shards.step();

    for (auto* each : crowd)
      each->end();
    f.run();
    auto heard = f.told();

    CHECK(heard.size() == 3);
    CHECK(f.counts->fanout_queue.value() == 0);
    auto& late = f.seated("late", 2);
    f.broadcast_of(3);
    f.run();
    CHECK(late.take() == lines{"pub 3"});
  }
}

TEST_CASE("fanout: a socket may end from inside its own delivery", "[actors][fanout][slices]") {
  for (std::size_t slice : {1u, 2u, 10u})
    for (std::size_t who : {0u, 1u, 2u}) {
      CAPTURE(slice, who);
      fanout_fixture f{slices_of(slice)};
      std::vector<guest*> crowd;
      for (auto name : {"a", "b", "c"})
        crowd.push_back(&f.seated(name));
      crowd[who]->on_send = [&, doomed = crowd[who]] {
        doomed->on_send = nullptr;
        doomed->end();
      };

      f.broadcast_of(1);
      f.broadcast_of(2);
      f.run();

      for (std::size_t i = 0; i < crowd.size(); ++i)
        CHECK(crowd[i]->take() == (i == who ? lines{"pub 1"} : lines{"pub 1", "pub 2"}));
      CHECK(f.told().size() == 1);
    }
}

TEST_CASE_METHOD(fanout_fixture, "fanout: a socket may end from inside what was held for it",
                 "[actors][fanout][holding]") {
  auto& ana = add("ana");
  ana.enter("lobby");
  run();
  ana.on_send = [&] {
    ana.on_send = nullptr;
    ana.end();
  };

  broadcast_of(1);
  broadcast_of(2);
  let_in(1, 0);
  run();

  CHECK(ana.take() == lines{"entered lobby 0", "pub 1"});
  CHECK(told() == lines{"subscribe 1 ana", "unsubscribe ana"});
}

// -- receipts -----------------------------------------------------------------

TEST_CASE("fanout: it tells how much it has delivered, behind the last slice",
          "[actors][fanout][slices]") {
  fanout_fixture f{slices_of(1)};
  f.seated("ana");
  f.seated("bob");

  for (std::uint64_t offset = 1; offset <= 63; ++offset)
    f.broadcast_of(offset);
  f.run();
  CHECK(f.told() == nothing);
  f.joined("cem");
  f.shards.step();
  CHECK(f.told() == nothing);
  f.run();
  CHECK(f.told() == lines{"receipt 64"});
  for (std::uint64_t offset = 64; offset <= 200; ++offset)
    f.broadcast_of(offset);
  f.run();

  CHECK(f.told() == lines{"receipt 64", "receipt 64"});
}

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

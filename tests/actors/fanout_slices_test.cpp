// Large rooms: what is delivered in several turns.
#include "tests/actors/fanout_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace salon;
using namespace salon::testing;

namespace {

const lines nothing;

fanout_options slices_of(std::size_t members) {
  fanout_options options;
  options.slice_members = members;
  return options;
}

} // namespace

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

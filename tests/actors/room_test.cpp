#include "tests/actors/room_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;

namespace {

constexpr auto uuid = "0a1b2c3d-0000-4000-8000-000000000001";

publish_order keyed(std::string key, std::string data) {
  publish_order order;
  order.from = room_fixture::person("ana");
  order.key = std::move(key);
  order.data = std::move(data);
  return order;
}

} // namespace

// -- order --------------------------------------------------------------------

TEST_CASE_METHOD(room_fixture, "room: offsets are contiguous from 1 on", "[actors][room]") {
  enter("ana");
  for (auto text : {"a", "b", "c"})
    publish_text(text);
  run();

  CHECK(heard()
        == lines{"entered 1 top 0", "pub 1 a", "answer 2 offset 1", "pub 2 b", "answer 3 offset 2",
                 "pub 3 c", "answer 4 offset 3"});
}

TEST_CASE_METHOD(room_fixture, "room: the offset moves even if nobody listens", "[actors][room]") {
  publish_text("a");
  publish_text("b");
  enter("ana");
  publish_text("c");
  run();

  CHECK(heard()
        == lines{"answer 1 offset 1", "answer 2 offset 2", "entered 3 top 2", "pub 3 c",
                 "answer 4 offset 3"});
}

TEST_CASE_METHOD(room_fixture, "room: each audience hears everything once, in the same order",
                 "[actors][room]") {
  enter("ana", false, 0);
  enter("bob", false, 1);
  enter("cem", false, 1);
  run();
  heard(0);
  heard(1);

  publish_text("a", 0);
  publish_text("b", 1);
  run();

  CHECK(heard(0) == lines{"pub 1 a", "answer 4 offset 1", "pub 2 b"});
  CHECK(heard(1) == lines{"pub 1 a", "pub 2 b", "answer 5 offset 2"});
}

TEST_CASE_METHOD(room_fixture, "room: an audience without members hears no publications",
                 "[actors][room]") {
  enter("ana", false, 0);
  enter("bob", false, 1);
  leave("bob");
  run();
  heard(1);

  publish_text("a");
  run();

  CHECK(heard(1).empty());
}

TEST_CASE_METHOD(room_fixture, "room: a passing publication has no offset and is in no history",
                 "[actors][room]") {
  enter("ana");
  publish_text("a");
  run();
  heard();

  publish_order typing;
  typing.data = "{}";
  typing.passing = true;
  publish_order_of(typing);
  publish_text("b");
  ask_history(-1);
  run();

  CHECK(heard()
        == lines{"pub 0 {}", "answer 3 offset 1", "pub 2 b", "answer 4 offset 2",
                 "answer 5 history 1 2 top 2"});
}

// -- keys ---------------------------------------------------------------------

TEST_CASE_METHOD(room_fixture, "room: a repeated key lands where it landed and tells nobody",
                 "[actors][room]") {
  enter("ana");
  publish_order_of(keyed(uuid, "a"));
  publish_text("b");
  publish_order_of(keyed(uuid, "a"));
  run();

  CHECK(heard()
        == lines{"entered 1 top 0", "pub 1 a", "answer 2 offset 1", "pub 2 b", "answer 3 offset 2",
                 "answer 4 offset 1"});
}

TEST_CASE_METHOD(room_fixture, "room: a key with other data, or none of the sender's, is refused",
                 "[actors][room]") {
  publish_order_of(keyed(uuid, "a"));
  publish_order_of(keyed(uuid, "other"));
  publish_order_of(keyed("not a uuid", "a"));
  ask_history(-1);
  run();

  CHECK(heard()
        == lines{"answer 1 offset 1", "answer 2 code 107", "answer 3 code 107",
                 "answer 4 history 1 top 1"});
}

TEST_CASE_METHOD(room_fixture, "room: a key may be used again when its window is over",
                 "[actors][room]") {
  publish_order_of(keyed(uuid, "a"));
  run();
  shards.advance(room_options{}.key_window);

  publish_order_of(keyed(uuid, "a"));
  run();

  CHECK(heard() == lines{"answer 1 offset 1", "answer 2 offset 2"});
}

// -- ending -------------------------------------------------------------------

TEST_CASE("room: an empty room without anything to keep asks to end, and ends", "[actors][room]") {
  room_options options;
  options.idle_close = 1min;
  room_fixture f{options};
  f.enter("ana");
  f.run();
  f.shards.advance(5min);
  CHECK(f.told_directory().empty());

  f.leave("ana");
  f.run();
  f.shards.advance(1min - 50ms);
  CHECK(f.told_directory().empty());
  f.shards.advance(50ms);
  CHECK(f.told_directory() == lines{"idle"});

  CHECK(f.is_running());
  tell(f.room, room_may_close{});
  f.run();
  CHECK_FALSE(f.is_running());
}

TEST_CASE("room: one that nobody ever enters ends, too", "[actors][room]") {
  room_options options;
  options.idle_close = 1min;
  room_fixture f{options};

  f.shards.advance(1min + 50ms);

  CHECK(f.told_directory() == lines{"idle"});
}

TEST_CASE("room: one that gets company while it waits to end stays", "[actors][room]") {
  room_options options;
  options.idle_close = 1min;
  room_fixture f{options};
  f.shards.advance(1min + 50ms);
  CHECK(f.told_directory() == lines{"idle"});

  f.enter("ana");
  tell(f.room, room_may_close{});
  f.run();
  CHECK(f.told_directory() == lines{"stays"});
  CHECK(f.heard() == lines{"entered 1 top 0"});

  f.leave("ana");
  f.run();
  f.shards.advance(1min);
  CHECK(f.told_directory() == lines{"idle"});
}

TEST_CASE("room: one with history stays until that is over", "[actors][room]") {
  room_options options;
  options.idle_close = 1min;
  options.history_ttl = 10min;
  room_fixture f{options};
  f.publish_text("a");
  f.run();

  f.shards.advance(10min);
  CHECK(f.told_directory().empty());
  f.shards.advance(1min);

  CHECK(f.told_directory() == lines{"idle"});
}

TEST_CASE("room: one with keys that may be repeated stays until they are forgotten",
          "[actors][room]") {
  room_options options;
  options.idle_close = 1min;
  options.history_size = 0;
  options.key_window = 5min;
  room_fixture f{options};
  f.publish_order_of(keyed(uuid, "a"));
  f.run();

  f.shards.advance(4min + 900ms);
  CHECK(f.told_directory().empty());
  f.shards.advance(1min + 200ms);

  CHECK(f.told_directory() == lines{"idle"});
}

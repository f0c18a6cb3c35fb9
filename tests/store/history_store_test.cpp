// What every store promises.
#include "tests/store/store_fixture.hpp"

#include <limits>
#include <thread>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;

using names = std::vector<std::string>;

TEST_CASE_METHOD(any_store, "history store: a new room begins with nothing",
                 "[store][history_store]") {
  auto opened = open_room(*store, "lobby", keep_all(), durability::disk, 5000);

  room_record expected;
  expected.room = "lobby";
  expected.epoch = "epoch-of-lobby";
  expected.last_publish = 5000;
  expected.durability = durability::disk;
  expected.kept = keep_all();
  CHECK(opened.record == expected);
  CHECK(opened.keys.empty());
  CHECK(record_of(*store, "lobby") == expected);
  CHECK(kept_in(*store, "lobby").empty());
}

TEST_CASE_METHOD(any_store, "history store: a room is adopted with what is new about it",
                 "[store][history_store]") {
  open_room(*store, "lobby");
  fill(*store, "lobby", 1, 3, "abc");

  retention shorter;
  shorter.publications_max = 2;
  auto opened = store->open_room({"lobby", durability::disk, shorter, "another", 9'000'000});

  REQUIRE(opened.has_value());
  CHECK(opened->record.epoch == "epoch-of-lobby");
  CHECK(opened->record.top == 3);
  CHECK(opened->record.first == 1);
  CHECK(opened->record.bytes == 9);
  CHECK(opened->record.last_publish == 3000);
  CHECK(opened->record.durability == durability::disk);
  CHECK(opened->record.kept == shorter);
  CHECK(record_of(*store, "lobby") == opened->record);
}

TEST_CASE_METHOD(any_store, "history store: a publication comes back as it was",
                 "[store][history_store]") {
  open_room(*store, "lobby");
  auto anonymous = std::make_shared<publication>();
  anonymous->offset = 2;
  anonymous->info = client_info{};
  auto nobody = std::make_shared<publication>();
  nobody->offset = 3;

  REQUIRE(append(*store, order_of("lobby", {made_of_all(1), anonymous, nobody}))
          == store_errc::none);

  auto page = store->since("lobby", 0, {});
  REQUIRE(page.has_value());
  REQUIRE(page->size() == 3);
  auto first = *page->at(0);
  CHECK(first.info.has_value());
  auto expected = *made_of_all(1);
  expected.info = first.info;
  CHECK(first == expected);
  CHECK(*page->at(1) == *anonymous);
  CHECK(*page->at(2) == *nobody);
}

TEST_CASE_METHOD(any_store, "history store: an append that leaves a gap or repeats is refused",
                 "[store][history_store]") {
  open_room(*store, "lobby");
  fill(*store, "lobby", 1, 3);

  CHECK(append(*store, order_of("lobby", {made(5)})) == store_errc::conflict);
  CHECK(append(*store, order_of("lobby", {made(3)})) == store_errc::conflict);
  CHECK(append(*store, order_of("lobby", {made(4), made(6)})) == store_errc::conflict);
  CHECK(append(*store, order_of("nowhere", {made(1)})) == store_errc::conflict);
  CHECK(append(*store, order_of("lobby", {})) == store_errc::none);
  CHECK(record_of(*store, "lobby").top == 3);
  CHECK(append(*store, order_of("lobby", {made(4)})) == store_errc::none);
}

TEST_CASE_METHOD(any_store, "history store: another epoch or an older term is refused",
                 "[store][history_store]") {
  auto term = open_room(*store, "lobby").record.term;
  // Where nodes share a store it alone makes new terms.
  if (kind == "PostgreSQL") {
    REQUIRE(store->release_room("lobby").code == store_errc::none);
    term = open_room(*store, "lobby").record.term;
  } else {
    term += 4;
  }
  auto order = order_of("lobby", {made(1)});
  order.term = term;
  REQUIRE(append(*store, order) == store_errc::none);

  auto foreign = order_of("lobby", {made(2)});
  foreign.term = term;
  foreign.epoch = "another";
  auto late = order_of("lobby", {made(2)});
  late.term = term - 1;

  CHECK(append(*store, foreign) == store_errc::conflict);
  CHECK(append(*store, late) == store_errc::conflict);
  CHECK(record_of(*store, "lobby").term == term);
  CHECK(record_of(*store, "lobby").top == 1);
}

TEST_CASE_METHOD(any_store, "history store: a refused order does not hold up the others",
                 "[store][history_store]") {
  for (const auto* room : {"a", "b", "c"})
    open_room(*store, room);

  auto result = store->append({order_of("a", {made(1)}), order_of("b", {made(2)}),
                               order_of("c", {made(1)}), order_of("a", {made(2)})});

  CHECK(result.each
        == std::vector{store_errc::none, store_errc::conflict, store_errc::none, store_errc::none});
  CHECK(result.sentence == "room b: offset 2 where 1 comes next");
  CHECK(kept_in(*store, "a") == offsets{1, 2});
  CHECK(kept_in(*store, "b").empty());
  CHECK(kept_in(*store, "c") == offsets{1});
}

TEST_CASE_METHOD(any_store, "history store: pages are contiguous in both directions",
                 "[store][history_store]") {
  open_room(*store, "lobby");
  open_room(*store, "other");
  fill(*store, "lobby", 1, 10);
  fill(*store, "other", 1, 2);

  CHECK(offsets_of(store->since("lobby", 0, {3, 1000})) == offsets{1, 2, 3});
  CHECK(offsets_of(store->since("lobby", 3, {3, 1000})) == offsets{4, 5, 6});
  CHECK(offsets_of(store->since("lobby", 9, {3, 1000})) == offsets{10});
  CHECK(offsets_of(store->since("lobby", 10, {3, 1000})).empty());
  CHECK(offsets_of(store->before("lobby", 11, {3, 1000})) == offsets{10, 9, 8});
  CHECK(offsets_of(store->before("lobby", 3, {3, 1000})) == offsets{2, 1});
  CHECK(offsets_of(store->before("lobby", 1, {3, 1000})).empty());
  CHECK(offsets_of(store->before("lobby", 0, {3, 1000})).empty());
  CHECK(offsets_of(store->since("nowhere", 0, {})).empty());
  CHECK(offsets_of(store->before("nowhere", 5, {})).empty());
}

TEST_CASE_METHOD(any_store, "history store: the largest offset is no trap",
                 "[store][history_store]") {
  open_room(*store, "lobby");
  fill(*store, "lobby", 1, 2);
  constexpr auto largest = std::numeric_limits<std::uint64_t>::max();

  CHECK(offsets_of(store->since("lobby", largest, {})).empty());
  CHECK(offsets_of(store->before("lobby", largest, {})) == offsets{2, 1});
  CHECK(append(*store, order_of("lobby", {made(largest)})) == store_errc::conflict);
}

TEST_CASE_METHOD(any_store, "history store: a page ends at its bytes, after one at least",
                 "[store][history_store]") {
  open_room(*store, "lobby");
  fill(*store, "lobby", 1, 5, std::string(100, 'x'));

  CHECK(offsets_of(store->since("lobby", 0, {10, 250})) == offsets{1, 2});
  CHECK(offsets_of(store->since("lobby", 0, {10, 300})) == offsets{1, 2, 3});
  CHECK(offsets_of(store->since("lobby", 0, {10, 1})) == offsets{1});
  CHECK(offsets_of(store->before("lobby", 6, {10, 250})) == offsets{5, 4});
  CHECK(offsets_of(store->before("lobby", 6, {10, 0})) == offsets{5});
  CHECK(offsets_of(store->since("lobby", 0, {0, 250})).empty());
}

TEST_CASE_METHOD(any_store, "history store: rooms are listed in the order of their names",
                 "[store][history_store]") {
  for (const auto* room : {"b", "a:1", "a", "C"})
    open_room(*store, room);

  auto listed = [this](const std::string& after, std::size_t limit) {
    auto rooms = store->rooms(after, limit);
    REQUIRE(rooms.has_value());
    names result;
    for (const auto& x : *rooms)
      result.push_back(x.room);
    return result;
  };

  CHECK(listed("", 10) == names{"C", "a", "a:1", "b"});
  CHECK(listed("", 2) == names{"C", "a"});
  CHECK(listed("a", 2) == names{"a:1", "b"});
  CHECK(listed("b", 2).empty());
  CHECK_FALSE(*store->find("c"));
}

TEST_CASE_METHOD(any_store, "history store: the oldest go when there are too many",
                 "[store][history_store]") {
  auto kept = keep_all();
  kept.publications_max = 3;
  open_room(*store, "lobby", kept);
  fill(*store, "lobby", 1, 10, "ab");

  CHECK(store->trim("lobby", 10'000, 5).value());
  CHECK(kept_in(*store, "lobby") == offsets{6, 7, 8, 9, 10});
  CHECK_FALSE(store->trim("lobby", 10'000, 5).value());
  CHECK(kept_in(*store, "lobby") == offsets{8, 9, 10});
  CHECK_FALSE(store->trim("lobby", 10'000, 5).value());

  auto record = record_of(*store, "lobby");
  CHECK(record.first == 8);
  CHECK(record.top == 10);
  CHECK(record.bytes == 6);
  CHECK(offsets_of(store->since("lobby", 2, {})) == offsets{8, 9, 10});
  CHECK(append(*store, order_of("lobby", {made(11)})) == store_errc::none);
}

TEST_CASE_METHOD(any_store, "history store: the oldest go when they are too large together",
                 "[store][history_store]") {
  auto kept = keep_all();
  kept.bytes_max = 250;
  open_room(*store, "lobby", kept);
  fill(*store, "lobby", 1, 5, std::string(100, 'x'));

  CHECK_FALSE(store->trim("lobby", 5000, 100).value());
  CHECK(kept_in(*store, "lobby") == offsets{4, 5});
  CHECK(record_of(*store, "lobby").bytes == 200);

  fill(*store, "lobby", 6, 6, std::string(1000, 'x'));
  CHECK_FALSE(store->trim("lobby", 6000, 100).value());
  CHECK(kept_in(*store, "lobby") == offsets{6});
}

TEST_CASE_METHOD(any_store, "history store: nothing is left of the stream after its time",
                 "[store][history_store]") {
  auto kept = keep_all();
  kept.ttl = 60s;
  open_room(*store, "lobby", kept);
  fill(*store, "lobby", 1, 3);

  CHECK(store->overdue(62'999, 10).value().empty());
  CHECK_FALSE(store->trim("lobby", 62'999, 10).value());
  CHECK(kept_in(*store, "lobby") == offsets{1, 2, 3});

  CHECK(store->overdue(63'000, 10).value() == names{"lobby"});
  CHECK_FALSE(store->trim("lobby", 63'000, 10).value());
  CHECK(kept_in(*store, "lobby").empty());
  CHECK(store->overdue(63'000, 10).value().empty());

  auto record = record_of(*store, "lobby");
  CHECK(record.first == 4);
  CHECK(record.bytes == 0);
  CHECK(append(*store, order_of("lobby", {made(4)})) == store_errc::none);
  CHECK(kept_in(*store, "lobby") == offsets{4});
}

TEST_CASE_METHOD(any_store, "history store: each publication goes at its age",
                 "[store][history_store]") {
  auto kept = keep_all();
  kept.age_max = 10s;
  open_room(*store, "lobby", kept);
  fill(*store, "lobby", 1, 5);

  CHECK(store->overdue(10'999, 10).value().empty());
  CHECK(store->overdue(12'500, 10).value() == names{"lobby"});
  CHECK_FALSE(store->trim("lobby", 12'500, 10).value());
  CHECK(kept_in(*store, "lobby") == offsets{3, 4, 5});
  CHECK(store->overdue(12'500, 10).value().empty());
  CHECK(store->overdue(13'000, 10).value() == names{"lobby"});
}

TEST_CASE_METHOD(any_store, "history store: a room that nobody publishes to is forgotten",
                 "[store][history_store]") {
  auto kept = keep_all();
  kept.ttl = 2h;
  kept.meta_ttl = 1h;
  open_room(*store, "lobby", kept);
  open_room(*store, "empty", kept);
  REQUIRE(append(*store, order_of("lobby", {made(1, "{}", 1000, "k"), made(2, "{}", 2000)}))
          == store_errc::none);
  auto end = std::int64_t{2000 + 3'600'000};

  CHECK(store->overdue(end - 1, 10).value().size() == 2); // the key, and the empty room
  CHECK(store->trim("lobby", end, 2).value());
  CHECK(record_of(*store, "lobby").top == 2);
  CHECK_FALSE(store->trim("lobby", end, 2).value());
  CHECK_FALSE(store->trim("empty", end, 2).value());

  CHECK_FALSE(*store->find("lobby"));
  CHECK_FALSE(*store->find("empty"));
  CHECK(store->keys("lobby").value().empty());
  CHECK_FALSE(store->trim("lobby", end, 2).value());
  CHECK(append(*store, order_of("lobby", {made(3)})) == store_errc::conflict);
  CHECK(open_room(*store, "lobby").record.top == 0);
}

TEST_CASE_METHOD(any_store, "history store: who publishes on keeps a room from being overdue",
                 "[store][history_store]") {
  auto kept = keep_all();
  kept.ttl = 60s;
  open_room(*store, "lobby", kept);
  fill(*store, "lobby", 1, 1);
  fill(*store, "lobby", 2, 50);

  CHECK(store->overdue(61'000, 10).value().empty());
  CHECK(store->overdue(109'999, 10).value().empty());
  CHECK(store->overdue(110'000, 10).value() == names{"lobby"});
}

TEST_CASE_METHOD(any_store, "history store: overdue rooms are named up to a limit",
                 "[store][history_store]") {
  auto kept = keep_all();
  kept.ttl = 1s;
  for (const auto* room : {"a", "b", "c"}) {
    open_room(*store, room, kept);
    fill(*store, room, 1, 1);
  }

  CHECK(store->overdue(5000, 2).value().size() == 2);
  CHECK(store->overdue(5000, 9).value().size() == 3);
}

TEST_CASE_METHOD(any_store, "history store: keys come back within their window",
                 "[store][history_store]") {
  auto kept = keep_all();
  kept.key_window = 5s;
  open_room(*store, "lobby", kept);
  auto by_bob = std::make_shared<publication>(*made(3, "{}", 3000, "k"));
  by_bob->info->user = "bob";
  auto by_server = std::make_shared<publication>(*made(4, "{}", 4000, "k"));
  by_server->info.reset();
  REQUIRE(append(*store, order_of("lobby", {made(1, "{}", 1000, "k"), made(2), by_bob, by_server}))
          == store_errc::none);

  auto early = open_room(*store, "lobby", kept, durability::process, 5999);
  auto later = open_room(*store, "lobby", kept, durability::process, 6000);

  CHECK(keys_of(early.keys) == names{"ana/k", "bob/k", "/k"});
  CHECK(keys_of(later.keys) == names{"bob/k", "/k"});
  CHECK(later.keys.front() == stored_key{"bob", "k", 42, 3, 3000});
  CHECK(keys_of(store->keys("lobby").value()) == names{"ana/k", "bob/k", "/k"});
  CHECK(store->overdue(5999, 10).value().empty());
  CHECK(store->overdue(6000, 10).value() == names{"lobby"});
  CHECK_FALSE(store->trim("lobby", 6000, 10).value());
  CHECK(keys_of(store->keys("lobby").value()) == names{"bob/k", "/k"});
  CHECK(kept_in(*store, "lobby") == offsets{1, 2, 3, 4});
}

TEST_CASE_METHOD(any_store, "history store: of too many keys the newest stay",
                 "[store][history_store]") {
  auto kept = keep_all();
  kept.keys_max = 2;
  open_room(*store, "lobby", kept);
  REQUIRE(append(*store, order_of("lobby", {made(1, "{}", 1000, "a"), made(2, "{}", 1000, "b"),
                                            made(3, "{}", 1000, "c"), made(4, "{}", 1000, "d")}))
          == store_errc::none);

  CHECK(keys_of(open_room(*store, "lobby", kept).keys) == names{"ana/c", "ana/d"});
  CHECK(store->trim("lobby", 1000, 1).value());
  CHECK_FALSE(store->trim("lobby", 1000, 1).value());
  CHECK(keys_of(store->keys("lobby").value()) == names{"ana/c", "ana/d"});
}

TEST_CASE_METHOD(any_store, "history store: keys outlive their publications",
                 "[store][history_store]") {
  auto kept = keep_all();
  kept.publications_max = 0;
  open_room(*store, "lobby", kept);
  REQUIRE(append(*store, order_of("lobby", {made(1, "{}", 1000, "a")})) == store_errc::none);

  CHECK_FALSE(store->trim("lobby", 1000, 10).value());

  CHECK(kept_in(*store, "lobby").empty());
  CHECK(keys_of(open_room(*store, "lobby", kept).keys) == names{"ana/a"});
}

TEST_CASE_METHOD(any_store, "history store: readers on other threads see whole appends",
                 "[store][history_store]") {
  auto kept = keep_all();
  kept.publications_max = 200;
  open_room(*store, "lobby", kept);
  constexpr auto last = std::uint64_t{2000};
  auto problems = std::vector<std::string>(2);
  auto read_on = [this](std::string& problem) {
    auto reader = store->make_reader();
    for (std::uint64_t at = 0; at < last;) {
      auto page = reader->since("lobby", at, {});
      if (!page) {
        problem = page.error().sentence;
        return;
      }
      for (const auto& pub : *page) {
        // Some may have gone before they were read; none is missing between two of a page.
        if (pub->offset != at + 1 && pub != page->front())
          problem = "a gap before " + std::to_string(pub->offset);
        at = pub->offset;
      }
      if (!page->empty() && at % 10 != 0 && page->size() < page_limits{}.publications_max)
        problem = "half an append, up to " + std::to_string(at);
    }
  };

  std::vector<std::thread> readers;
  readers.reserve(problems.size());
  for (auto& problem : problems)
    readers.emplace_back([&] { read_on(problem); });
  for (std::uint64_t at = 1; at <= last; at += 10) {
    fill(*store, "lobby", at, at + 9);
    CHECK(store->trim("lobby", 0, 1000).has_value());
  }
  for (auto& reader : readers)
    reader.join();

  CHECK(problems == names{"", ""});
}

TEST_CASE_METHOD(any_store, "history store: a room in use is not forgotten, what it kept goes",
                 "[store][history_store]") {
  auto kept = keep_all();
  kept.meta_ttl = std::chrono::milliseconds{5'000};
  kept.ttl = std::chrono::milliseconds{1'000};
  REQUIRE(store->open_room({"lobby", durability::process, kept, "epoch", 1'000}).has_value());
  REQUIRE(store->append({{"lobby", "epoch", 0, durability::process, {{made(1), 0}}}}).each
          == std::vector{store_errc::none});

  CHECK_FALSE(store->trim("lobby", 60'000, 10, true).value());

  auto room = store->find("lobby").value();
  REQUIRE(room.has_value());
  CHECK(room->top == 1);
  CHECK(room->first == 2);
  CHECK_FALSE(store->trim("lobby", 60'000, 10).value());
  CHECK_FALSE(store->find("lobby").value().has_value());
}

// What the store in PostgreSQL promises besides.
#include "tests/store/store_fixture.hpp"

#include <set>

using namespace salon;
using namespace salon::testing;

namespace {

// A store, and the database it is in.
class postgres {
public:
  static postgres_server& server() {
    return postgres_server::shared();
  }

  std::unique_ptr<postgres_store> store = open_in_postgres();
};

} // namespace

TEST_CASE_METHOD(postgres, "postgres store: everything is there after it was opened again",
                 "[store][postgres_store]") {
  auto written = made_of_all(4);
  open_room(*store, "lobby", keep_all(), durability::disk);
  fill(*store, "lobby", 1, 3);
  REQUIRE(append(*store, order_of("lobby", {written})) == store_errc::none);
  auto before = record_of(*store, "lobby");
  store.reset();

  store = open_on(server());

  CHECK(record_of(*store, "lobby") == before);
  CHECK(kept_in(*store, "lobby") == offsets{1, 2, 3, 4});
  CHECK(*store->since("lobby", 3, {}).value().front() == *written);
  auto opened = open_room(*store, "lobby");
  CHECK(opened.record.term == before.term + 1);
  CHECK(opened.record.epoch == before.epoch);
  CHECK(keys_of(opened.keys) == std::vector<std::string>{"bob/k"});
}

TEST_CASE_METHOD(postgres, "postgres store: a group of many rooms is one transaction",
                 "[store][postgres_store]") {
  std::vector<append_order> orders;
  for (auto i = 0; i < 200; ++i) {
    auto room = "room-" + std::to_string(i);
    open_room(*store, room);
    orders.push_back(order_of(room, {made(i == 77 ? 9 : 1)}));
  }

  auto result = store->append(orders);

  for (std::size_t i = 0; i < orders.size(); ++i)
    CHECK(result.each[i] == (i == 77 ? store_errc::conflict : store_errc::none));
  CHECK(result.sentence == "room room-77: offset 9 where 1 comes next");
  CHECK(server().run("SELECT count(DISTINCT xmin::text) || ' of ' || count(*)"
                     " FROM salon.publications")
        == "1 of 199");
}

TEST_CASE_METHOD(postgres, "postgres store: any bytes can be a name, a key or data",
                 "[store][postgres_store]") {
  open_room(*store, "lobby");
  auto odd = std::string{"\0\xff'\\", 4};
  auto pub = std::make_shared<publication>(*made(1, odd, 1000, odd));
  pub->info->user = odd;
  pub->info->conn_info = odd;

  REQUIRE(append(*store, order_of("lobby", {pub})) == store_errc::none);

  CHECK(*store->since("lobby", 0, {}).value().front() == *pub);
  CHECK(keys_of(store->keys("lobby").value()) == std::vector{odd + "/" + odd});
}

TEST_CASE_METHOD(postgres, "postgres store: a large append is no trap", "[store][postgres_store]") {
  open_room(*store, "lobby");
  open_room(*store, "other");
  std::vector<publication_ptr> pubs;
  for (std::uint64_t offset = 1; offset <= 256; ++offset)
    pubs.push_back(made(offset, std::string(60'000, static_cast<char>('a' + offset % 26))));

  auto result = store->append({order_of("lobby", pubs), order_of("other", {made(1)})});

  CHECK(result.each == std::vector(2, store_errc::none));
  CHECK(record_of(*store, "lobby").bytes == 256 * 60'000);
  CHECK(offsets_of(store->since("lobby", 10, {300, 262'144})) == offsets{11, 12, 13, 14});
  CHECK(kept_in(*store, "lobby").size() == 256);
}

TEST_CASE_METHOD(postgres, "postgres store: what was changed behind its back is found",
                 "[store][postgres_store]") {
  open_room(*store, "lobby");
  fill(*store, "lobby", 1, 5);
  auto column = GENERATE(as<std::string>{}, "time = time + 1", "kind = 1", "flags = 1", "type = 1",
                         "refers_to = 1", "data = 'xx'", "author = NULL", "client = NULL",
                         "conn_info = NULL, chan_info = '{}'", "tags = '{\"a\":\"b\"}'",
                         "tags = 'nonsense'", "key = 'k'");
  server().run("UPDATE salon.publications SET " + column + " WHERE place = 3");

  auto page = store->since("lobby", 0, {});
  auto reader = store->make_reader();
  auto same = reader->before("lobby", 9, {});

  REQUIRE(page.has_error());
  CHECK(page.error().code == store_errc::corrupt);
  CHECK(page.error().sentence
        == store->place() + ": room lobby, offset 3: the checksum is not that of the publication");
  REQUIRE(same.has_error());
  CHECK(same.error().code == store_errc::corrupt);
  CHECK(same.error().sentence == page.error().sentence);
  CHECK(offsets_of(store->since("lobby", 3, {})) == offsets{4, 5});
}

TEST_CASE_METHOD(postgres, "postgres store: a row that moved to another room is found",
                 "[store][postgres_store]") {
  open_room(*store, "lobby");
  open_room(*store, "other");
  fill(*store, "lobby", 1, 1);
  server().run("UPDATE salon.publications SET room = (SELECT id FROM salon.rooms"
               " WHERE name = 'other')");

  CHECK(store->since("other", 0, {}).error().code == store_errc::corrupt);
}

TEST_CASE_METHOD(postgres, "postgres store: a hole in a room is found", "[store][postgres_store]") {
  open_room(*store, "lobby");
  fill(*store, "lobby", 1, 5);
  server().run("DELETE FROM salon.publications WHERE place = 3");

  auto page = store->since("lobby", 0, {});

  REQUIRE(page.has_error());
  CHECK(page.error().code == store_errc::corrupt);
  CHECK(page.error().sentence
        == store->place() + ": room lobby: nothing is stored between the offsets 2 and 4");
}

TEST_CASE_METHOD(postgres, "postgres store: a broken room does not hold up the others",
                 "[store][postgres_store]") {
  open_room(*store, "broken");
  open_room(*store, "whole");
  fill(*store, "broken", 1, 5);
  server().run("UPDATE salon.rooms SET top = 4 WHERE name = 'broken'");

  auto result = store->append(
    {order_of("whole", {made(1)}), order_of("broken", {made(5)}), order_of("whole", {made(2)})});

  CHECK(result.each == std::vector{store_errc::none, store_errc::corrupt, store_errc::none});
  CHECK(result.sentence.ends_with("(room broken)"));
  CHECK(kept_in(*store, "whole") == offsets{1, 2});
  CHECK(append(*store, order_of("whole", {made(3)})) == store_errc::none);
}

TEST_CASE_METHOD(postgres, "postgres store: it tells how large it is", "[store][postgres_store]") {
  auto before = store->usage().bytes;
  open_room(*store, "lobby");
  for (std::uint64_t at = 1; at <= 20; ++at)
    fill(*store, "lobby", at, at, std::string(20'000, 'x') + std::to_string(at));

  CHECK(before > 0);
  CHECK(store->usage().bytes > before);
  CHECK(store->checkpoint().value() == 0);
}

TEST_CASE_METHOD(postgres, "postgres store: commits wait for the disk, whoever says otherwise",
                 "[store][postgres_store]") {
  auto setting = GENERATE(as<std::string>{}, "off", "local", "remote_apply");
  server().run("ALTER ROLE salon SET synchronous_commit = " + setting);
  postgres_options options;
  options.url = server().url();
  postgres_connection connection{options, "test"};

  auto used = connection.execute("SHOW synchronous_commit");

  CHECK(used.bytes(0, 0) == (setting == "remote_apply" ? "remote_apply" : "on"));
  server().run("ALTER ROLE salon RESET synchronous_commit");
}

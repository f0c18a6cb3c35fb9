// Who may write to a room in a database that nodes share.
#include "store/postgres_connection.hpp"
#include "tests/store/store_fixture.hpp"

#include <thread>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;

namespace {

// Two nodes on one database.
class two_nodes {
public:
  two_nodes() : a(open_in_postgres(named("a"))), b(open_on(server, named("b"))) {
    // nop
  }

  static postgres_options named(const std::string& name) {
    postgres_options options;
    options.node_name = name;
    return options;
  }

  static store_result<opened_room> open(history_store& store, const room_id& room = "lobby") {
    return store.open_room({room, durability::process, keep_all(), "epoch-of-" + room, 1000});
  }

  static std::uint64_t term_of(const store_result<opened_room>& opened) {
    INFO((opened ? std::string{} : opened.error().sentence));
    REQUIRE(opened.has_value());
    return opened->record.term;
  }

  static store_errc append_next(history_store& store, std::uint64_t term) {
    auto order = order_of("lobby", {made(record_of(store, "lobby").top + 1)});
    order.term = term;
    return append(store, order);
  }

  void let_expire(const std::string& name) const {
    server.run("UPDATE salon.nodes SET expires = clock_timestamp() - interval '1 ms'"
               " WHERE name = '"
               + name + "'");
  }

  // Waits until somebody waits for a lock.
  void await_waiting() const {
    while (server.run("SELECT count(*) FROM pg_locks WHERE NOT granted") == "0")
      std::this_thread::yield();
  }

  postgres_server& server = postgres_server::shared();
  std::unique_ptr<postgres_store> a;
  std::unique_ptr<postgres_store> b;
};

} // namespace

TEST_CASE_METHOD(two_nodes, "lease: a room that another node has is elsewhere",
                 "[store][postgres_lease]") {
  auto term = term_of(open(*a));

  auto refused = open(*b);

  REQUIRE(refused.has_error());
  CHECK(refused.error().code == store_errc::elsewhere);
  CHECK(refused.error().sentence == "a");
  CHECK(append_next(*b, term) == store_errc::conflict);
  CHECK(append_next(*a, term) == store_errc::none);
  CHECK(term_of(open(*a)) == term);
}

TEST_CASE_METHOD(two_nodes, "lease: a room that is given up goes on elsewhere, in the next term",
                 "[store][postgres_lease]") {
  auto term = term_of(open(*a));
  REQUIRE(append_next(*a, term) == store_errc::none);

  CHECK(b->release_room("lobby").code == store_errc::none); // not for it to give
  CHECK(open(*b).has_error());
  CHECK(a->release_room("lobby").code == store_errc::none);

  auto opened = open(*b);
  CHECK(term_of(opened) == term + 1);
  CHECK(opened->record.top == 1);
  CHECK(append_next(*a, term) == store_errc::conflict);
  CHECK(append_next(*a, term + 1) == store_errc::conflict);
  CHECK(append_next(*b, term) == store_errc::conflict);
  CHECK(append_next(*b, term + 1) == store_errc::none);
  CHECK(kept_in(*a, "lobby") == offsets{1, 2});
}

TEST_CASE_METHOD(two_nodes, "lease: when it is over anybody may have its rooms",
                 "[store][postgres_lease]") {
  auto term = term_of(open(*a));
  auto number = a->lease().number();
  let_expire("a");

  CHECK(append_next(*a, term) == store_errc::conflict);
  CHECK(term_of(open(*b)) == term + 1);

  CHECK(a->lease().renew().code == store_errc::none);
  CHECK(a->lease().number() != number);
  CHECK(append_next(*a, term) == store_errc::conflict);
  CHECK(append_next(*a, term + 1) == store_errc::conflict);
  CHECK(append_next(*b, term + 1) == store_errc::none);
  CHECK(open(*a).error().sentence == "b");
}

TEST_CASE_METHOD(two_nodes, "lease: one that was over does not come back, also if nobody noticed",
                 "[store][postgres_lease]") {
  auto term = term_of(open(*a));
  let_expire("a");

  REQUIRE(a->lease().renew().code == store_errc::none);

  CHECK(a->lease().is_valid());
  CHECK(append_next(*a, term) == store_errc::conflict);
  CHECK(term_of(open(*a)) == term + 1);
  CHECK(append_next(*a, term + 1) == store_errc::none);
}

TEST_CASE_METHOD(two_nodes, "lease: one that others have found over cannot be renewed",
                 "[store][postgres_lease]") {
  auto number = a->lease().number();
  auto term = term_of(open(*a));
  let_expire("a");
  REQUIRE(open(*b).has_value());
  // As if the database's clock had been put back.
  server.run("UPDATE salon.nodes SET expires = clock_timestamp() + interval '1 h'");

  REQUIRE(a->lease().renew().code == store_errc::none);

  CHECK(a->lease().number() != number);
  CHECK(append_next(*a, term) == store_errc::conflict);
}

TEST_CASE_METHOD(two_nodes, "lease: renewing makes it last", "[store][postgres_lease]") {
  auto number = a->lease().number();
  auto expires = "SELECT expires::text FROM salon.nodes WHERE name = 'a'";
  auto before = server.run(expires);

  REQUIRE(a->lease().renew().code == store_errc::none);

  CHECK(a->lease().number() == number);
  CHECK(a->lease().valid_number() == number);
  CHECK(server.run(expires) > before);
}

TEST_CASE_METHOD(two_nodes, "lease: without one nothing is opened", "[store][postgres_lease]") {
  let_expire("a");

  auto refused = open(*a);

  REQUIRE(refused.has_error());
  CHECK(refused.error().code == store_errc::unavailable);
  CHECK(refused.error().sentence == "room lobby: this node has no lease to open it with");
  CHECK_FALSE(*b->find("lobby"));
}

TEST_CASE_METHOD(two_nodes, "lease: who leaves gives up all rooms at once",
                 "[store][postgres_lease]") {
  REQUIRE(open(*a).has_value());
  REQUIRE(open(*a, "other").has_value());

  auto is_destroyed = GENERATE(true, false);
  if (is_destroyed)
    a.reset();
  else
    CHECK(a->release_all().code == store_errc::none);

  CHECK(term_of(open(*b)) == 1);
  CHECK(term_of(open(*b, "other")) == 1);
  if (a)
    CHECK_FALSE(a->lease().is_valid());
}

TEST_CASE("lease: the node's own clock ends it first", "[store][postgres_lease]") {
  postgres_options options;
  options.lease_ttl = 30min;
  options.lease_margin = options.lease_ttl;
  auto store = open_in_postgres(options);

  CHECK_FALSE(store->lease().is_valid());
  CHECK(store->lease().number() != 0);
  open_room(*store, "lobby");
  CHECK(append(*store, order_of("lobby", {made(1)})) == store_errc::none);
}

TEST_CASE_METHOD(two_nodes, "lease: a renewal that is under way is waited for",
                 "[store][postgres_lease]") {
  REQUIRE(open(*a).has_value());
  let_expire("a");
  postgres_options options;
  options.url = server.url();
  postgres_connection renewal{options, "test"};
  renewal.execute("BEGIN; UPDATE salon.nodes SET expires = clock_timestamp() + interval '1 h'"
                  " WHERE name = 'a'");

  store_result<opened_room> opened = store_error{};
  std::thread claiming{[&] { opened = open(*b); }};
  await_waiting();
  renewal.execute("COMMIT");
  claiming.join();

  REQUIRE(opened.has_error());
  CHECK(opened.error().code == store_errc::elsewhere);
}

TEST_CASE("lease: a node that froze in the middle of a transaction does not keep its rooms",
          "[store][postgres_lease]") {
  postgres_options of_a;
  of_a.life = client_id::random();
  auto a = open_in_postgres(of_a);
  auto& server = postgres_server::shared();
  postgres_options of_b;
  of_b.request_timeout = 400ms; // of which it waits a quarter for a lock
  auto b = open_on(server, of_b);
  open_room(*a, "lobby");
  fill(*a, "lobby", 1, 1);
  of_a.url = server.url();
  postgres_connection frozen{of_a, "writer"};
  frozen.execute("BEGIN; UPDATE salon.rooms SET top = 2");
  server.run("UPDATE salon.nodes SET ended = true WHERE life = '" + to_string(of_a.life) + "'");

  auto opened = two_nodes::open(*b);

  INFO((opened ? std::string{} : opened.error().sentence));
  REQUIRE(opened.has_value());
  CHECK(opened->record.top == 1);
  CHECK_FALSE(frozen.is_alive());
}

TEST_CASE_METHOD(two_nodes, "lease: only its home trims a room, and anybody one without a home",
                 "[store][postgres_lease]") {
  auto kept = keep_all();
  kept.publications_max = 2;
  kept.ttl = 60s;
  open_room(*a, "lobby", kept);
  fill(*a, "lobby", 1, 5);

  CHECK(b->overdue(100'000'000, 10).value().empty());
  CHECK_FALSE(b->trim("lobby", 5'000, 10).value());
  CHECK(kept_in(*b, "lobby").size() == 5);
  CHECK_FALSE(a->trim("lobby", 5'000, 10).value());
  CHECK(kept_in(*b, "lobby") == offsets{4, 5});

  REQUIRE(a->release_room("lobby").code == store_errc::none);
  CHECK(b->overdue(100'000'000, 10).value() == std::vector<room_id>{"lobby"});
  CHECK_FALSE(b->trim("lobby", 100'000'000, 10).value());
  CHECK(kept_in(*a, "lobby").empty());
}

TEST_CASE_METHOD(two_nodes, "lease: a node's second writer ends the first",
                 "[store][postgres_lease]") {
  auto options = named("a");
  options.url = server.url();
  options.life = client_id::random();
  postgres_connection lost{options, "writer"};
  lost.execute("BEGIN");

  auto again = open_on(server, options);

  CHECK_FALSE(lost.is_alive());
  CHECK(open(*again).has_value());
}

TEST_CASE_METHOD(two_nodes, "lease: of nodes that cannot hear each other one gives its rooms up",
                 "[store][postgres_lease]") {
  auto term = term_of(open(*b));
  auto lives = [this](const std::string& name) {
    return server.run("SELECT life FROM salon.nodes WHERE name = '" + name + "'");
  };
  a->lease().work_with({{lives("a")}, 1});
  b->lease().work_with({{lives("b")}, 2});

  // It sees that the other one is there, in another company, and then that it lives.
  CHECK(a->lease().renew().code == store_errc::none);
  CHECK(b->lease().renew().code == store_errc::none);
  CHECK(a->lease().renew().code == store_errc::none);
  CHECK(b->lease().renew().code == store_errc::unavailable);

  CHECK_FALSE(b->lease().is_valid());
  CHECK(append_next(*b, term) == store_errc::conflict);
  CHECK(term_of(open(*a)) == term + 1);
  // They hear each other again.
  b->lease().work_with({{lives("a"), lives("b")}, 3});
  CHECK(b->lease().renew().code == store_errc::none);
  CHECK(b->lease().is_valid());
}

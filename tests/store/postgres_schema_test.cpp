#include "store/postgres_error.hpp"
#include "store/postgres_schema.hpp"
#include "tests/store/store_fixture.hpp"

#include <array>
#include <thread>

using namespace salon;
using namespace salon::testing;

namespace {

constexpr std::array first{"CREATE SCHEMA IF NOT EXISTS salon;"
                           "CREATE TABLE salon.store(name text PRIMARY KEY, value text NOT NULL);"
                           "CREATE TABLE salon.t(x int); INSERT INTO salon.t VALUES(7)"};
constexpr std::array later{first[0], "ALTER TABLE salon.t ADD COLUMN y text DEFAULT 'new'",
                           "UPDATE salon.t SET x = x + 1"};
constexpr std::array broken{first[0], "UPDATE salon.t SET x = 0", "UPDATE salon.nothing SET x = 0"};

// A database without the schema.
class empty_database {
public:
  empty_database() {
    if (auto why = postgres_server::lack(); !why.empty())
      SKIP(why);
    server().run("DROP SCHEMA IF EXISTS salon CASCADE");
  }

  static postgres_server& server() {
    return postgres_server::shared();
  }

  static postgres_options options(const std::string& user = "salon") {
    postgres_options result;
    result.url = server().url(user);
    return result;
  }

  static std::string x() {
    return server().run("SELECT x FROM salon.t");
  }

  // Why a store is not opened here; its address as `PLACE`.
  static std::string refusal(const postgres_options& with) {
    auto store = open_postgres_store(with);
    REQUIRE(store.has_error());
    CHECK(store.error().code == store_errc::refused);
    auto sentence = store.error().sentence;
    auto place = shown_postgres_url(with.url);
    REQUIRE(sentence.starts_with(place));
    return "PLACE" + sentence.substr(place.size());
  }
};

} // namespace

TEST_CASE_METHOD(empty_database,
                 "postgres schema: an earlier version takes the steps that it lacks",
                 "[store][postgres_schema]") {
  postgres_connection database{options(), "test"};
  CHECK(migrate(database, first).empty());

  CHECK(migrate(database, later).empty());

  CHECK(x() == "8");
  CHECK(server().run("SELECT y FROM salon.t") == "new");
  CHECK(migrate(database, later).empty());
  CHECK(x() == "8");
  CHECK(migrate(database, first)
        == "written by a newer version of salon (schema 3, this one knows up to 1): use that "
           "version, or choose another database");
}

TEST_CASE_METHOD(empty_database, "postgres schema: a step that fails takes the others back",
                 "[store][postgres_schema]") {
  postgres_connection database{options(), "test"};
  REQUIRE(migrate(database, first).empty());

  CHECK_THROWS_AS(migrate(database, broken), postgres_failure);

  CHECK(x() == "7");
  CHECK(migrate(database, later).empty());
}

TEST_CASE_METHOD(empty_database, "postgres schema: nodes that start together make it once",
                 "[store][postgres_schema]") {
  std::vector<std::string> problems(4);
  std::vector<std::thread> nodes;
  nodes.reserve(problems.size());
  for (auto& problem : problems)
    nodes.emplace_back([&problem] {
      auto store = open_postgres_store(options());
      problem = store ? "" : store.error().sentence;
    });
  for (auto& node : nodes)
    node.join();

  CHECK(problems == std::vector<std::string>(4));
  CHECK(server().run("SELECT value FROM salon.store WHERE name = 'schema'")
        == std::to_string(postgres_schema_steps().size()));
}

TEST_CASE_METHOD(empty_database, "postgres schema: a newer one is refused",
                 "[store][postgres_schema]") {
  open_on(server());
  server().run("UPDATE salon.store SET value = '99' WHERE name = 'schema'");

  CHECK(refusal(options())
        == "PLACE: written by a newer version of salon (schema 99, this one knows up to 1): use "
           "that version, or choose another database");
}

TEST_CASE_METHOD(empty_database, "postgres schema: a role that may only use it is enough",
                 "[store][postgres_schema]") {
  server().run("DROP ROLE IF EXISTS chat; CREATE ROLE chat LOGIN");
  CHECK(refusal(options("chat")).starts_with("PLACE: permission denied for database"));
  open_on(server());
  CHECK(refusal(options("chat")).starts_with("PLACE: permission denied for schema salon"));
  server().run("GRANT USAGE ON SCHEMA salon TO chat;"
               "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA salon TO chat;"
               "GRANT USAGE ON ALL SEQUENCES IN SCHEMA salon TO chat");

  auto store = open_on(server(), options("chat"));

  open_room(*store, "lobby");
  REQUIRE(append(*store, order_of("lobby", {made(1, "{}", 1000, "k")})) == store_errc::none);
  CHECK(store->trim("lobby", 1'000'000'000'000, 10).has_value());
  CHECK(store->recover().code == store_errc::none);
  CHECK(store->usage().bytes > 0);
  store.reset();
  server().run("DROP OWNED BY chat; DROP ROLE chat");
}

TEST_CASE("postgres url: a password is not shown", "[store][postgres_schema]") {
  CHECK(shown_postgres_url("postgres://ana:secret@db.example.org:5433/chat?sslmode=require")
        == "postgres://ana@db.example.org:5433/chat");
  CHECK(shown_postgres_url("postgresql://one,two/chat?user=ana&password=secret")
        == "postgres://ana@one,two/chat");
  CHECK(shown_postgres_url("postgres://ana:sec ret@[/chat") == "postgres://...");
  CHECK(is_postgres_url("postgres://"));
  CHECK(is_postgres_url("postgresql://x"));
  CHECK_FALSE(is_postgres_url("/var/lib/postgres://x"));

  auto url = GENERATE(as<std::string>{}, "postgres://ana:secret@/chat?host=/nowhere/at/all",
                      "postgres://ana:secret@[/chat", "postgres://ana:secret@h/chat?no=such");
  postgres_options options;
  options.url = url;
  auto store = open_postgres_store(options);
  REQUIRE(store.has_error());
  CHECK(store.error().code == store_errc::refused);
  CHECK(store.error().sentence.find("secret") == std::string::npos);
}

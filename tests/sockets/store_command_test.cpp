// `salon store` as an operator uses it.
#include "store/sqlite_store.hpp"
#include "tests/store/store_fixture.hpp"
#include "tests/support/server_process.hpp"

#include <fstream>

using namespace salon;
using namespace salon::testing;

TEST_CASE("store command: rooms move from one file to another", "[sockets][store_command]") {
  scratch_file folder{""};
  auto store = open_in(folder.folder());
  open_room(*store, "lobby");
  REQUIRE(append(*store, order_of("lobby", {made_of_all(1), made(2)})) == store_errc::none);
  auto from = folder.folder() + "/state/rooms.db";
  auto to = folder.folder() + "/copy/rooms.db";
  auto lines = folder.folder() + "/lines";

  // The store is open in this process, as it would be in a server.
  salon_process exporting{{"store", "export", from}};
  REQUIRE(exporting.wait() == 0);
  std::ofstream{lines} << exporting.await_log("epoch-of-lobby") << '\n'
                       << exporting.await_log("\"offset\":1") << '\n'
                       << exporting.await_log("\"offset\":2") << '\n';
  salon_process importing{{"store", "import", to, lines}};
  CHECK(importing.wait() == 0);
  salon_process checking{{"store", "check", to}};
  CHECK(checking.wait() == 0);
  CHECK(checking.await_log("problems") == "1 rooms, 2 publications, 0 problems");

  sqlite_options options;
  options.path = to;
  auto copy = open_sqlite_store(options);
  REQUIRE(copy.has_value());
  CHECK(record_of(**copy, "lobby").epoch != "epoch-of-lobby");
  auto same
    = [](const publication_ptr& one, const publication_ptr& other) { return *one == *other; };
  auto originals = store->since("lobby", 0, {}).value();
  auto copies = (*copy)->since("lobby", 0, {}).value();
  CHECK(std::equal(originals.begin(), originals.end(), copies.begin(), copies.end(), same));
}

TEST_CASE("store command: an import does not disturb a server", "[sockets][store_command]") {
  scratch_file folder{""};
  auto store = open_in(folder.folder());
  auto lines = folder.folder() + "/lines";
  std::ofstream{lines} << "";

  salon_process importing{{"store", "import", folder.folder() + "/state/rooms.db", lines}};

  CHECK(importing.wait() == 2);
  importing.await_log("in use by process " + std::to_string(::getpid()));
}

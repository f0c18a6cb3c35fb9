#include "app/command_line.hpp"
#include "store/sqlite_store.hpp"
#include "tests/store/store_fixture.hpp"

#include <SQLiteCpp/Database.h>

#include <fstream>
#include <sstream>

using namespace salon;
using namespace salon::testing;

namespace {

struct outcome {
  int status;
  std::string out;
  std::string err;
};

outcome salon_store(std::vector<std::string> words) {
  words.insert(words.begin(), {"salon", "store"});
  std::vector<const char*> arguments;
  arguments.reserve(words.size());
  for (const auto& x : words)
    arguments.push_back(x.c_str());
  std::ostringstream out;
  std::ostringstream err;
  auto asked
    = read_command_line(static_cast<int>(arguments.size()), arguments.data(), {}, out, err);
  CHECK_FALSE(asked.serve);
  return {asked.status, out.str(), err.str()};
}

// A folder with a store of two rooms in it, and room for more.
class stored {
public:
  stored() : folder_("") {
    auto store = open_in(folder_.folder());
    open_room(*store, "lobby");
    open_room(*store, "other");
    fill(*store, "lobby", 1, 3);
  }

  std::string path(const std::string& name = "state/rooms.db") const {
    return folder_.folder() + "/" + name;
  }

  std::string write(const std::string& text) const {
    std::ofstream{path("lines")} << text;
    return path("lines");
  }

private:
  scratch_file folder_;
};

} // namespace

TEST_CASE_METHOD(stored, "store check: says that all is well", "[app][store_command]") {
  auto result = salon_store({"check", path()});

  CHECK(result.status == 0);
  CHECK(result.out == "2 rooms, 3 publications, 0 problems\n");
  CHECK(result.err.empty());
}

TEST_CASE_METHOD(stored, "store check: names what is wrong", "[app][store_command]") {
  SQLite::Database{path(), SQLite::OPEN_READWRITE}.exec(
    "DELETE FROM publications WHERE offset = 2");

  auto result = salon_store({"check", path()});

  CHECK(result.status == 1);
  CHECK(result.out == "room lobby: offset 2 is missing\n2 rooms, 2 publications, 1 problems\n");
}

TEST_CASE_METHOD(stored, "store check: what cannot be opened ends with 2", "[app][store_command]") {
  auto missing = salon_store({"check", path("missing")});
  CHECK(missing.status == 2);
  CHECK(missing.err == path("missing") + ": unable to open database file\n");

  auto foreign = salon_store({"export", write(std::string(1000, 'x'))});
  CHECK(foreign.status == 2);
  CHECK(foreign.err == path("lines") + ": file is not a database\n");
}

TEST_CASE_METHOD(stored, "store: it can be looked at while a server has it open",
                 "[app][store_command]") {
  sqlite_options options;
  options.path = path();
  auto server = open_sqlite_store(options);
  REQUIRE(server.has_value());

  CHECK(salon_store({"check", path()}).status == 0);
  CHECK(salon_store({"export", path()}).status == 0);
  auto import = salon_store({"import", path(), write("")});
  CHECK(import.status == 2);
  CHECK(import.err.find("in use by process") != std::string::npos);
}

TEST_CASE_METHOD(stored, "store export: another store can import it", "[app][store_command]") {
  auto out = salon_store({"export", path()});
  CHECK(out.status == 0);
  CHECK(out.err == "2 rooms, 3 publications\n");

  auto in = salon_store({"import", path("new/rooms.db"), write(out.out)});
  CHECK(in.status == 0);
  CHECK(in.out == "2 rooms, 3 publications\n");
  CHECK(salon_store({"check", path("new/rooms.db")}).out
        == "2 rooms, 3 publications, 0 problems\n");

  auto again = salon_store({"import", path("new/rooms.db"), path("lines")});
  CHECK(again.status == 1);
  CHECK(again.err == "line 1: room lobby: it is there already\n");
}

TEST_CASE_METHOD(stored, "store: wrong words get an answer", "[app][store_command]") {
  CHECK(salon_store({}).status == 2);
  CHECK(salon_store({"check"}).status == 2);
  CHECK(salon_store({"check"}).err.find("FILE") != std::string::npos);
  CHECK(salon_store({"check", path(), "more"}).status == 2);
  CHECK(salon_store({"chek", path()}).status == 2);
  auto missing = salon_store({"import", path("new/rooms.db"), path("missing")});
  CHECK(missing.status == 2);
  CHECK(missing.err == path("missing") + ": No such file or directory\n");
}

TEST_CASE_METHOD(stored, "store: rooms move from a file into a database", "[app][store_command]") {
  auto lines = write(salon_store({"export", path()}).out);
  open_in_postgres().reset();
  auto database = postgres_server::shared().url();

  auto imported = salon_store({"import", database, lines});
  auto again = salon_store({"import", database, lines});
  auto checked = salon_store({"check", database});

  CHECK(imported.status == 0);
  CHECK(imported.out == "2 rooms, 3 publications\n");
  CHECK(again.status == 1);
  CHECK(again.err.find("room lobby: it is there already") != std::string::npos);
  CHECK(checked.out == "2 rooms, 3 publications, 0 problems\n");
}

TEST_CASE_METHOD(stored, "store: a database without rooms is not looked at",
                 "[app][store_command]") {
  open_in_postgres().reset();
  postgres_server::shared().run("DROP SCHEMA salon CASCADE");

  auto checked = salon_store({"check", postgres_server::shared().url()});

  CHECK(checked.status == 2);
  CHECK(checked.err.find("start the server with it once") != std::string::npos);
  CHECK(postgres_server::shared().run("SELECT to_regnamespace('salon') IS NULL") == "t");
}

// Holds the #include lines to the order of the folders, and each third party to its door.
#include "tests/tree/source_tree.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <map>
#include <regex>

using namespace salon::tree;

namespace {

using names = std::vector<std::string>;

// Folder -> the folders whose headers it may include.
const std::map<std::string, names> arrows{
  {"base", {"base"}},
  {"messages", {"base", "messages"}},
  {"store", {"base", "messages", "store"}},
  {"actors", {"base", "messages", "store", "actors"}},
  {"net", {"base", "messages", "store", "actors", "net"}},
  {"server", {"base", "messages", "store", "actors", "net", "server"}},
  {"client", {"base", "messages", "store", "actors", "net", "client"}},
  {"app", {"base", "messages", "store", "actors", "net", "server", "client", "app"}},
};

// Headers that begin so -> the paths that may include them. The first that fits counts.
// server/node_core puts the parts together and takes them apart again: it starts and ends the actor
// system, and waits for signals.
const std::vector<std::pair<std::string, names>> doors{
  {"spdlog/", {"base/log."}},
  {"fmt/", {"base/log."}},
  {"caf/actor_system", {"base/", "messages/", "actors/", "server/"}},
  {"caf/init_global_meta_objects.hpp", {"base/", "messages/", "actors/", "server/"}},
  {"caf/actor_registry.hpp", {"base/", "actors/", "server/node_core"}},
  {"caf/io/", {"actors/caf_carrier"}},
  {"caf/openssl/", {"actors/caf_carrier"}},
  {"caf/", {"base/", "messages/", "actors/"}},
  {"boost/asio", {"base/", "net/", "client/", "server/node_core"}},
  {"boost/beast", {"net/", "client/"}},
  {"SQLiteCpp/", {"store/sqlite_"}},
  {"sqlite3.h", {"store/sqlite_"}},
  {"libpq-fe.h", {"store/postgres_"}},
  {"histedit.h", {"app/line_editor."}},
  {"boost/", {"base/", "messages/", "store/", "actors/", "net/", "server/", "client/"}},
  {"openssl/", {"net/", "actors/caf_carrier_network."}},
  {"toml.hpp", {"server/", "app/"}},
  {"toml11/", {"server/", "app/"}},
  {"CLI/", {"server/", "app/"}},
  {"google/protobuf", {"messages/link_encode.", "messages/link_decode."}},
  {"messages/link.pb.h", {"messages/link_encode.", "messages/link_decode."}},
};

bool begins_with_one_of(std::string_view text, const names& beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [text](const std::string& x) { return text.starts_with(x); });
}

std::string top(std::string_view path) {
  return std::string{path.substr(0, path.find('/'))};
}

void judge_own(const std::string& path, const std::string& header, complaints& found) {
  auto allowed = arrows.find(top(path));
  if (allowed != arrows.end() && !contains(allowed->second, top(header)))
    found.push_back(path + " may not include \"" + header + "\"");
}

void judge_third_party(const std::string& path, const std::string& header, complaints& found) {
  auto door = std::find_if(doors.begin(), doors.end(),
                           [&](const auto& x) { return header.starts_with(x.first); });
  if (door != doors.end()) {
    if (!begins_with_one_of(path, door->second))
      found.push_back(path + " is not where <" + header + "> comes in");
  } else if (header.ends_with(".hpp") || header.ends_with(".pb.h")) {
    found.push_back(path + " includes <" + header + ">, which has no door in this test");
  }
}

/// Every include of `text` that its place in the tree forbids.
complaints wrong_includes(const std::string& path, const std::string& text) {
  static const std::regex line{R"re((?:^|\n)[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">])re"};
  complaints found;
  for (auto i = std::sregex_iterator{text.begin(), text.end(), line}; i != std::sregex_iterator{};
       ++i) {
    // What protoc made is ours by its place and a third party's by what it brings in.
    if ((*i)[1] == "\"" && !(*i)[2].str().ends_with(".pb.h"))
      judge_own(path, (*i)[2], found);
    else
      judge_third_party(path, (*i)[2], found);
  }
  return found;
}

} // namespace

TEST_CASE("includes: no folder reaches into one above it, nor a third party past its door",
          "[tree][includes]") {
  complaints found;
  auto files = product_files();

  for (const auto& x : files)
    for (auto& complaint : wrong_includes(x.path, x.text))
      found.push_back(std::move(complaint));

  CHECK(files.size() > 20);
  CHECK(found == complaints{});
}

TEST_CASE("includes: a planted wrong arrow is found", "[tree][includes]") {
  CHECK(wrong_includes("base/clock.hpp", "#include \"messages/ids.hpp\"\n").size() == 1);
  CHECK(wrong_includes("actors/room.cpp", "\n  # include \"net/outbox.hpp\"").size() == 1);
  CHECK(wrong_includes("client/checker.cpp", "#include \"server/config.hpp\"\n").size() == 1);
  CHECK(wrong_includes("server/server.cpp", "#include \"client/checker.hpp\"\n").size() == 1);
  CHECK(wrong_includes("net/front.cpp", "#include \"../server/config.hpp\"\n").size() == 1);
  CHECK(wrong_includes("net/front.cpp", "#include \"outbox.hpp\"\n").size() == 1);
  CHECK(wrong_includes("actors/room.cpp", "#include \"actors/room.hpp\"\n").empty());
}

TEST_CASE("includes: a third party past its door is found", "[tree][includes]") {
  CHECK(wrong_includes("net/front.cpp", "#include <spdlog/spdlog.h>\n").size() == 1);
  CHECK(wrong_includes("server/server.cpp", "#include <caf/send.hpp>\n").size() == 1);
  CHECK(wrong_includes("actors/gateway.cpp", "#include <caf/io/middleman.hpp>\n").size() == 1);
  CHECK(wrong_includes("base/host.cpp", "#include <caf/openssl/manager.hpp>\n").size() == 1);
  CHECK(wrong_includes("actors/room.cpp", "#include <boost/asio/post.hpp>\n").size() == 1);
  CHECK(wrong_includes("base/shard.hpp", "#include <boost/beast/core.hpp>\n").size() == 1);
  CHECK(wrong_includes("actors/room.cpp", "#include <openssl/sha.h>\n").size() == 1);
  CHECK(wrong_includes("net/front.cpp", "#include <toml.hpp>\n").size() == 1);
  CHECK(wrong_includes("net/front.cpp", "#include <CLI/CLI.hpp>\n").size() == 1);
  CHECK(wrong_includes("store/tags_codec.cpp", "#include <sqlite3.h>\n").size() == 1);
  CHECK(wrong_includes("actors/room.cpp", "#include <SQLiteCpp/Database.h>\n").size() == 1);
  CHECK(wrong_includes("store/sqlite_store.cpp", "#include <libpq-fe.h>\n").size() == 1);
  CHECK(wrong_includes("app/chat_command.cpp", "#include <histedit.h>\n").size() == 1);
  CHECK(wrong_includes("net/front.cpp", "#include <zlib.hpp>\n").size() == 1);
  CHECK(wrong_includes("actors/link.cpp", "#include <google/protobuf/arena.h>\n").size() == 1);
  CHECK(wrong_includes("actors/link.cpp", "#include \"messages/link.pb.h\"\n").size() == 1);
  CHECK(wrong_includes("messages/link_encode.cpp", "#include \"messages/other.pb.h\"\n").size()
        == 1);
  CHECK(wrong_includes("messages/link_encode.cpp", "#include \"messages/link.pb.h\"\n").empty());
  CHECK(wrong_includes("base/log.cpp", "#include <spdlog/spdlog.h>\n#include <vector>\n").empty());
}

#include "server/load_config.hpp"
#include "server/option_docs.hpp"
#include "server/options.hpp"
#include "tests/support/scratch_file.hpp"

#include <catch2/catch_test_macros.hpp>

#include <fstream>
#include <iterator>
#include <regex>

using namespace salon;
using salon::testing::scratch_file;

namespace {

std::string read_doc(const std::string& name) {
  std::ifstream in{SALON_SOURCE_DIR "/docs/" + name};
  REQUIRE(in);
  return {std::istreambuf_iterator<char>{in}, {}};
}

} // namespace

TEST_CASE("option docs: docs/configuration.md ends with what `salon options --markdown` prints",
          "[server][option_docs]") {
  auto page = read_doc("configuration.md");
  auto tables = options_as_markdown();

  REQUIRE(page.size() > tables.size());
  CHECK(page.substr(page.size() - tables.size()) == tables);
}

TEST_CASE("option docs: the tables name each option once", "[server][option_docs]") {
  auto tables = options_as_markdown();
  for (const auto& x : options()) {
    CAPTURE(x.key);
    auto row = "\n| `" + x.key + "` | ";
    auto at = tables.find(row);
    REQUIRE(at != std::string::npos);
    CHECK(tables.find(row, at + 1) == std::string::npos);
  }
}

TEST_CASE("option docs: each key in backticks in the page's text is an option",
          "[server][option_docs]") {
  auto page = read_doc("configuration.md");
  const std::regex pattern{
    "`((client|cluster|control|log|http|rooms|fanout|shard|shutdown|store|defaults)\\.[a-z_]+)`"};
  std::size_t count = 0;
  for (std::sregex_iterator i{page.begin(), page.end(), pattern}; i != std::sregex_iterator{};
       ++i) {
    auto key = (*i)[1].str();
    CAPTURE(key);
    CHECK(find_option(options(), key) != nullptr);
    ++count;
  }
  CHECK(count >= options().size() - 4);
}

TEST_CASE("option docs: the printed configuration file is valid and changes nothing",
          "[server][option_docs]") {
  scratch_file file{options_as_toml()};
  auto loaded = load_config({file.path(), {}, {}});

  CHECK(loaded.errors.empty());
  for (const auto& x : options()) {
    CAPTURE(x.key);
    CHECK(x.get(loaded.value) == x.get(config{}));
  }
}

TEST_CASE("option docs: docs/salon.example.toml is valid and says what its comments say",
          "[server][option_docs]") {
  auto loaded = load_config({SALON_SOURCE_DIR "/docs/salon.example.toml", {}, {}});

  CHECK(loaded.errors.empty());
  CHECK(loaded.value.namespaces.size() == 2);
  auto rooms = make_namespaces(loaded.value);
  auto why = errc::none;
  REQUIRE(rooms.find("team:desk-4", &why) != nullptr);
  CHECK(rooms.find("team:desk-4", &why)->history_size == 2000);
  CHECK(rooms.find("team:Kitchen", &why) == nullptr);
  REQUIRE(rooms.find("news:today", &why) != nullptr);
  const auto& news = *rooms.find("news:today", &why);
  CHECK(news.subscribe.allows("", false));
  CHECK(news.see_history.allows("", true));
  CHECK_FALSE(news.publish.allows("", true));
  CHECK_FALSE(news.see_presence.allows("", true));
}

#include "server/toml_file.hpp"
#include "tests/support/scratch_file.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace salon;
using salon::testing::scratch_file;

namespace {

using path = std::vector<std::string>;

// What is wrong with a file of these contents.
std::string error_of(std::string_view contents) {
  scratch_file file{contents};
  auto read = read_toml_file(file.path());
  CHECK(read.entries.empty());
  return file.anonymous(read.error);
}

} // namespace

TEST_CASE("toml file: values come with path, line and spelling", "[server][toml_file]") {
  scratch_file file{"port = 9_502 # odd\n"
                    "\n"
                    "[client]\n"
                    "ping_interval = '25s'\n"
                    "allowed_origins = [ \"a\",\"b\" ]\n"
                    "[namespaces.chat]\n"
                    "presence=false\n"
                    "[namespaces.\"a.b\"]\n"};
  auto read = read_toml_file(file.path());

  CHECK(read.error.empty());
  REQUIRE(read.entries.size() == 5);

  const auto& port = read.entries[0];
  CHECK(port.path == path{"port"});
  CHECK(port.line == 1);
  CHECK(port.value == option_value{std::int64_t{9502}});
  CHECK(port.text == "9_502");

  const auto& ping = read.entries[1];
  CHECK(ping.path == path{"client", "ping_interval"});
  CHECK(ping.line == 4);
  CHECK(ping.value == option_value{"25s"});
  CHECK(ping.text == "'25s'");

  const auto& origins = read.entries[2];
  CHECK(origins.line == 5);
  CHECK(origins.value == option_value{std::vector<std::string>{"a", "b"}});
  CHECK(origins.text == "[ \"a\",\"b\" ]");

  const auto& presence = read.entries[3];
  CHECK(presence.path == path{"namespaces", "chat", "presence"});
  CHECK(presence.value == option_value{false});

  const auto& empty = read.entries[4];
  CHECK(empty.path == path{"namespaces", "a.b"});
  CHECK(empty.is_empty_table);
}

TEST_CASE("toml file: values that no option takes keep their spelling", "[server][toml_file]") {
  scratch_file file{"a = 1979-05-27\n"
                    "b = 1.50\n"
                    "c = [1, 2]\n"
                    "d = [\"a\", 1]\n"
                    "[[e]]\n"
                    "x = 1\n"};
  auto read = read_toml_file(file.path());

  REQUIRE(read.entries.size() == 5);
  for (const auto& x : read.entries) {
    CAPTURE(x.line);
    CHECK(x.value == option_value{foreign_value{x.text}});
  }
  CHECK(read.entries[0].text == "1979-05-27");
  CHECK(read.entries[1].text == "1.50");
  CHECK(read.entries[2].text == "[1, 2]");
  CHECK(read.entries[3].text == "[\"a\", 1]");
  CHECK(read.entries[4].text == "a list of tables");
}

TEST_CASE("toml file: a value on several lines is shown by its first", "[server][toml_file]") {
  scratch_file file{"a = [\"x\",\r\n  \"y\"]\r\nb = \"\"\"\nlong\"\"\"\n"};
  auto read = read_toml_file(file.path());

  REQUIRE(read.entries.size() == 2);
  CHECK(read.entries[0].text == "[\"x\", ...");
  CHECK(read.entries[0].value == option_value{std::vector<std::string>{"x", "y"}});
  CHECK(read.entries[1].text == "\"\"\" ...");
  CHECK(read.entries[1].value == option_value{"long"});
}

TEST_CASE("toml file: a byte order mark, and lines as on Windows, are fine",
          "[server][toml_file]") {
  scratch_file file{"\xEF\xBB\xBFport = 1\r\nshards = 2\r\n"};
  auto read = read_toml_file(file.path());

  CHECK(read.error.empty());
  REQUIRE(read.entries.size() == 2);
  CHECK(read.entries[0].text == "1");
  CHECK(read.entries[1].line == 2);
}

TEST_CASE("toml file: an empty file says nothing", "[server][toml_file]") {
  for (const auto* contents : {"", "\n", "# nothing\n", "[client]"}) {
    scratch_file file{contents};
    auto read = read_toml_file(file.path());
    CHECK(read.error.empty());
    CHECK(read.entries.size() == (contents[0] == '[' ? 1 : 0));
  }
}

TEST_CASE("toml file: what is no TOML is told with its line, on one line", "[server][toml_file]") {
  const std::vector<std::pair<std::string, std::string>> table{
    {"port = 1\nhost =\n", "FILE:2: "},
    {"port 9501\n", "FILE:1: "},
    {"\n\n[client\n", "FILE:3: "},
    {"insecure = yes\n", "FILE:1: "},
    {"port = 95x\n", "FILE:1: "},
    {"a = \"open\n", "FILE:1: "},
    {"a = \"\xFF\"\n", "FILE:1: "},
    {"a = [\"x\"\nb = 1\n", "FILE:2: "},
    {"port = 1\n\nport = 2\n", "FILE:3: "},
    {"[log]\na = 1\n[log]\n", "FILE:3: "},
    {"log.level = 1\nlog = 2\n", "FILE:2: "},
    {"a = 1_\n", "FILE:1: "},
    {"a = 1979-13-40\n", "FILE:1: "},
    {"a = tru\n", "FILE:1: "},
  };
  for (const auto& [contents, place] : table) {
    CAPTURE(contents);
    auto error = error_of(contents);
    auto start = place + "not valid TOML: ";
    REQUIRE(error.starts_with(start));
    // The library's own marks and pictures stay out; what it found stays in.
    auto found = error.substr(start.size());
    CHECK(found.size() > 10);
    for (const auto* mark : {"[error]", "toml::", "-->", "^", "|", "\n"})
      CHECK(found.find(mark) == std::string::npos);
  }
}

TEST_CASE("toml file: what cannot be read is told with the reason", "[server][toml_file]") {
  scratch_file file{""};
  CHECK(read_toml_file(file.path() + ".not").error
        == file.path() + ".not: cannot be read: No such file or directory");
  CHECK(read_toml_file(file.folder()).error == file.folder() + ": cannot be read: Is a directory");
  CHECK(error_of(std::string(1'048'577, '\n')) == "FILE: cannot be read: it is larger than 1 MiB");
}

TEST_CASE("toml file: however it is cut off, reading ends with a value or a sentence",
          "[server][toml_file]") {
  const std::string whole = "\xEF\xBB\xBF# c\nport=0x1F\n[a.'b'.\"\\u00e9\"]\nx=[1.5,{y='z'},]\n"
                            "t=1979-05-27T07:32:00Z\ns='''\n'''\nd=\"\"\"a\\\n b\"\"\"\n[[q]]\n";
  std::size_t read_whole = 0;
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    CAPTURE(size);
    scratch_file file{std::string_view{whole}.substr(0, size)};
    auto read = read_toml_file(file.path());
    CHECK((read.error.empty() || read.entries.empty()));
    CHECK(read.error.find('\n') == std::string::npos);
    read_whole = read.entries.size();
  }
  CHECK(read_whole > 4);
}

// ARCHITECTURE.md and docs/reliability.md name files; this holds them to those that are there.
#include "tests/tree/source_tree.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace salon::tree;

namespace {

using names = std::vector<std::string>;

/// Whether a word in backticks speaks of a place in the tree: it has a folder of ours, or the
/// ending of a file.
bool is_path(const std::string& word) {
  static const names folders{"base",   "messages", "store", "actors",  "net",   "server",
                             "client", "app",      "web",   "bench",   "tests", "examples",
                             "docs",   "conan",    ".ci",   "scripts", "cmake"};
  static const names endings{".hpp", ".cpp", ".md", ".cmake", ".mjs", ".toml", ".txt", ".sh"};
  auto slash = word.find('/');
  if (slash != std::string::npos)
    return contains(folders, word.substr(0, slash));
  return std::any_of(endings.begin(), endings.end(),
                     [&](const std::string& x) { return word.ends_with(x) && word != x; });
}

/// The paths in backticks in `markdown` of which `is_there` knows nothing. `net/outbox` stands for
/// its header.
template <class Predicate>
names missing_paths(const std::string& markdown, Predicate is_there) {
  names missing;
  for (const auto& word : all_matches(markdown, R"(`([A-Za-z0-9_.\-/]+)`)"))
    if (is_path(word) && !is_there(word) && !is_there(word + ".hpp"))
      missing.push_back(word);
  return missing;
}

} // namespace

TEST_CASE("architecture: every path that ARCHITECTURE.md names exists", "[tree][architecture]") {
  auto text = read("ARCHITECTURE.md");

  CHECK(missing_paths(text, exists) == names{});
  CHECK(all_matches(text, R"(`([a-z_]+/[a-z_./]*)`)").size() > 5);
}

TEST_CASE("architecture: every path that docs/reliability.md names exists",
          "[tree][architecture]") {
  auto text = read("docs/reliability.md");

  CHECK(missing_paths(text, exists) == names{});
  CHECK(all_matches(text, R"(`(tests/[a-z_./]*)`)").size() > 5);
}

TEST_CASE("architecture: a planted path that does not exist is found", "[tree][architecture]") {
  auto none = [](const std::string& path) { return path == "net/outbox.hpp"; };

  CHECK(missing_paths("see `actors/gone.cpp`, `net/` and `gone.md`", none)
        == names{"actors/gone.cpp", "net/", "gone.md"});
  CHECK(missing_paths("see `net/outbox`", none).empty());
  CHECK(missing_paths("`GET /health` answers `text/plain` for `salon::server`", none).empty());
}

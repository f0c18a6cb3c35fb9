#include "tests/tree/source_tree.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace salon::tree;
using strings = std::vector<std::string>;

TEST_CASE("source tree: comments are blanked and literals stay", "[tree][source_tree]") {
  CHECK(without_comments("a; // b\nc;") == "a;     \nc;");
  CHECK(without_comments("a /* b\nc */ d") == "a     \n     d");
  CHECK(without_comments(R"(f("//", '"'); // g)") == R"(f("//", '"');     )");
  CHECK(without_comments(R"("a\"//b" // c)") == R"("a\"//b"     )");
}

TEST_CASE("source tree: a table's names are those of its first column", "[tree][source_tree]") {
  auto text = "# T\n\n| name | what |\n| --- | --- |\n| `a.b` | `c` |\n|`d`|e|\n\n`f` | g\n";

  CHECK(table_names(text) == strings{"a.b", "d"});
}

TEST_CASE("source tree: the product's files are found with their text", "[tree][source_tree]") {
  auto found = product_files();

  auto log = std::find_if(found.begin(), found.end(),
                          [](const file& x) { return x.path == "base/log.hpp"; });
  REQUIRE(log != found.end());
  CHECK(log->text.find("namespace salon::log") != std::string::npos);
}

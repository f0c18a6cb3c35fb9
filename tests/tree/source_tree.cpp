#include "tests/tree/source_tree.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

namespace salon::tree {

namespace fs = std::filesystem;

namespace {

const fs::path root = SALON_SOURCE_DIR;

std::string slurp(const fs::path& from) {
  std::ifstream in{from, std::ios::binary};
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

bool is_cpp(const fs::path& path) {
  return path.extension() == ".cpp" || path.extension() == ".hpp";
}

} // namespace

std::string read(std::string_view path) {
  INFO("the file " << path);
  REQUIRE(exists(path));
  return slurp(root / path);
}

bool exists(std::string_view path) {
  return fs::exists(root / path);
}

std::vector<file> cpp_files(std::string_view folder) {
  std::vector<file> found;
  if (!exists(folder))
    return found;
  for (const auto& entry : fs::recursive_directory_iterator{root / folder})
    if (entry.is_regular_file() && is_cpp(entry.path()))
      found.push_back(
        {entry.path().lexically_relative(root).generic_string(), slurp(entry.path())});
  std::sort(found.begin(), found.end(),
            [](const file& a, const file& b) { return a.path < b.path; });
  return found;
}

std::vector<file> product_files() {
  std::vector<file> found;
  for (auto folder : {"base", "messages", "store", "actors", "net", "server", "client", "app"})
    for (auto& x : cpp_files(folder))
      found.push_back(std::move(x));
  return found;
}

std::string without_comments(std::string_view text) {
  std::string out{text};
  enum { code, line, block, literal } in = code;
  for (std::size_t i = 0; i < out.size(); ++i) {
    auto pair = std::string_view{out}.substr(i, 2);
    if (in == code && (pair == "//" || pair == "/*"))
      in = pair == "//" ? line : block;
    else if (in == line && out[i] == '\n')
      in = code;
    else if (in == block && pair == "*/") {
      out[i] = out[i + 1] = ' ';
      in = code;
    } else if (in == literal && out[i] == '\\')
      ++i;
    else if (out[i] == '"' && (in == code || in == literal))
      in = in == code ? literal : code;
    else if (in == code && out[i] == '\'' && i + 2 < out.size() && out[i + 2] == '\'')
      i += 2; // A quotation mark as a character opens nothing.
    if ((in == line || in == block) && i < out.size() && out[i] != '\n')
      out[i] = ' ';
  }
  return out;
}

std::vector<std::string> table_names(std::string_view markdown) {
  return all_matches(std::string{markdown}, R"((?:^|\n)\|\s*`([^`]+)`\s*\|)");
}

std::vector<std::string> all_matches(const std::string& text, const char* pattern) {
  std::vector<std::string> found;
  const std::regex wanted{pattern};
  for (auto i = std::sregex_iterator{text.begin(), text.end(), wanted}; i != std::sregex_iterator{};
       ++i)
    found.push_back((*i)[1].str());
  return found;
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

} // namespace salon::tree

#pragma once

#include <string>
#include <string_view>
#include <vector>

/// The project's own files, as text, for the tests that hold them to its rules.
namespace salon::tree {

/// A file by its path from the project's root.
struct file {
  std::string path;
  std::string text;
};

/// What a rule found, one sentence each. Empty: the rule holds.
using complaints = std::vector<std::string>;

/// The text of the file at `path`, from the root; fails the test when it is not there.
std::string read(std::string_view path);

/// Whether the project has a file or folder at `path`, from the root.
bool exists(std::string_view path);

/// All C++ files below the folder, by path.
std::vector<file> cpp_files(std::string_view folder);

/// All C++ files of the server and its libraries.
std::vector<file> product_files();

/// `text` with its comments blanked; literals stay.
std::string without_comments(std::string_view text);

/// The names in backticks in the first column of all of a Markdown text's tables.
std::vector<std::string> table_names(std::string_view markdown);

/// All first groups that `pattern` (ECMAScript) finds in `text`.
std::vector<std::string> all_matches(const std::string& text, const char* pattern);

bool contains(const std::vector<std::string>& names, std::string_view name);

} // namespace salon::tree

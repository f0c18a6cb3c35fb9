#pragma once

#include "server/option_value.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace salon {

/// A value in a TOML file, or a table that has no contents.
struct toml_entry {
  std::vector<std::string> path; ///< `{"client", "ping_interval"}`
  std::size_t line;              ///< From 1.
  bool is_empty_table;           ///< Then it has no value.
  option_value value;
  std::string text; ///< The value as the file spells it, on one line.
};

/// What a TOML file says, line by line, or why it cannot be read.
struct toml_contents {
  std::vector<toml_entry> entries;
  std::string error; ///< A sentence beginning with the file's name; empty: none.
};

/// Reads the file `path` (TOML 0.5). Never throws for what is in it.
toml_contents read_toml_file(const std::string& path);

} // namespace salon

#pragma once

#include "server/load_config.hpp"
#include "server/option_value.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace salon {

/// The parts of a key: `{"client", "ping_interval"}`.
using key_path = std::vector<std::string>;

/// The parts from `first` on as one key, with quotes around those that need them (TOML 0.5,
/// "Keys").
std::string join(const key_path& path, std::size_t first = 0);

/// A value on its way into a configuration.
struct assignment {
  std::string place; ///< How a sentence about it begins: `salon.toml:7: port`, `SALON_PORT`.
  key_path path;
  option_value value;
  std::string text;     ///< The value as a file spells it.
  bool is_text = false; ///< From the environment or a flag: its option decides what it means.
  bool is_empty_table = false; ///< A section that has no contents.
};

/// What all sources together say, in the order of their precedence.
struct assignments {
  std::vector<assignment> list;
  std::multimap<std::size_t, std::string> errors; ///< By the index in `list` they come before.
  std::string file;                               ///< The one that was read; empty: none.
};

/// Reads all sources, and finds no fault with the values.
assignments gather(const config_sources& sources);

/// What to say after an unknown name: the known one that may be meant, or where to look.
std::string suggestion(std::string_view word, const std::vector<std::string>& known);

} // namespace salon

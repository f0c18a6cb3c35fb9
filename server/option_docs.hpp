#pragma once

#include <string>

namespace salon {

/// All options as docs/configuration.md lists them: a table for each section.
std::string options_as_markdown();

/// All options as a configuration file that sets each to its default.
std::string options_as_toml();

} // namespace salon

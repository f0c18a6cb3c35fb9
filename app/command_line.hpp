#pragma once

#include "server/config.hpp"
#include "server/load_config.hpp"

#include <iosfwd>
#include <optional>
#include <vector>

namespace salon {

/// What a command line asks for.
struct command {
  std::optional<config> serve; ///< A server to run. Without one, all is said and done already.
  int status = 0;              ///< What the process then ends with: 2 for a mistake in its use.
};

/// Reads the command line of `salon`. Help, versions and verdicts go to `out`; each mistake goes to
/// `err`, one on a line.
/// @param environment  See `environment_settings`.
command read_command_line(int argc, const char* const* argv,
                          const std::vector<setting>& environment, std::ostream& out,
                          std::ostream& err);

} // namespace salon

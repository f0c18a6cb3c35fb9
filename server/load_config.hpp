#pragma once

#include "server/config.hpp"

#include <string>
#include <vector>

namespace salon {

/// A value from outside the configuration file.
struct setting {
  std::string
    name; ///< As its author knows it: `SALON_PORT`, `--port`, `--set namespaces.chat.presence`.
  std::string key; ///< The option it sets, `port`; empty for environment variables.
  std::string value;
};

/// Where a configuration comes from. What stands later here overrides what stands before it.
struct config_sources {
  std::string file;                 ///< A path; empty: the one that SALON_CONFIG names, or none.
  std::vector<setting> environment; ///< Variables that begin with `SALON_`.
  std::vector<setting> flags;
  config defaults = {}; ///< What they change.
};

/// A configuration, or all that is wrong with it.
struct config_result {
  config value;                    ///< To be used only if there are no errors.
  std::string file;                ///< The file that was read; empty: none.
  std::vector<std::string> errors; ///< Each names place, key, value and what is accepted.
};

/// Reads and checks a whole configuration. Nothing its author can write makes it throw.
config_result load_config(const config_sources& sources);

/// The configuration of a program that has no flags of its own: SALON_CONFIG names a file,
/// variables such as SALON_PORT override it, and both override `defaults`. Throws
/// std::runtime_error with a sentence for each mistake.
config config_from_environment(config defaults = {});

/// The variables of this process's environment that begin with `SALON_`, in alphabetical order.
std::vector<setting> environment_settings();

} // namespace salon

#pragma once

#include "server/config.hpp"
#include "server/option_value.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace salon {

/// One thing that can be set in a `Target`. The tables below are all there is: files, environment,
/// flags and documentation are made from them. Defaults are those of a fresh `Target`.
template <class Target>
struct basic_option {
  std::string key; ///< `client.ping_interval`
  option_kind kind = option_kind::text;
  std::string accepted; ///< After "expected": `a whole number from 0 to 65535`.
  std::string about;    ///< What it does, on one line, with a full stop.

  /// Sets it, unless the value is not among the accepted: then nothing changes.
  std::function<bool(Target&, const option_value&)> set;

  /// Its value, in a form that `set` accepts.
  std::function<option_value(const Target&)> get;
};

using option = basic_option<config>;
using room_option = basic_option<room_options>;

/// All options with a fixed key, section by section; those of rooms without a namespace are in
/// the section `defaults`.
const std::vector<option>& options();

/// Those of the section `cluster`, which are among them.
const std::vector<option>& cluster_option_table();

/// The options of rooms, by the keys they have within `[defaults]` and `[namespaces.NAME]`.
const std::vector<room_option>& room_option_table();

/// The option named `key` in `table`, or none.
template <class Target>
const basic_option<Target>* find_option(const std::vector<basic_option<Target>>& table,
                                        std::string_view key) {
  for (const auto& x : table)
    if (x.key == key)
      return &x;
  return nullptr;
}

/// The environment variable of an option: `SALON_CLIENT_PING_INTERVAL` for `client.ping_interval`.
std::string variable_name(std::string_view key);

/// The flag of an option: `--client-ping-interval` for `client.ping_interval`.
std::string flag_name(std::string_view key);

} // namespace salon

#pragma once

#include <string>

namespace salon {

/// Where this user's servers keep what outlives them: `$XDG_STATE_HOME/salon`, under
/// `~/.local/state` without that variable (XDG Base Directory Specification). Empty when there is
/// no home either. Nothing is made.
std::string state_folder();

} // namespace salon

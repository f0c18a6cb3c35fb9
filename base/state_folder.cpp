#include "base/state_folder.hpp"

#include <cstdlib>

namespace salon {

namespace {

std::string variable(const char* name) {
  const auto* value = std::getenv(name);
  return value ? value : "";
}

} // namespace

std::string state_folder() {
  auto state = variable("XDG_STATE_HOME");
  // The specification says to pass over what is relative.
  if (state.empty() || state.front() != '/') {
    auto home = variable("HOME");
    if (home.empty())
      return {};
    state = home + "/.local/state";
  }
  return state + "/salon";
}

} // namespace salon

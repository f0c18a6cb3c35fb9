#pragma once

#include <string>

namespace salon {

/// What the system's tools (`top -H`, `ps -L`, a debugger) call the calling thread; of a name
/// longer than 15 bytes, its first 15.
void name_thread(const std::string& name);

} // namespace salon

#pragma once

#include <chrono>
#include <string>

namespace salon {

/// Where a database is and how its connections wait for each other.
struct sqlite_place {
  std::string path;
  std::string vfs; ///< SQLite's name for how it reaches files; empty: the usual way.
  std::chrono::milliseconds busy_timeout{5'000};
};

} // namespace salon

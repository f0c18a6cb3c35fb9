#pragma once

#include "client/load_report.hpp"

#include <string>

namespace salon {

struct load_outcome {
  load_report report;
  std::string failure; ///< A sentence when the load could not be carried out; else empty.
};

/// Puts a server under load, and checks and measures what it does: `options.mode` says how. Runs
/// in the calling thread, for about the warm-up and the duration, and as long as everybody needs to
/// enter.
load_outcome generate_load(const load_options& options);

/// The most connections this process may have open, after asking for as many as it may
/// (getrlimit(2), RLIMIT_NOFILE), some left out for its other files.
std::size_t raise_connection_limit();

} // namespace salon

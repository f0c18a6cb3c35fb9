#pragma once

#include "client/records.hpp"

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

namespace salon {

/// What the server that was recorded promised to recover.
struct recovery_promise {
  std::size_t publications_max = 300; ///< More missed: not recovered.
  /// At least so many of a room are kept: fewer missed cannot have been trimmed.
  std::size_t kept_min = std::numeric_limits<std::size_t>::max();
};

/// Judges what clients recorded against what the log holds. Returns a sentence for each promise
/// that was broken, with the room, whose record shows it and the offset; nothing when all were
/// kept:
///
/// - what was acknowledged is in the log, once, where the acknowledgement said;
/// - the log has no gap between the oldest it keeps and its top, and nothing that nobody published;
/// - what one publisher said without keys stands in the order in which it was said;
/// - what a member got is in the log, in the log's order, without a gap since it came in or was
///   told that it was not recovered; who is in a room at the end has got everything;
/// - `recovered` was true whenever it had to be, and never else;
/// - a room has one epoch, before and after.
///
/// What the log keeps no longer, members and publishers at least agree about.
std::vector<std::string> check(const std::vector<record>& records, recovery_promise promise = {});

} // namespace salon

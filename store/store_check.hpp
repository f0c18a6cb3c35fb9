#pragma once

#include "store/history_store.hpp"

#include <cstdint>
#include <iosfwd>

namespace salon {

/// What there is in a store.
struct store_summary {
  std::uint64_t rooms = 0;
  std::uint64_t publications = 0;
  std::uint64_t problems = 0;
};

/// Looks at everything in a store that nobody writes to meanwhile: whether offsets are contiguous,
/// checksums right, top, first and bytes those of the publications, and whether keys belong to
/// some. Writes a line for each room that has problems. Fails when it cannot look on.
store_result<store_summary> check_store(history_reader& from, std::ostream& out);

} // namespace salon

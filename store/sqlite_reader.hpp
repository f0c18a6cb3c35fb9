#pragma once

#include "store/history_store.hpp"
#include "store/sqlite_place.hpp"

#include <memory>

namespace salon {

/// A reader with a connection of its own. It connects when it is first asked, and anew after a
/// failure.
std::unique_ptr<history_reader> make_sqlite_reader(sqlite_place place);

/// Reads a file that nothing is known of: it may be open in a running server. Sees it as it is now,
/// for as long as it lives, and meanwhile the write-ahead log cannot start over. `refused` when the
/// file is not there or is no store.
store_result<std::unique_ptr<history_reader>> open_sqlite_reader(const sqlite_place& place);

} // namespace salon

#pragma once

#include "store/history_store.hpp"
#include "store/store_check.hpp"

#include <functional>
#include <iosfwd>
#include <string>

/// Rooms out of a store and into one, as lines of JSON (docs/storage.md).
namespace salon {

/// Writes everything that is in a store which nobody writes to meanwhile.
store_result<store_summary> export_store(history_reader& from, std::ostream& out);

/// Adds the rooms in `in`, each as a whole and with an epoch of its own. Stops at what is wrong,
/// with the number of its line: rooms before it are there.
store_result<store_summary> import_store(std::istream& in, history_store& to,
                                         const std::function<std::string()>& fresh_epoch);

} // namespace salon

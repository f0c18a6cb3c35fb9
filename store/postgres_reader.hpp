#pragma once

#include "store/history_store.hpp"
#include "store/postgres_options.hpp"

#include <memory>

namespace salon {

/// A reader with a connection of its own. It connects when it is first asked, and anew after a
/// failure.
std::unique_ptr<history_reader> make_postgres_reader(postgres_options options);

/// Reads a database that nodes may be using. Sees it as it is now, for as long as it lives; after a
/// failure it sees nothing more. `refused` when there is no store of this version.
store_result<std::unique_ptr<history_reader>> open_postgres_reader(postgres_options options);

} // namespace salon

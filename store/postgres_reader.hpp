#pragma once

#include "store/history_store.hpp"
#include "store/postgres_options.hpp"

#include <memory>

namespace salon {

/// A reader with a connection of its own. It connects when it is first asked, and anew after a
/// failure.
std::unique_ptr<history_reader> make_postgres_reader(postgres_options options);

} // namespace salon

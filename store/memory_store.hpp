#pragma once

#include "store/history_store.hpp"

#include <memory>

namespace salon {

/// A store that ends with its process. What it keeps is as much as its rooms' retention allows.
std::unique_ptr<history_store> make_memory_store();

} // namespace salon

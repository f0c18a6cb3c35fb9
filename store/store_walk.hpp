#pragma once

#include "store/history_store.hpp"

#include <functional>

/// Walking over what is in a store, page by page.
namespace salon {

/// Calls `look` with each room in the order of their names, until it fails or reading does.
store_error for_each_room(history_reader& from,
                          const std::function<store_error(const room_record&)>& look);

/// Calls `look` with each publication after `offset`, in order, until it fails or reading does.
store_error for_each_publication(history_reader& from, const room_id& room, std::uint64_t offset,
                                 const std::function<store_error(const publication_ptr&)>& look);

} // namespace salon

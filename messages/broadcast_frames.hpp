#pragma once

#include "messages/room_messages.hpp"

namespace salon {

/// A broadcast of `pub`, encoded once for all who read the formats that are asked for.
/// @param offset  In the room's stream, also where `pub` shows none; 0: passing.
broadcast make_broadcast(const room_id& room, const publication_ptr& pub, std::uint64_t offset,
                         bool json, bool text);

} // namespace salon

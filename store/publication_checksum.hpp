#pragma once

#include "messages/publication.hpp"

#include <cstdint>
#include <string_view>

namespace salon {

/// CRC-32C over everything that is stored of a publication.
/// @param room  Stands for the room, so that a row which moved to another one is found.
/// @param tags  As they are stored.
std::int64_t checksum_of(std::int64_t room, const publication& pub, std::string_view tags);

/// The same over a room's name, to stand for the room where no number does.
std::int64_t checksum_of(std::string_view room);

} // namespace salon

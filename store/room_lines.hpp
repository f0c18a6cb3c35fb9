#pragma once

#include "messages/history_messages.hpp"
#include "store/store_error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Rooms as lines of JSON: one says what a room is, and its publications follow it. See
/// docs/storage.md.
namespace salon {

std::string room_line(const room_record& room);

/// @param key_hash  What is stored with the publication's key, if it has one.
std::string publication_line(const publication& pub, std::optional<std::uint64_t> key_hash);

/// Whether a line is about a room; else it is about a publication, or about nothing.
bool is_room_line(std::string_view line);

/// Reads a line that `room_line` could have written; `refused` with a sentence when it is none.
store_result<room_record> read_room_line(std::string_view line);

/// The same with `publication_line`.
store_result<log_entry> read_publication_line(std::string_view line);

} // namespace salon

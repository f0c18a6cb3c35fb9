#pragma once

#include "messages/errors.hpp"
#include "messages/publication.hpp"
#include "messages/room_record.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What rooms ask of their log, and what they are told.
namespace salon {

/// How large one page of publications may be. The first publication comes in any case.
struct page_limits {
  std::size_t publications_max = 300;
  std::size_t bytes_max = 262'144; ///< Of data.
};

/// An idempotency key that a publication was made with.
struct stored_key {
  std::string user; ///< Whose; keys of different users are different keys.
  std::string key;
  std::uint64_t hash = 0; ///< Of the publication's data.
  std::uint64_t offset = 0;
  std::int64_t time = 0; ///< Of the publication.

  friend bool operator==(const stored_key&, const stored_key&) = default;
};

/// How a room is opened.
struct open_order {
  room_id room;
  salon::durability durability = durability::process;
  retention kept;          ///< From now on.
  std::string fresh_epoch; ///< For a room that is not there yet.
  std::int64_t now = 0;    ///< Milliseconds since 1970-01-01 UTC.
};

/// A room that was opened, or where it is.
struct opened_room {
  room_record record;
  std::vector<stored_key> keys; ///< Those within the window, oldest first.
  std::string elsewhere = {};   ///< The node that has the room; then nothing was opened.
};

/// A publication on its way into the log.
struct log_entry {
  publication_ptr pub;
  std::uint64_t data_hash = 0; ///< Stored with `pub->key`, when it has one.
};

/// What is added to one room: publications with contiguous offsets.
struct append_order {
  room_id room;
  std::string epoch;
  std::uint64_t term = 0;
  salon::durability durability = durability::process;
  std::vector<log_entry> entries;
};

/// What became of an append.
struct appended {
  errc error = errc::none; ///< Why it is not stored.
  bool is_certain = true;  ///< Whether that is so; else the log's top tells.
};

/// Asks for a part of a room's log.
struct read_order {
  room_id room;
  bool reverse = false;     ///< Newest first.
  std::uint64_t beyond = 0; ///< The offset before the first wanted; the one after it in reverse.
  std::uint64_t up_to = 0;  ///< The last wanted; the first one in reverse.
  page_limits most;         ///< Of the answer, which may take several reads.
};

/// Publications in the order of reading; the first may be missing when they are no longer kept.
struct log_part {
  std::vector<publication_ptr> publications;
  bool damaged = false; ///< What was asked for cannot be read, now or later; then there are none.
};

/// Nobody uses the room's log any more, until it is opened again.
struct log_closed {
  room_id room;
};

/// The log goes on with what waits.
struct work_on {};

} // namespace salon

#pragma once

#include "messages/ids.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace salon {

/// A place in a room's stream. Offsets are contiguous in an epoch, the first is 1; a new epoch
/// means that the stream started over.
struct stream_position {
  std::string epoch;
  std::uint64_t offset = 0;

  friend bool operator==(const stream_position&, const stream_position&) = default;
};

/// Who somebody is, as the others in a room see it.
struct client_info {
  std::string user; ///< Empty for anonymous people.
  client_id client;
  std::string conn_info; ///< JSON text, or empty.
  std::string chan_info; ///< JSON text, or empty.

  friend bool operator==(const client_info&, const client_info&) = default;
};

/// What the data of a publication is.
enum class content : std::uint8_t {
  json, ///< A JSON text without raw newlines.
  text, ///< Plain UTF-8, one line of a text client.
};

/// What a publication is for. Others are reserved.
enum class publication_kind : std::uint8_t {
  message = 0,
  tombstone = 1, ///< Stands where something was removed.
};

/// Flags of a publication.
enum publication_flag : std::uint32_t {
  inner_key = 1, ///< Its key is a relay's, see publish_order: nobody's idempotency key.
};

/// Tags of a publication: name and value, in the order given.
using tag_list = std::vector<std::pair<std::string, std::string>>;

/// One message of a room, as the room sequenced it.
struct publication {
  std::uint64_t offset = 0; ///< 0: passing, kept nowhere and counted by nobody.
  std::int64_t time = 0;    ///< Milliseconds since 1970-01-01 UTC.
  content type = content::json;
  std::string data;                ///< The bytes as received.
  std::optional<client_info> info; ///< Who published; nobody for the server itself.
  tag_list tags;
  publication_kind kind = publication_kind::message;
  std::uint32_t flags = 0;     ///< Of publication_flag; others are reserved.
  std::uint64_t refers_to = 0; ///< The offset of the publication that this one is about; 0: none.
  std::string key;             ///< Its publisher's idempotency key, or empty; also a tag.

  /// Whether its key makes a repetition recognisable.
  bool is_keyed() const noexcept {
    return !key.empty() && (flags & inner_key) == 0;
  }

  friend bool operator==(const publication&, const publication&) = default;
};

using publication_ptr = std::shared_ptr<const publication>;

template <class Inspector>
bool inspect(Inspector& f, stream_position& x) {
  return f.object(x).fields(f.field("epoch", x.epoch), f.field("offset", x.offset));
}

template <class Inspector>
bool inspect(Inspector& f, client_info& x) {
  return f.object(x).fields(f.field("user", x.user), f.field("client", x.client),
                            f.field("conn_info", x.conn_info), f.field("chan_info", x.chan_info));
}

} // namespace salon

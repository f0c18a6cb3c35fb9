#pragma once

#include "messages/publication.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What clients note while they publish and listen, and what was in the log afterwards: the
/// evidence that client/checker judges. On disk it is JSON lines, with the names of the fields
/// below:
/// `{"who":"ana","event":"received","room":"lobby","offset":3,"id":"bob-1"}`.
namespace salon::records {

/// Publishes carry an id that nobody else uses. Repeated with the same key, it is the same publish.
struct attempted {
  room_id room;
  std::string id;
  std::string key; ///< Empty: none.
};

struct acknowledged {
  room_id room;
  std::string id;
  std::string epoch; ///< Empty, and offset 0: the answer did not say where.
  std::uint64_t offset = 0;
};

/// A publication as a member got it.
struct heard {
  std::uint64_t offset = 0; ///< 0: text clients are not told.
  std::string id;
};

/// A subscribe was answered.
struct subscribed {
  room_id room;
  std::string epoch; ///< Empty: text clients are not told where they come in.
  std::uint64_t offset = 0;
  std::optional<stream_position> recovering; ///< What the client asked to go on from.
  bool recovered = false;
  std::vector<heard> publications; ///< Those in the answer.
};

struct received {
  room_id room;
  heard what;
};

struct unsubscribed {
  room_id room;
};

/// The connection ended, and all subscriptions with it.
struct lost {};

/// A publication in the log.
struct logged {
  room_id room;
  std::uint64_t offset = 0;
  std::string id;
  std::uint32_t kind = 0; ///< Other than 0: no message, and without an id.
};

/// A room in the log.
struct head {
  room_id room;
  std::string epoch;
  std::uint64_t top = 0;
  std::uint64_t first = 1; ///< The oldest offset that is kept.
};

using fact
  = std::variant<attempted, acknowledged, subscribed, received, unsubscribed, lost, logged, head>;

} // namespace salon::records

namespace salon {

/// One fact and whose it is. Those of one client stand in the order in which it noted them.
struct record {
  std::string who;
  records::fact what;
};

/// Reads one line; nothing when it is no record. Unknown fields are passed over.
std::optional<record> read_record(std::string_view line);

} // namespace salon

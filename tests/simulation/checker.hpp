#pragma once

#include "messages/publication.hpp"
#include "tests/simulation/shared_log.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace salon::simulation {

/// Rooms whose names begin so are in the log; the others live in memory.
inline bool is_durable(const room_id& room) {
  return room.starts_with("log:");
}

/// Judges what happens, as soon as it does. Keeps the first promise that was broken.
class checker {
public:
  explicit checker(const shared_log& log) : log_(log) {
    // nop
  }

  /// What is said of a publish that somebody made. Its data is its number.
  struct publish_record {
    std::uint64_t number = 0;
    room_id room;
    std::optional<stream_position> acknowledged;
  };

  void complain(const std::string& what) {
    if (!complaint_)
      complaint_ = what;
  }

  const std::optional<std::string>& complaint() const noexcept {
    return complaint_;
  }

  /// A new publish, and its number.
  std::uint64_t publishes(const room_id& room);

  /// `who` was given a publication, live or by a recovery.
  void delivered(const std::string& who, const room_id& room, const stream_position& at,
                 std::string_view data);

  void acknowledged(const std::string& who, std::uint64_t number, const stream_position& at);

  /// What the log has more than at the last look.
  void look_at_log(const room_id& room);

  /// Everything that was acknowledged must be where it was said to be.
  void look_at_all();

  /// The newest offset of a stream that anybody has heard of.
  std::uint64_t top_of(const room_id& room, const std::string& epoch) const;

private:
  /// What is known of one epoch of a room.
  struct stream {
    std::map<std::uint64_t, std::string> data;
    std::map<std::string, std::uint64_t, std::less<>> offsets;
  };

  void note(const room_id& room, const stream_position& at, std::string_view data);

  const shared_log& log_;
  std::optional<std::string> complaint_;
  std::vector<publish_record> publishes_;
  std::map<std::pair<room_id, std::string>, stream> streams_;
  std::map<room_id, std::uint64_t> looked_at_;
};

} // namespace salon::simulation

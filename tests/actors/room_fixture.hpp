#pragma once

#include "actors/room.hpp"
#include "tests/support/stepped_shards.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace salon::testing {

using lines = std::vector<std::string>;

/// What one shard's audience hears of a room, a line for each message:
///   `entered 3 top 7 recovered 5 6 7`, `refused 3 code 112`, `pub 8 hello`, `+ana`, `-ana`,
///   `answer 4 offset 8`, `answer 4 code 107`, `answer 5 members ana bob`,
///   `answer 5 counts 2 1`, `answer 6 history 1 2 top 8`.
class heard_state {
public:
  heard_state(audience_actor::pointer, lines& log, std::string& epoch) : log_(log), epoch_(epoch) {
    // nop
  }

  audience_actor::behavior_type make_behavior();

private:
  lines& log_;
  std::string& epoch_; ///< Of the newest position heard.
};

/// One room by itself, with two audiences that only listen and a directory that only notes.
class room_fixture {
public:
  room_fixture() : room_fixture(room_options{}) {
    // nop
  }

  /// @param shard_count  All is on the first.
  explicit room_fixture(room_options options, std::size_t unreceipted_max = 1024,
                        std::size_t shard_count = 1);

  ~room_fixture();

  /// Starts the room anew, with other options.
  void start(room_options options, std::size_t unreceipted_max = 1024);

  /// Who is called `name`, always the same.
  static client_info_ptr person(std::string_view name, std::string_view user = {});

  // What the audience `via` asks of the room. Nothing happens until `run`.
  void enter(std::string_view name, bool join_leave = false, std::size_t via = 0);
  void enter_as(std::string_view name, subscribe_order order, std::size_t via = 0);
  void recover(std::string_view name, stream_position since, bool or_not = false);
  void leave(std::string_view name) const;
  void publish_text(std::string_view data, std::size_t via = 0);
  void publish_order_of(publish_order order, std::size_t via = 0);
  void ask_presence(bool counts_only = false);
  void ask_history(std::int64_t limit, std::optional<stream_position> since = std::nullopt,
                   bool reverse = false);
  void receipt(std::size_t count, std::size_t via = 0);
  void kill_audience(std::size_t which);
  void ask_stretch(std::uint64_t from);

  void run() {
    shards.run();
  }

  /// What audience `which` heard since the last call.
  lines heard(std::size_t which = 0);

  /// What the room told its directory since then: `idle`, `stays`.
  lines told_directory();

  bool is_running() const;

  /// The room's epoch, as of its last answer with a position.
  const std::string& epoch() const {
    return epoch_;
  }

  stepped_shards shards;
  std::unique_ptr<metrics> counts;
  room_actor room;
  connection_options limits;                     ///< Of rooms started from now on.
  room_storage storage;                          ///< Also.
  std::shared_ptr<const room_given> handed_over; ///< Also: by an earlier home.

private:
  std::string epoch_;
  lines logs_[2];
  lines directory_log_;
  audience_actor audiences_[2];
  directory_actor directory_;
  std::uint64_t numbers_ = 0;
};

} // namespace salon::testing

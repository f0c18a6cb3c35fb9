#pragma once

#include "actors/fanout.hpp"
#include "tests/support/stepped_shards.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace salon::testing {

using lines = std::vector<std::string>;

/// A member of rooms whose fanout is under test, with a socket that notes all it is given:
///   `entered lobby 7`, `recovered lobby 7: 5 6 7`, `refused lobby 106`, `out of lobby 2500`,
///   `answer 3 offset 8`, `answer 3 code 100`, `answer 4 members 2`, and the payloads of frames.
class guest final : public subscriber, private transport {
public:
  guest(fanout_state& fanout, shard& home, std::string_view name, wire_format format);
  ~guest() override;

  /// Enters a room.
  void enter(const room_id& room, fanout_state::entry_request request = {});

  void leave(const room_id& room);

  sending publish(const room_id& room, std::uint64_t command, std::string_view data);

  sending publish_with_key(const room_id& room, std::uint64_t command, std::string_view data,
                           std::string_view key);

  void ask_presence(const room_id& room, std::uint64_t command);

  /// The socket is gone; the actor has not ended yet.
  void lose_socket();

  /// The actor ends, too.
  void end();

  bool is_in(const room_id& room) const;

  bool is_of(const fanout_state& which) const noexcept {
    return &which == &fanout_;
  }

  lines take() {
    return std::exchange(log_, {});
  }

  const lines& log() const noexcept {
    return log_;
  }

  const member_ptr& place() const noexcept {
    return member_;
  }

  /// Reads nothing from now on; more than `budget` bytes are too many.
  void stop_reading(std::size_t budget);

  /// Reads all that waits, and goes on.
  void go_on_reading();

  std::function<void()> on_send; ///< Called from inside of a delivery.
  std::size_t bulk_frames = 0;

private:
  void on_subscribed(subscription& to, const subscribed& answer) override;
  void on_answered(std::uint64_t command, const answered& answer) override;
  void on_unsubscribed(subscription& from, unsubscribe_code why) override;

  void send(const frame& message, const lane& how) override;
  std::vector<withdrawn> withdraw() override;
  std::size_t queued_bytes() const noexcept override;
  void ping() override {
  }
  void pause() override {
  }
  void resume() override {
  }
  void close(close_code) override {
  }
  void abandon() noexcept override {
  }

  using life_actor = contract<caf::result<void>(std::int32_t)>;
  struct life_state;

  fanout_state& fanout_;
  struct queued {
    frame message;
    lane how;
  };

  member_ptr member_;
  std::vector<queued> queue_;
  std::size_t budget_ = 0; ///< While it reads nothing; 0: it reads.
  life_actor life_;
  lines log_;
};

/// A fanout by itself: the rooms behind it and their directory are puppets that only note. The
/// test says what the rooms say.
class fanout_fixture {
public:
  /// @param shard_count  The fanout and the puppets live on the first, guests' actors on the last.
  explicit fanout_fixture(fanout_options options = {}, std::size_t shard_count = 1);
  ~fanout_fixture();

  guest& add(std::string_view name, wire_format format = wire_format::json);

  /// What the puppet room `which` was told since the last call: `subscribe 1 ana`,
  /// `unsubscribe ana`, `publish 2 hello`, `history 3`, `presence 4`, `receipt 64`.
  lines told(const room_id& which = "lobby");

  // What rooms say. Nothing happens until `run`.
  void let_in(std::uint64_t number, std::uint64_t top, const room_id& which = "lobby",
              std::vector<publication_ptr> recovered = {}) const;
  void keep_out(std::uint64_t number, errc why, const room_id& which = "lobby") const;
  void broadcast_of(std::uint64_t offset, const room_id& which = "lobby") const;
  void joined(std::string_view name, const room_id& which = "lobby") const;
  void answer(std::uint64_t number, std::uint64_t offset, const room_id& which = "lobby") const;

  const std::map<room_id, room_actor>& rooms() const noexcept {
    return rooms_;
  }

  /// The room dies; who asks for it finds a new one.
  void kill_room(const room_id& which = "lobby");

  /// The number of the newest request that a room was sent.
  std::uint64_t last_number() const noexcept {
    return last_number_;
  }

  void run() {
    shards.run();
  }

  /// Runs what is enough for a guest to be in: asked for, let in at `top`, and told.
  guest& seated(std::string_view name, std::uint64_t top = 0,
                wire_format format = wire_format::json, const room_id& which = "lobby",
                fanout_state::entry_request request = {});

  static client_info_ptr person(std::string_view name);

  /// Forgets guests that have ended.
  void clear_guests() {
    guests_.clear();
  }

  stepped_shards shards;
  std::unique_ptr<metrics> counts;

  /// Makes rooms in the place of puppets, when set.
  std::function<room_actor(const room_id&, const directory_actor&)> make_room;

  fanout_state* fanout = nullptr;
  audience_actor handle;
  errc directory_fails = errc::none;
  bool directory_is_mute = false;

private:
  struct puppet_directory;
  struct puppet_room;

  directory_actor directory_;
  std::map<room_id, room_actor> rooms_;
  std::map<room_id, lines> told_;
  std::vector<std::unique_ptr<guest>> guests_;
  std::uint64_t last_number_ = 0;
};

} // namespace salon::testing

#pragma once

#include "tests/simulation/checker.hpp"
#include "tests/simulation/lot.hpp"
#include "tests/simulation/seat.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace salon::simulation {

/// What a person finds around: nodes to sit on, and who listens to what it complains of.
class surroundings {
public:
  virtual lot& chance() = 0;
  virtual checker& judge() = 0;
  virtual std::size_t now() const = 0; ///< In ticks.
  virtual void note(const std::string& line) = 0;
  virtual bool is_calm() const = 0; ///< Nothing breaks any more.
  /// A node that a connection gets through to, if there is one.
  virtual std::optional<std::size_t> some_node() = 0;
  virtual bool answers(std::size_t node) const = 0;
  virtual std::unique_ptr<seat> sit_down(std::size_t node, seat_user& who) = 0;
  /// A connection that its person has given up, and its node not yet.
  virtual void leave_behind(std::size_t node, std::unique_ptr<seat> what) = 0;

protected:
  ~surroundings() = default;
};

/// Somebody who chats as an SDK makes them: sits in rooms, comes again when told to or when the
/// connection is gone, with the position it has, and repeats what has a key until it is answered.
/// Whatever it is told is judged at once.
class person final : public seat_user {
public:
  /// @param listens  Whether it wants to hear of joins and leaves.
  person(std::string name, surroundings& around, const std::vector<room_id>& rooms, bool listens);

  /// Something that it does of its own, or nothing.
  void act();

  /// Its node has died.
  void lose_seat();

  /// It goes on to other nodes, as when its pings are not answered.
  void forsake_seat();

  /// Says something in each of its rooms.
  void say_last_words(std::vector<std::pair<room_id, std::uint64_t>>& said);

  /// Lets everything end.
  void end();

  // at the end

  /// What it still waits for; empty: nothing.
  std::string waits_for() const;
  bool has_heard(std::uint64_t number) const {
    return heard_.count(number) > 0;
  }
  bool is_in(const room_id& room) const;
  void check_ends(const std::map<room_id, std::set<std::uint32_t>>& truth);

  const std::string& name() const noexcept {
    return name_;
  }
  std::optional<std::size_t> node() const noexcept {
    return seat_ ? std::optional{node_} : std::nullopt;
  }
  std::uint32_t client() const noexcept {
    return seat_->client();
  }

private:
  /// One of its rooms.
  struct place {
    room_id room;
    bool wanted = true;
    bool in = false;
    bool entering = false;
    std::size_t again_at = 0; ///< When it tries next to enter, or wants to.
    stream_position at;       ///< What it has; without an epoch: nothing.
    bool must_ask = false;    ///< Who is there.
    std::optional<std::set<std::uint32_t>> present;
  };

  struct unanswered {
    room_id room;
    bool keyed = false;
  };

  void on_entered(const room_id& room, const subscribed& answer) override;
  void on_out(const room_id& room, unsubscribe_code why) override;
  void on_answer(std::uint64_t command, const answered& answer) override;
  void on_publication(const room_id& room, std::uint64_t offset, std::string_view data) override;
  void on_presence_change(const room_id& room, std::uint32_t client, bool is_there) override;

  void on_presence(place& where, const answered& answer);
  void sit_down();
  void enter(place& where);
  void say(const room_id& room, bool keyed);
  void send(std::uint64_t number, const unanswered& what);
  void repeat();
  void forget_seat();
  void take(place& where, std::uint64_t offset, std::string_view data);
  place& place_in(const room_id& room);
  void note(const std::string& what);
  void complain(const std::string& what);

  std::string name_;
  surroundings& around_;
  bool listens_;
  std::unique_ptr<seat> seat_;
  std::size_t node_ = 0;
  std::size_t patience_ = 0; ///< Ticks that its node has not answered.
  std::size_t sits_again_at_ = 0;
  std::vector<place> places_;
  std::map<std::uint64_t, unanswered> sent_;
  std::map<std::uint64_t, unanswered> to_repeat_;
  std::size_t repeats_at_ = 0;
  std::set<std::uint64_t> heard_;
};

} // namespace salon::simulation

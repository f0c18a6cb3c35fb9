#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace salon::testing {

/// A line of the swarm: who said it, and the how manieth of theirs it is, from 0.
struct line {
  std::uint32_t speaker = 0;
  std::uint32_t number = 0;

  friend bool operator==(const line&, const line&) = default;
};

/// Some thousand clients on one thread, which say numbered lines and note which they hear. An end
/// that nobody asked for is an exception.
class swarm {
public:
  enum class language : std::uint8_t {
    text,
    json,
    publisher, ///< An SDK client that is not in the room it publishes in.
  };

  explicit swarm(std::uint16_t port);

  swarm(const swarm&) = delete;
  swarm& operator=(const swarm&) = delete;

  ~swarm();

  /// Starts a new client, which is in `room` once `is_in` says so. Returns its number.
  /// @param receive_buffer  Of its socket, in bytes; 0: the system's choice.
  std::size_t enter(const std::string& room, language how, int receive_buffer = 0);

  bool is_in(std::size_t who) const;

  /// Says the next line, with so many bytes behind it.
  void say(std::size_t who, std::size_t padding = 0);

  /// Takes leave with a close frame, or goes by a reset. What is heard from now on does not count.
  void leave(std::size_t who);
  void reset(std::size_t who);

  /// Notes nothing that it hears, and may be closed by the server.
  void let_go(std::size_t who);

  /// Reads nothing from its socket until it reads on.
  void stop_reading(std::size_t who);
  void read_on(std::size_t who);

  /// The code of the server's close frame, 0 without one: of a client that has ended.
  std::optional<int> ended_with(std::size_t who) const;

  /// Lines said so far; heard of one's own, or, by a publisher, answered, if only by an error;
  /// bytes that the socket has not taken yet.
  std::uint32_t said(std::size_t who) const;
  std::uint32_t heard_own(std::size_t who) const;
  std::size_t unsent(std::size_t who) const;

  /// All lines heard so far, in order.
  const std::vector<line>& heard(std::size_t who) const;

  /// All clients so far, whether they are still there or not.
  std::size_t size() const noexcept;

  /// Lets things happen until `done`, which is asked after each turn. Throws when nothing happens
  /// for a while.
  void run_until(const std::function<bool()>& done);

  /// Lets happen what happens next, if it does within that time.
  void run_once(std::chrono::milliseconds within);

private:
  struct client;

  std::size_t turn(std::chrono::milliseconds within);
  void on_event(client& which, std::uint32_t events);
  void read(client& from);
  void take_frames(client& from);
  void take_text(client& from, std::string_view text);
  static void take_close(client& from, std::string_view payload);
  static void take_lines(client& from, std::string_view text);
  void queue(client& to, std::string_view bytes);
  void flush(client& to) const;
  void watch(client& which) const;
  void drop(client& which, bool with_reset);

  std::uint16_t port_;
  int poll_;
  std::vector<std::unique_ptr<client>> clients_;
};

/// The order of a room's lines, as one of its members heard it from first to last. Others are
/// compared with it.
class room_order {
public:
  /// When nothing is wrong.
  static inline const std::string flawless;

  explicit room_order(const std::vector<line>& whole);

  /// What is wrong with the order itself: somebody's lines twice, in another order or with gaps.
  std::string flaw() const;

  /// What is wrong with what another member heard, which is to be a piece of the order without a
  /// gap, or all of it.
  std::string flaw_of(const std::vector<line>& heard, bool must_be_whole) const;

private:
  std::vector<line> lines_;
  std::unordered_map<std::uint64_t, std::size_t> places_;
};

} // namespace salon::testing

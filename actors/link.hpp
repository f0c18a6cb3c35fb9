#pragma once

#include "actors/node_options.hpp"
#include "base/clock.hpp"
#include "messages/link_codec.hpp"
#include "messages/link_messages.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace salon {

/// One end of the link between two nodes, over a way that promises nothing: numbered frames of
/// batched events, acknowledged, no more of them under way than the peer gives credit for, a
/// heartbeat each second. Pure: it knows neither clock nor socket. What the way loses, repeats or
/// turns round breaks the link, and so does a peer that is silent or a queue that is full: it never
/// delivers an event twice, nor one behind a gap. A link that broke stays broken. Frames of
/// other links to the same peer, as half-open ways deliver them in between, are dropped without a
/// word and are no sign of life.
class link {
public:
  using time_point = timer_wheel::time_point;

  enum class state : std::uint8_t {
    greeting, ///< Hellos are under way: nothing else is sent or taken.
    open,
    broken,
  };

  /// How long an acknowledgement waits for events to go along with.
  static constexpr auto acknowledgement_delay = std::chrono::milliseconds{20};

  /// @param mine  What the peer is told; its window is that of the options.
  link(const link_options& options, link_hello mine, time_point now);

  state standing() const noexcept {
    return state_;
  }

  /// Why it broke, a sentence for the operator that names what to do where there is something.
  const std::string& why() const noexcept {
    return why_;
  }

  /// Who is at the other end, once it is open.
  const link_hello& peer() const noexcept {
    return peer_;
  }

  /// The version that both speak, the highest such, once it is open.
  std::uint32_t version() const noexcept;

  /// Queues an event, in order. Over the bound on bytes the link breaks.
  void post(const link_event& what);

  /// Breaks it, and lets the peer know why: a sentence that both can log. For a link whose peer
  /// this node does not want, before anything else was said.
  void refuse(std::string why);

  /// Takes a frame that came, and appends the events in it to `events`.
  void take(std::string_view frame, time_point now, std::vector<link_event>& events);

  /// The next frame to send, if there is one: a hello, events that the peer has credit for, an
  /// acknowledgement that is due, a heartbeat. Call it until there is none, after each `post`,
  /// `take` and tick. A link that broke may have a hello left, so that the peer, too, can say why
  /// the two do not go together.
  std::optional<std::string> next(time_point now);

  /// This end has stood still for so long, and could hear nobody: it does not count as silence.
  void excuse(timer_wheel::duration time) noexcept {
    heard_at_ += time;
  }

  /// Breaks it when the peer has been silent for too long. Call it on each tick.
  void check(time_point now);

  /// Bytes that wait for credit or acknowledgement, with what it takes to keep them.
  std::size_t queued_bytes() const noexcept {
    return waiting_bytes_ + under_way_bytes_;
  }

  /// Since something came from the peer on this link; since its start before that.
  timer_wheel::duration silence(time_point now) const noexcept {
    return now - heard_at_;
  }

private:
  struct sent_frame {
    std::uint64_t number;
    std::size_t bytes;
  };

  void on_greeting(const greeting_frame& x, time_point now);
  void open(time_point now);
  void on_data(const data_frame& x, std::size_t bytes, time_point now,
               std::vector<link_event>& events);
  bool belongs_here(const data_frame& x);
  bool in_sequence(const data_frame& x);
  void acknowledged(std::uint64_t number);
  bool owes_acknowledgement(time_point now) const noexcept;
  bool has_credit_for(std::size_t bytes) const noexcept;
  std::vector<std::string> take_batch();
  std::string data(std::vector<std::string> events, time_point now);
  std::string peer_name() const;
  void fail(std::string why);

  link_options options_;
  link_hello mine_;
  link_hello peer_; ///< The newest that came; its epoch is 0 before there was one.
  state state_ = state::greeting;
  std::string why_;
  std::string refusal_; ///< What the peer is to be told.
  std::size_t window_bytes_;
  bool hello_is_due_ = true;

  std::deque<std::string> waiting_; ///< Events.
  std::size_t waiting_bytes_ = 0;
  std::uint64_t sent_ = 0;           ///< The newest frame.
  std::deque<sent_frame> under_way_; ///< Of those with events.
  std::size_t under_way_bytes_ = 0;
  time_point sent_at_;

  std::uint64_t taken_ = 0;           ///< The newest frame.
  std::size_t unacknowledged_ = 0;    ///< Bytes of frames with events.
  time_point unacknowledged_since_{}; ///< When there are some.
  time_point heard_at_;
};

} // namespace salon

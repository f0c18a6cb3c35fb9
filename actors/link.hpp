#pragma once

#include "actors/node_options.hpp"
#include "base/clock.hpp"
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
/// delivers an event twice, nor one behind a gap. A link that broke stays broken.
class link {
public:
  using time_point = timer_wheel::time_point;

  enum class state : std::uint8_t {
    greeting, ///< Hellos are under way: nothing else is sent or taken.
    open,
    broken,
  };

  link(const link_options& options, link_hello mine, time_point now);

  state standing() const noexcept;

  /// Why it broke, a sentence for the operator that names what to do where there is something.
  const std::string& why() const noexcept;

  /// Who is at the other end, once it is open.
  const link_hello& peer() const noexcept;

  /// Queues an event, in order. Over the bound on bytes the link breaks.
  void post(const link_event& what);

  /// Takes a frame that came, and appends the events in it to `events`.
  void take(std::string_view frame, time_point now, std::vector<link_event>& events);

  /// The next frame to send, if there is one: a hello, events that the peer has credit for, an
  /// acknowledgement that is due, a heartbeat. Call it until there is none, after each `post`,
  /// `take` and tick.
  std::optional<std::string> next(time_point now);

  /// Breaks it when the peer has been silent for too long. Call it on each tick.
  void check(time_point now);

  /// Bytes that wait for credit or acknowledgement.
  std::size_t queued_bytes() const noexcept;

  /// Since something came from the peer.
  timer_wheel::duration silence(time_point now) const noexcept;
};

} // namespace salon

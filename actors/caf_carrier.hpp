#pragma once

#include "actors/link_carrier.hpp"
#include "base/caf_adapter.hpp"
#include "messages/link_frame.hpp"
#include "messages/type_ids.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace salon {

class caf_network;
class cluster_gate;
class shard;

/// What the carriers of two nodes say to each other, and the only actor of a node that others can
/// reach.
using carrier_actor = contract<caf::result<void>(link_frame)>;

/// Tuning of a carrier.
struct carrier_options {
  std::size_t frame_bytes_max = 1'048'576; ///< Of one frame: a larger one is not sent.

  /// From `dial` to its answer. Meanwhile it tries again when two nodes dialled each other at the
  /// same time and both lost, or when the other one still held on to an earlier connection.
  std::chrono::milliseconds dial_timeout{6'000};

  /// How long a node that was reached has to answer, before the next try.
  std::chrono::milliseconds knock_timeout{2'000};

  /// Between tries, at least; up to four times as long, by lot.
  std::chrono::milliseconds retry_interval{50};

  /// How often CAF's connections are held against those of the gate: others, who found CAF's own
  /// port on this machine, are cut.
  std::chrono::milliseconds watch_interval{250};
};

/// A carrier that has been started. The state is gone once the actor has quit.
struct started_carrier {
  carrier_actor handle;
  link_carrier* carrier = nullptr;
  std::uint16_t port = 0;               ///< Of 127.0.0.1, where CAF speaks TLS.
  std::optional<std::string> objection; ///< Why there is none, a sentence.
};

/// Starts a link_carrier over CAF's middleman, on `home`, where `gate` lives too, and opens the
/// gate. Call it before `home` runs, or on its thread; it waits for CAF to open a port on 127.0.0.1
/// that speaks mutual TLS. A way is one of CAF's connections; between two nodes there is only one,
/// and a second one for which a node is dialled ends both. Frames come from peers with a
/// certificate of the cluster only. They may send larger ones than we do: CAF takes up to 4 GiB
/// from them.
started_carrier start_caf_carrier(shard& home, caf_network& network, cluster_gate& gate,
                                  const carrier_options& options = {});

} // namespace salon

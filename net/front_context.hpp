#pragma once

#include "net/options.hpp"
#include "net/poller.hpp"

#include <boost/intrusive/list.hpp>

#include <atomic>
#include <cstddef>
#include <functional>
#include <vector>

namespace salon {

class metrics;
class reception;
class shard;

/// What the fronts of all shards share.
struct front_state {
  std::atomic<std::size_t> connections{0}; ///< Upgraded and not ended.
  std::atomic<bool> draining{false};       ///< Nobody new comes in.
};

/// A socket the front of a shard keeps track of, so that none outlives it.
class tracked : public boost::intrusive::list_base_hook<
                  boost::intrusive::tag<struct tracked_tag>,
                  boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
public:
  /// The front lets nobody in any more: whoever is not in yet is told so.
  virtual void drain() = 0;

  /// Ends at once and tells nobody; touches the front no more.
  virtual void drop() noexcept = 0;

protected:
  ~tracked() = default;
};

/// What the sockets of one shard share. Lives longer than they do; used on its thread only.
struct front_context {
  using tracked_list
    = boost::intrusive::list<tracked,
                             boost::intrusive::base_hook<boost::intrusive::list_base_hook<
                               boost::intrusive::tag<struct tracked_tag>,
                               boost::intrusive::link_mode<boost::intrusive::auto_unlink>>>,
                             boost::intrusive::constant_time_size<false>>;

  shard& home;
  reception& desk;
  metrics& counts;
  const front_options& options;
  front_state& state;

  /// Every socket of the shard reads into this, one after the other.
  std::vector<char> read_buffer = std::vector<char>(64 * 1024);

  poller ready{home};
  tracked_list sockets = {};
  std::size_t handshakes = 0;

  /// Called when a socket has ended: a descriptor is free, a handshake over.
  std::function<void()> on_socket_gone = {};
};

} // namespace salon

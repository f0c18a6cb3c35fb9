#pragma once

#include <cstdint>
#include <string>

namespace salon {

/// Names a way to another node that a carrier has opened.
using way_id = std::uint64_t;

/// What carries frames between gateways: CAF's middleman behind a cluster port, or a simulated
/// network. Belongs to the gateway's shard and thread, as all its calls do, in both directions. It
/// promises nothing: frames may get lost with their way, and a way may go deaf without a word.
class link_carrier {
public:
  /// The gateway, as its carrier sees it. Never called from inside a call of the carrier's.
  class user {
  public:
    /// There is a way: one that was dialled, or one that somebody came by.
    /// @param address  What was dialled; empty for one who came.
    virtual void on_way(way_id way, const std::string& address) = 0;

    /// What was dialled cannot be reached, or is not of this cluster.
    /// @param why  A sentence for the operator, such as "certificate not of this cluster".
    virtual void on_no_way(const std::string& address, const std::string& why) = 0;

    /// What was dialled leads to where a way leads already, or to this node itself.
    /// @param way  That way; 0 for this node.
    virtual void on_known(const std::string& address, way_id way) = 0;

    /// A frame came, whole.
    virtual void on_frame(way_id way, std::string frame) = 0;

    /// The way is closed, by the other side or a failure. Not called for one that `close` closed.
    virtual void on_closed(way_id way, const std::string& why) = 0;

  protected:
    ~user() = default;
  };

  virtual ~link_carrier() = default;

  /// Who hears of everything from now on; null: nobody.
  virtual void serve(user* whom) = 0;

  /// Looks for a way to `address`, `host:port`. The answer is on_way, on_no_way or on_known, within
  /// the carrier's own deadline.
  virtual void dial(const std::string& address) = 0;

  /// Sends a frame. One for a way that is closed goes nowhere.
  virtual void send(way_id way, std::string frame) = 0;

  /// The peer has said who it is: the way may stay. One that is not admitted in time is closed.
  virtual void admit(way_id way) = 0;

  /// Closes a way for good.
  virtual void close(way_id way) = 0;
};

} // namespace salon

#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace salon {

/// Where the connections of a cluster come in and go out, below its carrier. CAF only ever sees
/// 127.0.0.1: the gate accepts on the public port, reaches out to other nodes, and passes on the
/// bytes between them and CAF. Each connection is known by its port on this machine's loopback, the
/// one that CAF sees. Belongs to the carrier's shard and thread, as all its calls do.
class cluster_gate {
public:
  using port = std::uint16_t;

  /// How a connection ended.
  enum class ending : std::uint8_t {
    lost,           ///< One side closed it, or it broke.
    late,           ///< It did not begin to speak, or was not admitted, in time.
    not_tls,        ///< The other side speaks something else.
    not_of_cluster, ///< One side does not accept the other's certificate.
  };

  /// The carrier, as its gate sees it. Never called from inside a call of the gate's.
  class user {
  public:
    /// What was dialled is there: TLS with it goes through 127.0.0.1, this port, for whoever comes
    /// first. It has to be admitted in time.
    virtual void on_reached(const std::string& address, port at) = 0;

    /// What was dialled cannot be reached.
    /// @param why  A sentence for the operator.
    virtual void on_unreachable(const std::string& address, const std::string& why) = 0;

    /// A connection is over. Not called for one that was cut.
    /// @param why  A sentence for the operator.
    virtual void on_ended(port at, ending how, const std::string& why) = 0;

    /// Why a stranger cannot be let in now, a sentence; asked from inside of the gate.
    virtual std::optional<std::string> objection() const = 0;

  protected:
    ~user() = default;
  };

  virtual ~cluster_gate() = default;

  /// Who hears of everything from now on; null: nobody.
  virtual void serve(user* whom) = 0;

  /// Lets strangers in from now on, on to the port of 127.0.0.1 where CAF speaks TLS.
  virtual void open(port caf) = 0;

  /// Reaches out to `address`, `host:port`. The answer is on_reached or on_unreachable.
  virtual void dial(const std::string& address) = 0;

  /// Whether that is one of the gate's connections: CAF should have no others.
  virtual bool knows(port at) const = 0;

  /// The connection may stay.
  virtual void admit(port at) = 0;

  /// Cuts a connection.
  virtual void cut(port at) = 0;

  /// Cuts all that came in and have not been admitted.
  virtual void cut_strangers() = 0;
};

} // namespace salon

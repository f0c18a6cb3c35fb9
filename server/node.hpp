#pragma once

#include "actors/reception.hpp"
#include "actors/shard_locals.hpp"
#include "net/control_socket.hpp"
#include "net/front.hpp"
#include "server/node_core.hpp"
#include "server/server.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace salon {

/// Receives the sockets of one shard.
class shard_reception final : public reception {
public:
  explicit shard_reception(shard_locals& here) : here_(here) {
    // nop
  }

  std::optional<std::string> objection(const visit& who) const override;
  received receive(transport& socket, visit who) override;

private:
  shard_locals& here_;
};

/// A node that serves clients: what all are made of, and the doors for clients and the operator.
class server::node final : public node_core {
public:
  /// @param wanted  From `prepared`.
  explicit node(config wanted);
  ~node() override;

  int run();

  std::function<void(std::uint16_t)> on_listening;

private:
  /// Makes the control socket that the options ask for; whether nothing stands against serving.
  bool open_control();
  void answer(const control_request& what, const control_reply& reply);
  void drain(const std::function<void(control_answer)>& reply);

  void let_clients_go();
  void close_clients(std::chrono::milliseconds patience);
  std::chrono::milliseconds time_to_close_all() const;

  std::vector<std::unique_ptr<shard_reception>> receptions_;
  std::unique_ptr<front> door_;
  std::unique_ptr<control_socket> control_;
  bool drained_ = false; ///< By an operator, before it is stopped.
};

} // namespace salon

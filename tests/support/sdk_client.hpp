#pragma once

#include "tests/support/bare_client.hpp"

#include <deque>
#include <string>
#include <string_view>

namespace salon::testing {

/// A client of the JSON protocol, as bytes: messages are texts, split at newlines. The server's
/// pings are answered on the way.
class sdk_client : public bare_client {
public:
  /// Connected, with the reply read. `request` is what the connect command holds.
  explicit sdk_client(std::uint16_t port, std::string_view request = "{}", tuning how = {0, 0});

  /// Sends a command, such as `"subscribe":{"channel":"a"}`, with the next id; returns the id.
  int command(std::string_view request);

  /// Sends a command and returns its reply. What comes before it is kept for `next`.
  std::string ask(std::string_view request);

  /// Enters a room; throws when it is refused. Asks to hear joins and leaves.
  void enter(std::string_view room);

  /// Publishes JSON and waits for the reply.
  void publish(std::string_view room, std::string_view data);

  /// The next message that is no ping.
  std::string next();

  /// The next message with `part` in it; those before are dropped.
  std::string next_with(std::string_view part);

private:
  std::string receive();

  std::deque<std::string> received_; ///< Read from the socket,
  std::deque<std::string> kept_;     ///< and passed over by `ask`.
  int last_id_ = 0;
};

/// Whether `reply` answers the command `id`.
bool answers(std::string_view reply, int id);

} // namespace salon::testing

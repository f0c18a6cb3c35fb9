#pragma once

#include "messages/control_protocol.hpp"

#include <chrono>
#include <string>

namespace salon {

/// What became of a request to a running server.
struct control_outcome {
  std::string answer;  ///< The line it said, unread; empty: it said nothing.
  std::string failure; ///< Then why, a sentence.
};

/// Asks the server whose control socket is at `path`, and waits for its answer no longer than
/// `patience`.
control_outcome ask_server(const std::string& path, const control_request& what,
                           std::chrono::milliseconds patience);

} // namespace salon

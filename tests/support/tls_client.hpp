#pragma once

#include "actors/cluster_files.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace salon::testing {

/// What became of a TLS handshake with a port of this machine.
struct tls_outcome {
  bool connected = false; ///< As far as the client knows: a server may refuse it after that.
  std::string received;   ///< What came from there, decrypted, until it closed.
  std::string said;       ///< What the client itself wrote to the socket, as it would be recorded.
};

/// Shakes hands with `port`, sends `then` if that worked, and reads until the other side closes,
/// which it must. Without a certificate in `files` it shows none; it accepts any.
tls_outcome shake_hands(std::uint16_t port, const cluster_files& files, std::string_view then = {});

/// Sends `bytes` to `port`, and waits until the other side closes or `bytes` cannot be sent any
/// more; what came from there.
std::string say(std::uint16_t port, std::string_view bytes);

} // namespace salon::testing

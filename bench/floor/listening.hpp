#pragma once

#include <cstdint>

namespace salon::bench {

/// A descriptor that is closed with its owner.
class descriptor {
public:
  /// Throws std::system_error, saying `what`, when `number` is negative.
  descriptor(int number, const char* what);

  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;

  ~descriptor();

  int number() const {
    return number_;
  }

private:
  int number_;
};

/// A socket that listens on 127.0.0.1, without blocking; 0 is any free port. What it accepts has
/// TCP_NODELAY, too. Throws std::system_error.
int listen_on(std::uint16_t port);

/// The port that a socket is bound to.
std::uint16_t port_of(int socket);

/// Readable once SIGTERM or SIGINT came, which no longer end the process by themselves.
int ending_signals();

/// As many descriptors as the system lets this process have.
void raise_descriptor_limit();

} // namespace salon::bench

#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstdint>
#include <future>
#include <optional>
#include <string>

namespace salon {

/// The addresses of a host. The system looks names up in its own time, and nobody can make it stop:
/// so a name has a thread, which is left to itself when nobody waits any more.
class name_lookup {
public:
  struct outcome {
    boost::system::error_code wrong;
    boost::asio::ip::tcp::resolver::results_type places;
  };

  /// Begins. What is an address already is found at once.
  name_lookup(const std::string& host, std::uint16_t port);

  /// Waits for what was found; nothing if that is not known in time.
  std::optional<outcome> await(std::chrono::steady_clock::time_point end) const;

private:
  std::shared_future<outcome> outcome_;
};

} // namespace salon

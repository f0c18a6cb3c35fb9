#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace salon::testing {

/// Between a node and whoever dials it: what is plugged in here comes out there, until it is cut.
/// Neither side hears of that from its kernel.
class cable {
public:
  /// @param to  A port of this machine.
  explicit cable(std::uint16_t to);

  cable(const cable&) = delete;
  cable& operator=(const cable&) = delete;

  ~cable();

  std::string address() const;

  /// What is plugged in now gets nothing through any more; what comes later does.
  void cut();

private:
  struct strand;

  void accept();

  boost::asio::io_context io_{1};
  boost::asio::ip::tcp::endpoint to_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::vector<std::shared_ptr<strand>> strands_;
  std::thread thread_;
};

} // namespace salon::testing

#pragma once

#include "base/clock.hpp"
#include "net/control_socket.hpp"

#include <boost/asio/local/stream_protocol.hpp>

#include <array>
#include <memory>
#include <string>
#include <string_view>

namespace salon {

/// One who came by the control socket, from their request to the end of its answer. Whatever they
/// do, it ends in time.
class control_socket::visit : public std::enable_shared_from_this<visit> {
public:
  visit(control_socket& owner, protocol::socket socket);

  /// Reads the request.
  void start();

  /// Says that nothing is done for them, and why.
  void refuse(const std::string& sentence);

  /// Hangs up, and tells the owner nothing.
  void drop() noexcept;

private:
  enum class phase : std::uint8_t {
    asking,    ///< The request is not complete.
    waiting,   ///< What was asked for is being done.
    answering, ///< The answer goes out.
    ended,
  };

  void read();
  void on_read(bool is_end, std::size_t bytes);
  void take(std::string_view line);
  void watch();
  control_reply make_reply();
  void answer(std::string json);
  void on_timeout();
  void end();

  control_socket& owner_;
  protocol::socket socket_;
  timer deadline_;
  phase phase_ = phase::asking;
  std::array<char, 4'096> buffer_{};
  std::string text_; ///< Of the request, then of the answer.
};

} // namespace salon

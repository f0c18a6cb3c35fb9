#pragma once

#include "base/clock.hpp"
#include "net/front_context.hpp"
#include "net/handshake.hpp"
#include "net/poller.hpp"
#include "net/response.hpp"
#include "net/socket.hpp"

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace salon {

/// A socket from its accept to the end of its one request: upgraded it becomes a websocket_session,
/// else it is answered and closed. Whatever comes, it ends in time, and keeps itself alive until
/// then.
class http_session final
  : public pollable,
    public tracked,
    public boost::intrusive_ref_counter<http_session, boost::thread_unsafe_counter> {
public:
  using pointer = boost::intrusive_ptr<http_session>;

  /// @param socket  Connected; becomes this object's to close.
  http_session(front_context& front, int socket, const tcp::endpoint& peer);

  /// Reads what is there already.
  void start();

  void on_readable() override;
  void on_writable() override;

  void drain() override;
  void drop() noexcept override;

private:
  enum class phase : std::uint8_t {
    asking,    ///< The request is not complete.
    answering, ///< The answer goes out.
    leaving,   ///< It is out; the peer's end is awaited.
    ended,     ///< The socket is closed or another session's.
  };

  void want(bool writes);
  void take(std::span<char> input);
  void on_request(std::span<char> rest);
  void let_in(admission admitted, std::span<char> rest);
  void answer(const response& what, bool head = false);
  void write();
  void on_timeout();
  void leave_front() noexcept;
  void end(bool reset);

  front_context& front_;
  polled_socket socket_;
  tcp::endpoint peer_;
  boost::beast::http::request_parser<boost::beast::http::empty_body> parser_;
  std::string buffer_; ///< Of the request while it is cut; then what is left of the answer.
  std::size_t written_ = 0;
  timer deadline_;
  phase phase_ = phase::asking;
  bool peer_ended_ = false; ///< It sends no more.
  pointer self_;            ///< Until it ends.
};

} // namespace salon

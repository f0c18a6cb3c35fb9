#pragma once

#include "client/name_lookup.hpp"
#include "client/websocket_client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <deque>

namespace salon {

/// A connection. A read is under way whenever no message waits to be taken: so no time limit ever
/// cuts one in two. When something else takes too long, nothing runs here any more.
class websocket_client::wire {
public:
  using clock = std::chrono::steady_clock;

  wire(const std::string& host, std::uint16_t port, std::string target, clock::time_point end);

  void await_connection();
  void post(std::string text);
  bool send(std::string_view text, clock::time_point end);
  std::optional<std::string> read(clock::time_point end);
  void close(std::uint16_t code, clock::time_point end);
  void give_up();

  bool is_connecting() const noexcept {
    return !is_connected_ && refusal_.empty();
  }

  bool is_open() const noexcept {
    return is_connected_ && !ended_;
  }

  bool is_writing() const noexcept {
    return is_open() && !unsent_.empty();
  }

  const std::string& refusal() const noexcept {
    return refusal_;
  }

  const std::optional<websocket_end>& ended() const noexcept {
    return ended_;
  }

  int native_handle() noexcept {
    return stream_.next_layer().native_handle();
  }

private:
  using tcp = boost::asio::ip::tcp;
  using error_code = boost::system::error_code;

  // Runs what is under way until it is done, or until the time is over.
  template <class Done>
  void run_until(clock::time_point end, Done done) {
    io_.restart();
    // Polled first: what is ready is taken even when there is no time to wait.
    while (!done())
      if (io_.poll_one() == 0 && io_.run_one_until(end) == 0)
        return;
  }

  void await_places(clock::time_point end);
  void start_connecting(const tcp::resolver::results_type& places);
  void start_handshake();
  void end_handshake(const error_code& wrong);
  void refuse(const error_code& why);
  void start_writing();
  void start_reading();
  void note_end();

  boost::asio::io_context io_;
  std::optional<name_lookup> lookup_; ///< Where to connect to is not known yet.
  boost::beast::websocket::stream<tcp::socket> stream_{io_};
  std::string where_;
  std::string target_;
  clock::time_point connected_until_; ///< Later it is no connection any more.
  boost::beast::websocket::response_type answer_;
  std::string refusal_;
  bool is_connected_ = false;
  std::deque<std::string> unsent_; ///< The first is being written.
  bool has_lost_ = false;          ///< Something could not be written.
  boost::beast::flat_buffer buffer_;
  std::optional<std::string> message_;
  std::optional<websocket_end> ended_;
};

} // namespace salon

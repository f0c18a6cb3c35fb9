#include "client/websocket_client.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <utility>

namespace salon {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;
using clock = std::chrono::steady_clock;

std::string authority_of(const std::string& host, std::uint16_t port) {
  auto is_v6 = host.find(':') != std::string::npos;
  return (is_v6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

} // namespace

/// A connection. A read is under way whenever no message waits to be taken: so no time limit ever
/// cuts one in two. When something else takes too long, nothing runs here any more.
class websocket_client::wire {
public:
  std::optional<std::string> connect(const std::string& host, std::uint16_t port,
                                     const std::string& target, clock::time_point end);
  bool send(std::string_view text, clock::time_point end);
  std::optional<std::string> read(clock::time_point end);
  void close(std::uint16_t code, clock::time_point end);

  const std::optional<websocket_end>& ended() const noexcept {
    return ended_;
  }

  int native_handle() noexcept {
    return stream_.next_layer().native_handle();
  }

private:
  // Runs `start`, which is given a handler, to its end. Returns what it ended with.
  template <class Start>
  error_code await(clock::time_point end, Start start) {
    std::optional<error_code> outcome;
    start([&outcome](error_code why, const auto&...) { outcome = why; });
    run_until(end, [&outcome] { return outcome.has_value(); });
    if (!outcome)
      give_up();
    return outcome.value_or(asio::error::timed_out);
  }

  template <class Done>
  void run_until(clock::time_point end, Done done) {
    io_.restart();
    // Polled first: what is ready is taken even when there is no time to wait.
    while (!done())
      if (io_.poll_one() == 0 && io_.run_one_until(end) == 0)
        return;
  }

  void start_reading();
  void note_end();
  void give_up();

  asio::io_context io_;
  websocket::stream<tcp::socket> stream_{io_};
  boost::beast::flat_buffer buffer_;
  std::optional<std::string> message_;
  std::optional<websocket_end> ended_;
};

std::optional<std::string> websocket_client::wire::connect(const std::string& host,
                                                           std::uint16_t port,
                                                           const std::string& target,
                                                           clock::time_point end) {
  auto where = authority_of(host, port);
  auto sentence = [&](const error_code& why) {
    return "Cannot connect to " + where + target + ": " + why.message();
  };
  tcp::resolver resolver{io_};
  tcp::resolver::results_type places;
  auto wrong = await(end, [&](auto done) {
    resolver.async_resolve(host, std::to_string(port), [&places, done](error_code why, auto found) {
      places = std::move(found);
      done(why);
    });
  });
  auto& socket = stream_.next_layer();
  if (!wrong)
    wrong = await(end, [&](auto done) { asio::async_connect(socket, places, done); });
  if (wrong)
    return sentence(wrong);
  error_code ignored;
  socket.set_option(tcp::no_delay{true}, ignored);
  websocket::response_type answer;
  wrong = await(end, [&](auto done) { stream_.async_handshake(answer, where, target, done); });
  if (wrong == websocket::error::upgrade_declined)
    return where + " answered " + std::to_string(answer.result_int()) + ": " + answer.body();
  if (wrong)
    return sentence(wrong);
  start_reading();
  return std::nullopt;
}

bool websocket_client::wire::send(std::string_view text, clock::time_point end) {
  if (ended_)
    return false;
  auto wrong = await(
    end, [&](auto done) { stream_.async_write(asio::buffer(text.data(), text.size()), done); });
  // Why it failed, the read under way will tell.
  return !wrong;
}

std::optional<std::string> websocket_client::wire::read(clock::time_point end) {
  if (!ended_)
    run_until(end, [this] { return message_ || ended_; });
  auto result = std::exchange(message_, std::nullopt);
  if (result && !ended_)
    start_reading();
  return result;
}

void websocket_client::wire::close(std::uint16_t code, clock::time_point end) {
  if (ended_)
    return;
  await(end, [&](auto done) { stream_.async_close(websocket::close_code{code}, done); });
  note_end();
}

void websocket_client::wire::start_reading() {
  stream_.async_read(buffer_, [this](error_code wrong, std::size_t) {
    if (wrong)
      return note_end();
    message_ = boost::beast::buffers_to_string(buffer_.data());
    buffer_.consume(buffer_.size());
  });
}

void websocket_client::wire::note_end() {
  if (ended_)
    return;
  ended_.emplace();
  const auto& said = stream_.reason();
  if (said.code != websocket::close_code::none) {
    ended_->code = said.code;
    ended_->reason = said.reason.c_str();
  }
}

void websocket_client::wire::give_up() {
  error_code ignored;
  stream_.next_layer().close(ignored);
  note_end();
}

// -- the client ---------------------------------------------------------------

websocket_client::websocket_client() = default;

websocket_client::~websocket_client() = default;

std::optional<std::string> websocket_client::connect(const std::string& host, std::uint16_t port,
                                                     const std::string& target, duration within) {
  wire_ = nullptr;
  auto fresh = std::make_unique<wire>();
  auto wrong = fresh->connect(host, port, target, clock::now() + within);
  if (!wrong)
    wire_ = std::move(fresh);
  return wrong;
}

bool websocket_client::send(std::string_view text, duration within) {
  return wire_ && wire_->send(text, clock::now() + within);
}

std::optional<std::string> websocket_client::read(duration within) {
  return wire_ ? wire_->read(clock::now() + within) : std::nullopt;
}

std::optional<websocket_end> websocket_client::close(std::uint16_t code, duration within) {
  if (wire_)
    wire_->close(code, clock::now() + within);
  return ended();
}

bool websocket_client::is_open() const noexcept {
  return wire_ && !wire_->ended();
}

std::optional<websocket_end> websocket_client::ended() const {
  return wire_ ? wire_->ended() : std::nullopt;
}

int websocket_client::native_handle() const noexcept {
  return is_open() ? wire_->native_handle() : -1;
}

} // namespace salon

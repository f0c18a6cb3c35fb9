#include "client/websocket_wire.hpp"

#include <boost/asio/connect.hpp>
#include <boost/beast/core/buffers_to_string.hpp>

#include <utility>

namespace salon {

namespace {

namespace asio = boost::asio;
namespace websocket = boost::beast::websocket;
using asio::ip::tcp;

std::string authority_of(const std::string& host, std::uint16_t port) {
  auto is_v6 = host.find(':') != std::string::npos;
  return (is_v6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

} // namespace

// -- connecting ---------------------------------------------------------------

websocket_client::wire::wire(const std::string& host, std::uint16_t port, std::string target,
                             clock::time_point end)
  : lookup_(name_lookup{host, port}),
    where_(authority_of(host, port)),
    target_(std::move(target)),
    connected_until_(end) {
  // nop
}

void websocket_client::wire::await_connection() {
  await_places(connected_until_);
  run_until(connected_until_, [this] { return !is_connecting(); });
  if (is_connecting())
    refuse(asio::error::timed_out);
}

void websocket_client::wire::await_places(clock::time_point end) {
  if (!lookup_)
    return;
  auto found = lookup_->await(end);
  if (!found)
    return;
  lookup_.reset();
  if (found->wrong)
    refuse(found->wrong);
  else
    start_connecting(found->places);
}

void websocket_client::wire::start_connecting(const tcp::resolver::results_type& places) {
  asio::async_connect(stream_.next_layer(), places, [this](error_code wrong, const auto&) {
    if (wrong)
      refuse(wrong);
    else
      start_handshake();
  });
}

void websocket_client::wire::start_handshake() {
  error_code ignored;
  stream_.next_layer().set_option(tcp::no_delay{true}, ignored);
  stream_.async_handshake(answer_, where_, target_,
                          [this](error_code wrong) { end_handshake(wrong); });
}

void websocket_client::wire::end_handshake(const error_code& wrong) {
  if (wrong == websocket::error::upgrade_declined) {
    refusal_ = where_ + " answered " + std::to_string(answer_.result_int()) + ": " + answer_.body();
  } else if (wrong) {
    refuse(wrong);
  } else {
    is_connected_ = true;
    start_reading();
  }
}

void websocket_client::wire::refuse(const error_code& why) {
  refusal_ = "Cannot connect to " + where_ + target_ + ": " + why.message();
  lookup_.reset();
  error_code ignored;
  stream_.next_layer().close(ignored);
}

// -- talking ------------------------------------------------------------------

void websocket_client::wire::post(std::string text) {
  if (!is_open())
    return;
  unsent_.push_back(std::move(text));
  if (unsent_.size() == 1)
    start_writing();
}

bool websocket_client::wire::send(std::string_view text, clock::time_point end) {
  if (!is_open())
    return false;
  post(std::string{text});
  auto is_sent = false;
  run_until(end, [&] { return (is_sent = unsent_.empty()) || ended_; });
  if (!is_sent)
    give_up();
  return is_sent && !has_lost_;
}

// Why it failed, the read under way will tell.
void websocket_client::wire::start_writing() {
  stream_.async_write(asio::buffer(unsent_.front()), [this](error_code wrong, std::size_t) {
    unsent_.pop_front();
    has_lost_ = has_lost_ || wrong;
    if (has_lost_)
      unsent_.clear();
    else if (!unsent_.empty())
      start_writing();
  });
}

std::optional<std::string> websocket_client::wire::read(clock::time_point end) {
  if (is_connecting() && clock::now() >= connected_until_)
    refuse(asio::error::timed_out);
  await_places(end);
  auto was_connecting = is_connecting();
  if (refusal_.empty() && !ended_)
    run_until(end, [&] { return message_ || ended_ || (was_connecting && !is_connecting()); });
  auto result = std::exchange(message_, std::nullopt);
  if (result && !ended_)
    start_reading();
  return result;
}

void websocket_client::wire::close(std::uint16_t code, clock::time_point end) {
  if (!is_open())
    return;
  auto is_done = false;
  stream_.async_close(websocket::close_code{code}, [&is_done](error_code) { is_done = true; });
  run_until(end, [&is_done] { return is_done; });
  if (!is_done)
    give_up();
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

} // namespace salon

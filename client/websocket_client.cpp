#include "client/websocket_client.hpp"

#include "client/websocket_wire.hpp"

#include <utility>

namespace salon {

websocket_client::websocket_client() = default;

websocket_client::~websocket_client() = default;

std::optional<std::string> websocket_client::connect(const std::string& host, std::uint16_t port,
                                                     const std::string& target, duration within) {
  start(host, port, target, within);
  wire_->await_connection();
  return wire_->is_open() ? std::nullopt : std::optional{refusal()};
}

void websocket_client::start(const std::string& host, std::uint16_t port, const std::string& target,
                             duration within) {
  wire_ = std::make_unique<wire>(host, port, target, wire::clock::now() + within);
}

void websocket_client::post(std::string text) {
  if (wire_)
    wire_->post(std::move(text));
}

bool websocket_client::send(std::string_view text, duration within) {
  return wire_ && wire_->send(text, wire::clock::now() + within);
}

std::optional<std::string> websocket_client::read(duration within) {
  return wire_ ? wire_->read(wire::clock::now() + within) : std::nullopt;
}

std::optional<websocket_end> websocket_client::close(std::uint16_t code, duration within) {
  if (is_connecting())
    wire_ = nullptr;
  if (wire_)
    wire_->close(code, wire::clock::now() + within);
  return ended();
}

void websocket_client::drop() {
  if (is_open())
    wire_->give_up();
  else
    wire_ = nullptr;
}

bool websocket_client::is_open() const noexcept {
  return wire_ && wire_->is_open();
}

bool websocket_client::is_connecting() const noexcept {
  return wire_ && wire_->is_connecting();
}

std::string websocket_client::refusal() const {
  return wire_ ? wire_->refusal() : std::string{};
}

bool websocket_client::is_writing() const noexcept {
  return wire_ && wire_->is_writing();
}

std::optional<websocket_end> websocket_client::ended() const {
  return wire_ ? wire_->ended() : std::nullopt;
}

int websocket_client::native_handle() const noexcept {
  return is_open() ? wire_->native_handle() : -1;
}

} // namespace salon

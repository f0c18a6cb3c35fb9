#include "tests/support/bare_client.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace salon::testing {

namespace {

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error{what};
}

bool await_event(int socket, short event, std::chrono::milliseconds within) {
  pollfd what{socket, event, 0};
  return ::poll(&what, 1, static_cast<int>(within.count())) > 0;
}

void set_option(int socket, int level, int name, int value) {
  ::setsockopt(socket, level, name, &value, sizeof(value));
}

bool is_end(int error) {
  return error == ECONNRESET || error == EPIPE || error == ENOTCONN;
}

} // namespace

std::string http_answer::header(std::string_view name) const {
  auto at = head.find("\r\n" + std::string{name} + ": ");
  if (at == std::string::npos)
    return {};
  auto begin = at + 2 + name.size() + 2;
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

// -- bytes --------------------------------------------------------------------

bare_client::bare_client(std::uint16_t port, tuning how)
  : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (socket_ < 0)
    fail("no socket");
  // Before the connection: its window follows from it.
  if (how.receive_buffer > 0)
    set_option(socket_, SOL_SOCKET, SO_RCVBUF, how.receive_buffer);
  if (how.send_buffer > 0)
    set_option(socket_, SOL_SOCKET, SO_SNDBUF, how.send_buffer);
  set_option(socket_, IPPROTO_TCP, TCP_NODELAY, 1);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) != 0) {
    ::close(socket_);
    fail("no connection to port " + std::to_string(port));
  }
}

bare_client::~bare_client() {
  close();
}

void bare_client::close() {
  if (socket_ >= 0)
    ::close(std::exchange(socket_, -1));
}

std::size_t bare_client::send_some(std::string_view bytes) const {
  auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  return sent > 0 ? static_cast<std::size_t>(sent) : 0;
}

void bare_client::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    if (!await_writable(patience))
      fail("the server does not read");
    auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && is_end(errno))
      return;
    if (sent > 0)
      bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool bare_client::await_readable(std::chrono::milliseconds within) const {
  return await_event(socket_, POLLIN, within);
}

bool bare_client::await_writable(std::chrono::milliseconds within) const {
  return await_event(socket_, POLLOUT, within);
}

bool bare_client::read_more() {
  if (ended_)
    return false;
  if (!await_readable(patience))
    fail("the server says nothing");
  std::array<char, 64 * 1024> buffer{};
  auto got = ::recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (got > 0)
    input_.append(buffer.data(), static_cast<std::size_t>(got));
  else
    ended_ = got == 0 || is_end(errno);
  return !ended_;
}

std::string bare_client::read_all() {
  while (read_more())
    ;
  return std::move(input_);
}

http_answer bare_client::read_answer() {
  auto text = read_all();
  auto end = text.find("\r\n\r\n");
  if (!text.starts_with("HTTP/1.1 ") || end == std::string::npos)
    fail("no HTTP answer: " + text);
  return {std::stoi(text.substr(9, 3)), text.substr(0, end + 2), text.substr(end + 4)};
}

void bare_client::shut_down() const {
  ::shutdown(socket_, SHUT_WR);
}

void bare_client::reset() {
  linger at_once{1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  close();
}

// -- frames -------------------------------------------------------------------

bare_client& bare_client::upgrade(std::string_view target, std::string_view headers) {
  send(upgrade_request(target, headers));
  auto end = input_.find("\r\n\r\n");
  while (end == std::string::npos && read_more())
    end = input_.find("\r\n\r\n");
  if (end == std::string::npos || !input_.starts_with("HTTP/1.1 101 "))
    fail("no upgrade: " + input_);
  input_.erase(0, end + 4);
  return *this;
}

std::optional<server_frame> bare_client::read_frame() {
  while (taken_ == frames_.size()) {
    taken_ = 0;
    frames_ = take_server_frames(input_);
    if (frames_.empty() && !read_more())
      return std::nullopt;
  }
  return std::move(frames_[taken_++]);
}

std::string bare_client::read_text() {
  while (auto frame = read_frame()) {
    if (frame->kind == opcode::text)
      return std::move(frame->payload);
    if (frame->kind == opcode::ping)
      send(client_frame(opcode::pong, frame->payload));
    if (frame->kind == opcode::close)
      fail("closed instead of a text: " + frame->payload.substr(2));
  }
  fail("the server hung up instead of a text");
}

std::string bare_client::read_text_with(std::string_view part) {
  for (;;) {
    auto text = read_text();
    if (text.find(part) != std::string::npos)
      return text;
  }
}

farewell bare_client::read_farewell() {
  farewell last;
  while (auto frame = read_frame()) {
    if (frame->kind != opcode::close || frame->payload.size() < 2)
      continue;
    auto byte = [&](std::size_t at) { return static_cast<unsigned char>(frame->payload[at]); };
    last = {byte(0) << 8 | byte(1), frame->payload.substr(2)};
    send(client_close(static_cast<std::uint16_t>(last.code)));
  }
  close();
  return last;
}

farewell bare_client::leave() {
  send(client_close(1000));
  return read_farewell();
}

// -- requests -----------------------------------------------------------------

std::string upgrade_request(std::string_view target, std::string_view headers) {
  std::string request = "GET ";
  request.append(target).append(" HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                                "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
  return request.append(headers).append("\r\n");
}

http_answer ask(std::uint16_t port, std::string_view request) {
  bare_client client{port};
  client.send(request);
  return client.read_answer();
}

http_answer get(std::uint16_t port, std::string_view target, std::string_view headers) {
  std::string request = "GET ";
  request.append(target).append(" HTTP/1.1\r\nHost: localhost\r\n").append(headers);
  return ask(port, request + "\r\n");
}

text_member::text_member(std::uint16_t port, const std::string& room, const std::string& name,
                         tuning how)
  : bare_client(port, how) {
  upgrade("/?room=" + room + (name.empty() ? "" : "&name=" + name));
  read_text_with("Welcome to " + room);
}

} // namespace salon::testing

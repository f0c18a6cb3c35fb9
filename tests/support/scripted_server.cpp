#include "tests/support/scripted_server.hpp"

#include "net/frame_header.hpp"
#include "net/handshake.hpp"
#include "tests/support/child_program.hpp"
#include "tests/support/server_process.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <regex>
#include <stdexcept>
#include <utility>

namespace salon::testing {

namespace {

void await_readable(int socket, const char* what) {
  pollfd watched{socket, POLLIN, 0};
  auto most = std::chrono::duration_cast<std::chrono::milliseconds>(patience);
  if (::poll(&watched, 1, static_cast<int>(most.count())) <= 0)
    throw std::runtime_error{what};
}

std::string text_frame(std::string_view text) {
  std::string result{'\x81'};
  if (text.size() < 126)
    return (result += static_cast<char>(text.size())) += text;
  result += '\x7e';
  result += static_cast<char>(text.size() >> 8);
  result += static_cast<char>(text.size() & 0xff);
  return result += text;
}

} // namespace

scripted_server::scripted_server(std::uint16_t port)
  : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in here{};
  here.sin_family = AF_INET;
  here.sin_port = htons(port);
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* address = reinterpret_cast<sockaddr*>(&here);
  socklen_t size = sizeof(here);
  auto yes = 1;
  ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  if (::bind(listener_, address, size) != 0 || ::listen(listener_, 8) != 0
      || ::getsockname(listener_, address, &size) != 0)
    fail_with_errno("no listener");
  port_ = ntohs(here.sin_port);
}

scripted_server::~scripted_server() {
  ::close(listener_);
  if (client_ >= 0)
    ::close(client_);
}

void scripted_server::accept() {
  if (client_ >= 0)
    ::close(std::exchange(client_, -1));
  input_.clear();
  await_readable(listener_, "nobody connects");
  client_ = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client_ < 0)
    fail_with_errno("nobody connects");
}

void scripted_server::upgrade() {
  static const std::regex key{"Sec-WebSocket-Key: (\\S+)"};
  while (input_.find("\r\n\r\n") == std::string::npos)
    read_more();
  std::smatch found;
  if (!std::regex_search(input_, found, key))
    throw std::runtime_error{"no upgrade: " + input_};
  send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
       "Sec-WebSocket-Accept: "
       + accept_token(found[1].str()) + "\r\n\r\n");
  input_.clear();
}

void scripted_server::answer(std::string_view request, std::string_view reply) {
  static const std::regex number{R"re("id":(\d+))re"};
  auto command = read_text();
  std::smatch id;
  if (command.find(request) == std::string::npos || !std::regex_search(command, id, number))
    throw std::runtime_error{"no " + std::string{request} + ": " + command};
  say("{\"id\":" + id[1].str() + ',' + std::string{reply} + '}');
}

void scripted_server::welcome() {
  accept();
  upgrade();
  answer("connect", R"("connect":{"client":"c"})");
  answer("salon.limits", R"("rpc":{"data":{"message_bytes_max":65536}})");
  answer("history", R"("history":{"epoch":"e","offset":0})");
  answer("subscribe", R"("subscribe":{"epoch":"e","recoverable":true,"positioned":true})");
}

void scripted_server::say(std::string_view text) const {
  send(text_frame(text));
}

void scripted_server::close(close_code code, std::string_view reason) {
  std::string frame;
  append_close_frame(frame, code, reason);
  send(frame);
  ::shutdown(client_, SHUT_WR);
}

bool scripted_server::is_held() const {
  pollfd watched{client_, POLLRDHUP, 0};
  return ::poll(&watched, 1, 0) == 0;
}

std::string scripted_server::read_text() {
  frame_header header;
  while (read_frame_header(input_, header) != header_state::complete
         || input_.size() < header.bytes + header.payload)
    read_more();
  auto result = input_.substr(header.bytes, header.payload);
  unmask(result, header.mask, 0);
  input_.erase(0, header.bytes + header.payload);
  return result;
}

void scripted_server::read_more() {
  await_readable(client_, "the client says nothing");
  std::array<char, 16 * 1024> buffer{};
  auto got = ::recv(client_, buffer.data(), buffer.size(), 0);
  if (got <= 0)
    throw std::runtime_error{"the client hung up"};
  input_.append(buffer.data(), static_cast<std::size_t>(got));
}

void scripted_server::send(std::string_view bytes) const {
  if (::send(client_, bytes.data(), bytes.size(), MSG_NOSIGNAL)
      != static_cast<ssize_t>(bytes.size()))
    fail_with_errno("nothing can be said");
}

} // namespace salon::testing

#include "tests/net/front_fixture.hpp"

#include <arpa/inet.h>
#include <catch2/catch_test_macros.hpp>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>

namespace salon::testing {

namespace {

// Loopback delivers at once; this many empty rounds are patience with a busy machine.
constexpr int quiet_rounds = 3;
constexpr int rounds_max = 200'000;

} // namespace

// -- users --------------------------------------------------------------------

void fake_user::on_message(std::string_view message) {
  calls_in_call += in_call;
  messages.emplace_back(message);
  if (then)
    then(message);
}

void fake_user::on_pong() {
  calls_in_call += in_call;
  ++pongs;
}

void fake_user::on_drained() {
  calls_in_call += in_call;
  ++drained;
}

void fake_user::on_overflow() {
  ++overflows;
  took_back = socket->withdraw();
}

void fake_user::on_closed(close_code code) {
  calls_in_call += in_call;
  closed.push_back(code);
}

void from_user(fake_user& user, const std::function<void(transport&)>& call) {
  user.in_call = true;
  call(*user.socket);
  user.in_call = false;
  CHECK(user.calls_in_call == 0);
}

std::optional<std::string> fake_reception::objection(const visit&) const {
  return complaint;
}

received fake_reception::receive(transport& socket, visit who) {
  users.push_back(std::make_unique<fake_user>());
  auto& made = *users.back();
  made.socket = &socket;
  made.who = std::move(who);
  if (then)
    then(made);
  return {&made, nullptr};
}

// -- clients ------------------------------------------------------------------

tcp_client::tcp_client(std::uint16_t port, int receive_buffer_bytes)
  : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (receive_buffer_bytes > 0)
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes,
                 sizeof(receive_buffer_bytes));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) != 0)
    throw std::runtime_error{"cannot connect"};
  int on = 1;
  ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  ::fcntl(descriptor_, F_SETFL, O_NONBLOCK);
}

tcp_client::~tcp_client() {
  close();
}

std::size_t tcp_client::send(std::string_view bytes) const {
  auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  return sent > 0 ? static_cast<std::size_t>(sent) : 0;
}

void tcp_client::read(std::size_t most) {
  char buffer[16'384];
  while (!ended && descriptor_ >= 0 && most > 0) {
    auto got = ::recv(descriptor_, buffer, std::min(most, sizeof(buffer)), 0);
    if (got < 0 && errno == EAGAIN)
      return;
    was_reset = was_reset || (got < 0 && errno == ECONNRESET);
    ended = got <= 0;
    if (got > 0) {
      received.append(buffer, static_cast<std::size_t>(got));
      most -= static_cast<std::size_t>(got);
    }
  }
}

void tcp_client::finish() const {
  ::shutdown(descriptor_, SHUT_WR);
}

void tcp_client::close() {
  if (descriptor_ >= 0)
    ::close(descriptor_);
  descriptor_ = -1;
}

void tcp_client::reset() {
  linger now{1, 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  close();
}

// -- the fixture --------------------------------------------------------------

front_fixture::front_fixture(front_options options) : home(shards[0]), counts(shards.system()) {
  door
    = std::make_unique<front>(std::vector<front_place>{{home, desk}}, counts, std::move(options));
  auto why = door->listen("127.0.0.1", 0);
  REQUIRE_FALSE(why);
  run();
}

std::unique_ptr<tcp_client> front_fixture::connect(int receive_buffer_bytes) {
  auto made = std::make_unique<tcp_client>(door->port(), receive_buffer_bytes);
  run();
  return made;
}

std::unique_ptr<tcp_client> front_fixture::upgraded(std::string_view target,
                                                    int receive_buffer_bytes) {
  auto made = connect(receive_buffer_bytes);
  made->send(upgrade_request(target));
  run_until([&] {
    made->read();
    return made->received.find("\r\n\r\n") != std::string::npos;
  });
  REQUIRE(made->received.starts_with("HTTP/1.1 101 "));
  made->received.erase(0, made->received.find("\r\n\r\n") + 4);
  return made;
}

fake_user& front_fixture::user() {
  REQUIRE(desk.users.size() == 1);
  return *desk.users.front();
}

void front_fixture::run() {
  for (auto quiet = 0, rounds = 0; quiet < quiet_rounds; ++rounds) {
    REQUIRE(rounds < rounds_max);
    auto worked = home.io().poll() > 0;
    shards.run();
    quiet = worked ? 0 : quiet + 1;
  }
}

void front_fixture::advance(timer_wheel::duration by) {
  shards.advance(by);
  run();
}

void front_fixture::run_until(const std::function<bool()>& done) {
  for (auto rounds = 0; !done(); ++rounds) {
    REQUIRE(rounds < rounds_max);
    run();
  }
}

void front_fixture::run_to_end(tcp_client& client) {
  run_until([&] {
    client.read();
    return client.ended;
  });
}

std::vector<server_frame> front_fixture::frames(tcp_client& client, std::size_t count) {
  std::vector<server_frame> all;
  run_until([&] {
    client.read();
    for (auto& each : take_server_frames(client.received))
      all.push_back(std::move(each));
    return all.size() >= count;
  });
  return all;
}

std::string upgrade_request(std::string_view target, std::string_view more_headers) {
  auto request = "GET " + std::string{target} + " HTTP/1.1\r\nHost: localhost:9501\r\n";
  request += "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n";
  request += "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  request.append(more_headers).append("\r\n");
  return request;
}

std::string body_of(const std::string& answer) {
  auto end = answer.find("\r\n\r\n");
  return end == std::string::npos ? std::string{} : answer.substr(end + 4);
}

} // namespace salon::testing

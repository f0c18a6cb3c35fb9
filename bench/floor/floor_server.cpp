#include "bench/floor/floor_server.hpp"

#include "bench/floor/upgrade.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace salon::bench {

namespace {

constexpr std::size_t read_bytes_max = std::size_t{256} * 1024;
constexpr std::size_t round_bytes_max = std::size_t{1024} * 1024;
// Of one client; who is further behind is let go.
constexpr std::size_t unsent_bytes_max = std::size_t{16} * 1024 * 1024;

bool comes_again(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

} // namespace

floor_server::floor_server(std::uint16_t port, writing how)
  : listener_(listen_on(port), "cannot listen"),
    signals_(ending_signals(), "no signals"),
    epoll_(::epoll_create1(EPOLL_CLOEXEC), "no epoll"),
    how_(how),
    buffer_(read_bytes_max) {
  watch(listener_.number(), EPOLLIN, EPOLL_CTL_ADD);
  watch(signals_.number(), EPOLLIN, EPOLL_CTL_ADD);
}

std::uint16_t floor_server::port() const {
  return port_of(listener_.number());
}

void floor_server::run() {
  std::array<epoll_event, 1024> events{};
  for (;;) {
    auto count = ::epoll_wait(epoll_.number(), events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count; ++i) {
      auto [what, data] = events[static_cast<std::size_t>(i)];
      if (data.fd == signals_.number())
        return;
      if (data.fd == listener_.number()) {
        accept_all();
        continue;
      }
      if ((what & EPOLLOUT) != 0)
        write_unsent(data.fd);
      if ((what & ~std::uint32_t{EPOLLOUT}) != 0)
        read(data.fd);
    }
    flush_rooms();
  }
}

void floor_server::watch(int fd, std::uint32_t events, int how) const {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  if (::epoll_ctl(epoll_.number(), how, fd, &event) != 0)
    throw std::system_error{errno, std::generic_category(), "cannot watch a socket"};
}

void floor_server::accept_all() {
  for (;;) {
    auto fd = ::accept4(listener_.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0 && comes_again(errno))
      return;
    if (fd < 0 && errno == ECONNABORTED)
      continue;
    if (fd < 0)
      throw std::system_error{errno, std::generic_category(), "cannot accept"};
    if (connections_.size() <= static_cast<std::size_t>(fd))
      connections_.resize(static_cast<std::size_t>(fd) + 1);
    watch(fd, EPOLLIN, EPOLL_CTL_ADD);
  }
}

// -- from a client ------------------------------------------------------------

void floor_server::read(int fd) {
  auto& from = at(fd);
  std::size_t kept = 0;
  if (from.rest) {
    kept = from.rest->unread.size();
    std::memcpy(buffer_.data(), from.rest->unread.data(), kept);
  }
  auto got = ::recv(fd, buffer_.data() + kept, buffer_.size() - kept, 0);
  if (got < 0 && comes_again(errno))
    return;
  // A frame that fills the buffer leaves nothing to read into: that ends, too.
  if (got <= 0)
    return hang_up(fd);
  std::span input{buffer_.data(), kept + static_cast<std::size_t>(got)};
  auto goes_on = (from.in != nullptr || upgrade(fd, input)) && handle_frames(fd, input);
  if (goes_on)
    keep_unread(from, input);
  else
    hang_up(fd);
}

// False: it is over. A request that is not whole yet stays in `input`.
bool floor_server::upgrade(int fd, std::span<char>& input) {
  constexpr std::string_view end = "\r\n\r\n";
  std::string_view text{input.data(), input.size()};
  auto at = text.find(end);
  if (at == std::string_view::npos)
    return true;
  auto request = read_upgrade(text.substr(0, at + end.size()));
  if (request.key.empty()) {
    write(fd, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    return false;
  }
  write(fd, accepting(request.key));
  enter(fd, request.room);
  input = input.subspan(at + end.size());
  return true;
}

// False: it is over.
bool floor_server::handle_frames(int fd, std::span<char>& input) {
  auto* in = at(fd).in;
  if (in == nullptr)
    return true;
  client_frame frame{};
  for (;;) {
    auto what = take_frame(input, frame);
    if (what != parsed::frame)
      return what == parsed::incomplete;
    switch (frame.kind) {
    case opcode::text:
      publish(*in, frame.payload);
      break;
    case opcode::ping:
      answer(fd, opcode::pong, frame.payload);
      break;
    case opcode::close:
      answer(fd, opcode::close, frame.payload);
      return false;
    case opcode::pong:
      break;
    }
  }
}

void floor_server::keep_unread(connection& of, std::span<const char> input) {
  if (!input.empty())
    rest_of(of).unread.assign(input.data(), input.size());
  else if (of.rest) {
    of.rest->unread.clear();
    release_rest(of);
  }
}

void floor_server::hang_up(int fd) {
  leave(fd);
  at(fd) = {};
  ::close(fd);
}

// -- rooms --------------------------------------------------------------------

void floor_server::enter(int fd, std::string_view name) {
  // Rooms stay when they are empty: a benchmark has few, and nobody has to look for who is last.
  auto& one = rooms_[std::string{name}];
  // What was said before is not for those who come now.
  flush(one);
  at(fd).in = &one;
  at(fd).place = static_cast<std::uint32_t>(one.members.size());
  one.members.push_back(fd);
}

void floor_server::leave(int fd) {
  auto [in, place] = std::pair{at(fd).in, at(fd).place};
  if (in == nullptr)
    return;
  // The last one takes the free place: nothing is moved but one number.
  auto last = in->members.back();
  in->members[place] = last;
  at(last).place = place;
  in->members.pop_back();
}

void floor_server::publish(room& in, std::string_view text) {
  if (how_ == writing::each_frame) {
    frame_.clear();
    append_frame(frame_, opcode::text, text);
    for (auto member : in.members)
      write(member, frame_);
    return;
  }
  if (in.round.empty())
    unflushed_.push_back(&in);
  append_frame(in.round, opcode::text, text);
  if (in.round.size() >= round_bytes_max)
    flush(in);
}

void floor_server::flush(room& one) {
  if (one.round.empty())
    return;
  for (auto member : one.members)
    write(member, one.round);
  one.round.clear();
}

void floor_server::flush_rooms() {
  for (auto* one : unflushed_)
    flush(*one);
  unflushed_.clear();
}

// -- to a client --------------------------------------------------------------

void floor_server::answer(int fd, opcode kind, std::string_view payload) {
  frame_.clear();
  append_frame(frame_, kind, payload);
  write(fd, frame_);
}

void floor_server::write(int fd, std::string_view bytes) {
  if (auto& rest = at(fd).rest; rest && !rest->unsent.empty())
    return keep_unsent(fd, bytes);
  auto sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent == static_cast<ssize_t>(bytes.size()))
    return;
  // Any other error ends the next read, where nobody walks over the members.
  if (sent >= 0 || comes_again(errno))
    keep_unsent(fd, bytes.substr(sent < 0 ? 0 : static_cast<std::size_t>(sent)));
}

void floor_server::keep_unsent(int fd, std::string_view bytes) {
  auto& unsent = rest_of(at(fd)).unsent;
  if (unsent.empty())
    watch(fd, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
  unsent.append(bytes);
  if (unsent.size() > unsent_bytes_max)
    ::shutdown(fd, SHUT_RDWR);
}

void floor_server::write_unsent(int fd) {
  auto& to = at(fd);
  if (!to.rest || to.rest->unsent.empty())
    return;
  auto& unsent = to.rest->unsent;
  auto sent = ::send(fd, unsent.data(), unsent.size(), MSG_NOSIGNAL);
  if (sent < 0)
    return;
  unsent.erase(0, static_cast<std::size_t>(sent));
  if (!unsent.empty())
    return;
  watch(fd, EPOLLIN, EPOLL_CTL_MOD);
  release_rest(to);
}

floor_server::leftovers& floor_server::rest_of(connection& one) {
  if (!one.rest)
    one.rest = std::make_unique<leftovers>();
  return *one.rest;
}

void floor_server::release_rest(connection& one) {
  if (one.rest->unread.empty() && one.rest->unsent.empty())
    one.rest.reset();
}

} // namespace salon::bench

#include "net/socket.hpp"

#include <boost/asio/socket_base.hpp>
#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>

namespace salon {

namespace {

transfer outcome_of(ssize_t result) noexcept {
  if (result > 0)
    return {transfer::state::done, static_cast<std::size_t>(result)};
  if (result == 0)
    return {transfer::state::ended, 0};
  if (errno == EAGAIN || errno == EWOULDBLOCK)
    return {transfer::state::blocked, 0};
  return {transfer::state::failed, 0};
}

} // namespace

transfer read_some(tcp_socket& from, std::span<char> into) noexcept {
  ssize_t result = 0;
  do {
    result = ::recv(from.native_handle(), into.data(), into.size(), MSG_DONTWAIT);
  } while (result < 0 && errno == EINTR);
  return outcome_of(result);
}

transfer write_some(tcp_socket& to, const iovec* parts, std::size_t count) noexcept {
  msghdr message{};
  // sendmsg only reads, though its type does not say so.
  message.msg_iov = const_cast<iovec*>(parts);
  message.msg_iovlen = count;
  ssize_t result = 0;
  do {
    result = ::sendmsg(to.native_handle(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  } while (result < 0 && errno == EINTR);
  return outcome_of(result);
}

void close_socket(tcp_socket& what, bool reset) noexcept {
  boost::system::error_code ignored;
  if (reset)
    what.set_option(boost::asio::socket_base::linger{true, 0}, ignored);
  what.close(ignored);
}

std::string to_text(const tcp::endpoint& of) {
  auto address = of.address().to_string();
  if (of.address().is_v6())
    address = '[' + address + ']';
  return address + ':' + std::to_string(of.port());
}

} // namespace salon

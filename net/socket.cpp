#include "net/socket.hpp"

#include <boost/asio/socket_base.hpp>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>

namespace salon {

namespace {

constexpr rlim_t descriptors_kept = 16;

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

// Where a program has threads, recv(2) and its like prepare for the caller's being cancelled, each
// time. Nobody is cancelled here, so reads and writes go to the kernel as they are.
transfer read_some(int from, std::span<char> into) noexcept {
  ssize_t result = 0;
  do {
    result
      = ::syscall(SYS_recvfrom, from, into.data(), into.size(), MSG_DONTWAIT, nullptr, nullptr);
  } while (result < 0 && errno == EINTR);
  return outcome_of(result);
}

transfer write_some(int to, const iovec* parts, std::size_t count) noexcept {
  constexpr auto flags = MSG_DONTWAIT | MSG_NOSIGNAL;
  msghdr message{};
  // sendmsg only reads, though its type does not say so.
  message.msg_iov = const_cast<iovec*>(parts);
  message.msg_iovlen = count;
  ssize_t result = 0;
  do {
    // What is in one piece is cheaper without a list of pieces.
    result = count == 1 ? ::syscall(SYS_sendto, to, parts->iov_base, parts->iov_len, flags, nullptr,
                                    socklen_t{0})
                        : ::syscall(SYS_sendmsg, to, &message, flags);
  } while (result < 0 && errno == EINTR);
  return outcome_of(result);
}

void close_socket(tcp_socket& what, bool reset) noexcept {
  boost::system::error_code ignored;
  if (reset)
    what.set_option(boost::asio::socket_base::linger{true, 0}, ignored);
  what.close(ignored);
}

void close_descriptor(int what, bool reset) noexcept {
  linger now{1, 0};
  if (reset)
    ::setsockopt(what, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  ::close(what);
}

bool is_among_last(int number) noexcept {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0
         && static_cast<rlim_t>(number) + descriptors_kept >= limit.rlim_cur;
}

} // namespace salon

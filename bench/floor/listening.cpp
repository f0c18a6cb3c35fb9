#include "bench/floor/listening.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>

namespace salon::bench {

namespace {

void check(int result, const char* what) {
  if (result < 0)
    throw std::system_error{errno, std::generic_category(), what};
}

void switch_on(int socket, int level, int option) {
  int on = 1;
  check(::setsockopt(socket, level, option, &on, sizeof on), "no option of a socket");
}

} // namespace

descriptor::descriptor(int number, const char* what) : number_(number) {
  check(number, what);
}

descriptor::~descriptor() {
  ::close(number_);
}

int listen_on(std::uint16_t port) {
  // Crowds come at once; the system cuts it to net.core.somaxconn.
  constexpr int backlog = 65535;
  auto socket = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  check(socket, "no socket");
  switch_on(socket, SOL_SOCKET, SO_REUSEADDR);
  switch_on(socket, IPPROTO_TCP, TCP_NODELAY);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  check(::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address), "cannot bind");
  check(::listen(socket, backlog), "cannot listen");
  return socket;
}

std::uint16_t port_of(int socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  check(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size), "no address");
  return ntohs(address.sin_port);
}

int ending_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  check(::sigprocmask(SIG_BLOCK, &set, nullptr), "cannot block signals");
  return ::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

void raise_descriptor_limit() {
  rlimit limit{};
  check(::getrlimit(RLIMIT_NOFILE, &limit), "no limit of descriptors");
  limit.rlim_cur = limit.rlim_max;
  check(::setrlimit(RLIMIT_NOFILE, &limit), "cannot raise the limit of descriptors");
}

} // namespace salon::bench

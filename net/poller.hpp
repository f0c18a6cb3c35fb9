#pragma once

#include "net/socket.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

struct epoll_event;

namespace salon {

class shard;
class polled_socket;

/// Whom a socket tells that it can go on. Told again until what is there has been read, or nothing
/// is to be written any more.
class pollable {
public:
  virtual void on_readable() = 0;
  virtual void on_writable() = 0;

protected:
  ~pollable() = default;
};

/// Waits for the sockets of a shard's open connections, thousands of which are idle. Asio waits for
/// the poller as a whole: it keeps memory for each socket it looks after, and has to be asked anew,
/// by a system call, each time one has been read. Those that are ready are served a few at a time,
/// and what these wake follows in the same turn of the shard.
class poller {
public:
  /// @throws boost::system::system_error without descriptors.
  explicit poller(shard& home);

  poller(const poller&) = delete;
  poller& operator=(const poller&) = delete;

private:
  friend class polled_socket;

  void wait();
  void serve();
  void fetch_ahead() const;
  void serve_one(polled_socket& which, std::uint32_t events);
  void tell(polled_socket& which, std::uint32_t events);

  bool control(int operation, polled_socket& which, std::uint32_t events) noexcept;
  void forget(polled_socket& which) noexcept;
  void give_up(polled_socket& which) noexcept;

  shard& home_;
  boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type> epoll_;
  std::span<epoll_event> pending_;   ///< Ready, and not served yet.
  polled_socket* serving_ = nullptr; ///< Null once it is forgotten.
};

/// A connected socket in a poller's care.
class polled_socket {
public:
  /// @param descriptor  Becomes this object's to close.
  polled_socket(poller& by, int descriptor, pollable& owner) noexcept;

  /// Takes over what `from` has, and what was wanted of it: from now on `owner` is told.
  polled_socket(polled_socket&& from, pollable& owner) noexcept;

  polled_socket(const polled_socket&) = delete;
  polled_socket& operator=(const polled_socket&) = delete;

  ~polled_socket();

  int native_handle() const noexcept {
    return descriptor_;
  }

  /// What the owner wants to be told of; nothing at first. False when the system has no room for
  /// one more.
  bool want(bool reads, bool writes) noexcept;

  /// Sends nothing more: the peer reads the end.
  void shut_output() const noexcept;

  /// With `reset` nothing lingers in the kernel: the peer gets a reset, unsent bytes are dropped.
  void close(bool reset) noexcept;

private:
  friend class poller;

  poller& poller_;
  pollable& owner_;
  int descriptor_;
  std::uint16_t wanted_ = 0; ///< Of EPOLLIN and EPOLLOUT.
  bool is_known_ = false;    ///< To the kernel's list.
};

} // namespace salon

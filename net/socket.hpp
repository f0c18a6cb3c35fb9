#pragma once

#include "base/endpoint.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

struct iovec;

namespace salon {

/// Bound to its shard's io_context by type: smaller than Asio's default, which can hold any.
using tcp_socket = boost::asio::basic_stream_socket<tcp, boost::asio::io_context::executor_type>;
using tcp_acceptor
  = boost::asio::basic_socket_acceptor<tcp, boost::asio::io_context::executor_type>;

/// What became of one read or write that did not wait.
struct transfer {
  enum class state : std::uint8_t {
    done,    ///< `bytes` went through, one at least.
    blocked, ///< The socket is not ready.
    ended,   ///< The peer sends nothing more. Only of a read.
    failed,  ///< The connection is broken.
  };

  state what = state::failed;
  std::size_t bytes = 0;
};

/// Reads what is there, without waiting.
transfer read_some(int from, std::span<char> into) noexcept;

/// Writes what the socket takes, without waiting and without SIGPIPE.
transfer write_some(int to, const iovec* parts, std::size_t count) noexcept;

/// Closes `what`. With `reset` nothing lingers in the kernel: the peer gets a reset, unsent bytes
/// are dropped.
void close_socket(tcp_socket& what, bool reset) noexcept;
void close_descriptor(int what, bool reset) noexcept;

/// Whether `number`, which the system has just given out, is one of the last descriptors there are:
/// those are kept for what is no good at having none, as CAF is.
bool is_among_last(int number) noexcept;

} // namespace salon

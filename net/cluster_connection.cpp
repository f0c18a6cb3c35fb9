#include "net/cluster_connection.hpp"

#include "base/shard.hpp"
#include "net/options.hpp"

#include <boost/asio/post.hpp>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <utility>

namespace salon {

namespace {

using boost::system::error_code;

// After that many reads and writes others have their turn.
constexpr int transfers_in_a_row = 8;

// Once one side has closed, the other has this long to do the same.
constexpr std::chrono::seconds close_timeout{2};

constexpr std::size_t greeting_bytes = 1'024;

constexpr auto refuses_theirs
  = "certificate not of this cluster: this node does not accept the one that the other side shows";
constexpr auto refuses_ours
  = "certificate not of this cluster: the other side does not accept the one of this node";

// A peer that is gone without a word is noticed, also while nothing is being sent.
void watch_over(tcp_socket& socket, std::chrono::milliseconds unreachable) {
  error_code ignored;
  socket.set_option(tcp::no_delay{true}, ignored);
  socket.set_option(boost::asio::socket_base::keep_alive{true}, ignored);
  if (unreachable.count() == 0)
    return;
  auto set = [&](int name, auto value) {
    auto number = static_cast<int>(value);
    ::setsockopt(socket.native_handle(), IPPROTO_TCP, name, &number, sizeof(number));
  };
  auto seconds = std::max<std::int64_t>(unreachable.count() / 3'000, 1);
  set(TCP_KEEPIDLE, seconds);
  set(TCP_KEEPINTVL, seconds);
  set(TCP_KEEPCNT, 2);
  set(TCP_USER_TIMEOUT, unreachable.count());
}

} // namespace

cluster_connection::cluster_connection(cluster_context& context, tcp_socket outer,
                                       const tcp::endpoint& peer)
  : context_(context),
    outer_(std::move(outer)),
    inner_(context.home.io()),
    invitation_(context.home.io()),
    peer_(peer),
    inwards_{outer_, inner_, context.counts.cluster_bytes_received,
             "the other side has closed the connection"},
    outwards_{inner_, outer_, context.counts.cluster_bytes_sent,
              "this node has closed the connection"},
    deadline_([this] { end(ending::late, otherwise_); }) {
  error_code ignored;
  outer_.non_blocking(true, ignored);
  watch_over(outer_, context_.options.unreachable_timeout);
}

// -- coming in ----------------------------------------------------------------

void cluster_connection::greet(cluster_gate::port caf) {
  is_stranger_ = true;
  expect(context_.options.hello_timeout, "it has not begun a TLS handshake in time");
  await_greeting(caf);
}

void cluster_connection::await_greeting(cluster_gate::port caf) {
  outer_.async_wait(tcp_socket::wait_read, [self = shared_from_this(), caf](error_code wrong) {
    if (self->over_)
      return;
    if (wrong || !self->read_greeting())
      return self->end(ending::lost, "it has closed the connection without a word");
    if (self->over_)
      return;
    if (self->inwards_.records.standing() == tls_records::state::tls)
      self->join(caf);
    else
      self->await_greeting(caf);
  });
}

// Behind what is there already: a header may come in pieces.
bool cluster_connection::read_greeting() {
  auto& buffer = inwards_.buffer;
  buffer.resize(std::max(greeting_bytes, inwards_.end + 1));
  auto got = read_some(outer_.native_handle(),
                       {buffer.data() + inwards_.end, buffer.size() - inwards_.end});
  if (got.what == transfer::state::blocked)
    return true;
  if (got.what != transfer::state::done)
    return false;
  look_at(inwards_, {buffer.data() + inwards_.end, got.bytes});
  inwards_.end += got.bytes;
  return true;
}

void cluster_connection::join(cluster_gate::port caf) {
  error_code wrong;
  tcp::endpoint here{boost::asio::ip::address_v4::loopback(), 0};
  inner_.open(here.protocol(), wrong);
  if (!wrong)
    inner_.bind(here, wrong);
  if (!wrong)
    inner_port_ = inner_.local_endpoint(wrong).port();
  if (wrong)
    return end(ending::lost, wrong.message());
  expect(context_.options.admission_timeout, "it has not been admitted in time");
  inner_.async_connect({here.address(), caf}, [self = shared_from_this()](error_code failed) {
    if (self->over_)
      return;
    if (failed)
      return self->end(ending::lost, "this node does not answer: " + failed.message());
    self->splice();
  });
}

// -- going out ----------------------------------------------------------------

bool cluster_connection::invite() {
  error_code wrong;
  tcp::endpoint here{boost::asio::ip::address_v4::loopback(), 0};
  invitation_.open(here.protocol(), wrong);
  if (!wrong)
    invitation_.bind(here, wrong);
  if (!wrong)
    invitation_.listen(1, wrong);
  if (!wrong)
    inner_port_ = invitation_.local_endpoint(wrong).port();
  if (wrong)
    return false;
  expect(context_.options.admission_timeout, "it has not been admitted in time");
  invitation_.async_accept(inner_, [self = shared_from_this()](error_code failed) {
    if (self->over_)
      return;
    error_code ignored;
    self->invitation_.close(ignored);
    if (failed)
      return self->end(ending::lost, failed.message());
    self->splice();
  });
  return true;
}

// -- both ---------------------------------------------------------------------

void cluster_connection::admit() {
  admitted_ = true;
  is_stranger_ = false;
  if (!over_)
    deadline_.disarm();
}

void cluster_connection::cut() {
  over_ = true;
  close(true);
}

void cluster_connection::splice() {
  error_code ignored;
  inner_.non_blocking(true, ignored);
  inner_.set_option(tcp::no_delay{true}, ignored);
  pump(inwards_);
  if (!over_)
    pump(outwards_);
}

void cluster_connection::pump(half& which) {
  for (auto n = 0; n < transfers_in_a_row; ++n) {
    auto goes_on = which.begin < which.end ? write(which) : read(which);
    if (!goes_on || over_)
      return;
  }
  boost::asio::post(context_.home.io(), [self = shared_from_this(), &which] {
    if (!self->over_)
      self->pump(which);
  });
}

bool cluster_connection::read(half& which) {
  if (which.at_end) {
    pass_on_end(which);
    return false;
  }
  if (which.buffer.size() < context_.options.splice_bytes_max)
    which.buffer.resize(context_.options.splice_bytes_max);
  auto got = read_some(which.from.native_handle(), which.buffer);
  switch (got.what) {
  case transfer::state::done:
    look_at(which, {which.buffer.data(), got.bytes});
    which.begin = 0;
    which.end = got.bytes;
    return true;
  case transfer::state::ended:
    which.at_end = true;
    return true;
  case transfer::state::blocked:
    await(which.from, tcp_socket::wait_read, which);
    return false;
  default:
    end(ending::lost, which.closed);
    return false;
  }
}

bool cluster_connection::write(half& which) {
  iovec part{which.buffer.data() + which.begin, which.end - which.begin};
  auto put = write_some(which.to.native_handle(), &part, 1);
  switch (put.what) {
  case transfer::state::done:
    which.begin += put.bytes;
    which.passed.inc(static_cast<std::int64_t>(put.bytes));
    return true;
  case transfer::state::blocked:
    await(which.to, tcp_socket::wait_write, which);
    return false;
  default:
    end(ending::lost, other(which).closed);
    return false;
  }
}

void cluster_connection::await(tcp_socket& socket, tcp_socket::wait_type what, half& which) {
  socket.async_wait(what, [self = shared_from_this(), &which](error_code cancelled) {
    if (!self->over_ && !cancelled)
      self->pump(which);
  });
}

void cluster_connection::pass_on_end(half& which) {
  which.done = true;
  if (other(which).done)
    return end(ending::lost, other(which).closed);
  error_code ignored;
  which.to.shutdown(tcp_socket::shutdown_send, ignored);
  expect(close_timeout, which.closed);
}

cluster_connection::half& cluster_connection::other(const half& which) {
  return &which == &inwards_ ? outwards_ : inwards_;
}

void cluster_connection::look_at(half& which, std::string_view bytes) {
  if (admitted_)
    return;
  which.records.take(bytes);
  if (which.records.has_alert() && refusal_.empty())
    refusal_ = &which == &inwards_ ? refuses_ours : refuses_theirs;
  // Of this node's own side nobody doubts it.
  if (inwards_.records.standing() == tls_records::state::other)
    end(ending::not_tls, "it does not speak TLS");
}

// -- the end ------------------------------------------------------------------

void cluster_connection::expect(std::chrono::milliseconds within, std::string otherwise) {
  otherwise_ = std::move(otherwise);
  context_.home.wheel().arm(deadline_, within);
}

void cluster_connection::end(ending how, const std::string& why) {
  if (std::exchange(over_, true))
    return;
  auto alive = shared_from_this();
  close(false);
  auto told = std::exchange(ended_, nullptr);
  if (!told)
    return;
  if (refusal_.empty())
    told(*this, how, why);
  else
    told(*this, ending::not_of_cluster, refusal_);
}

void cluster_connection::close(bool reset) noexcept {
  deadline_.disarm();
  error_code ignored;
  invitation_.close(ignored);
  close_socket(inner_, false);
  close_socket(outer_, reset);
}

} // namespace salon

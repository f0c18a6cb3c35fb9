#include "net/listener.hpp"

#include "actors/metrics.hpp"
#include "base/log.hpp"
#include "base/shard.hpp"
#include "net/http_session.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <system_error>
#include <utility>

namespace salon {

namespace {

using boost::system::error_code;

constexpr int backlog = 4'096;

// After that many, others have their turn.
constexpr int accepts_in_a_row = 16;

void share_port(tcp_acceptor& acceptor, error_code& wrong) {
  int on = 1;
  if (::setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) != 0)
    wrong = error_code{errno, boost::system::system_category()};
}

bool is_exhaustion(const error_code& why) {
  return why == boost::system::errc::too_many_files_open
         || why == boost::system::errc::too_many_files_open_in_system
         || why == boost::system::errc::no_buffer_space
         || why == boost::system::errc::not_enough_memory;
}

} // namespace

listener::listener(front_context& front)
  : front_(front),
    acceptor_(front.home.io()),
    retry_([this] { accept_all(); }),
    self_(std::make_shared<listener*>(this)) {
  // nop
}

listener::~listener() {
  *self_ = nullptr;
}

std::optional<std::string> listener::open(const tcp::endpoint& at, role which) {
  error_code wrong;
  acceptor_.open(at.protocol(), wrong);
  if (!wrong)
    acceptor_.set_option(tcp_acceptor::reuse_address{true}, wrong);
  if (!wrong && which == role::further)
    share_port(acceptor_, wrong);
  if (!wrong)
    acceptor_.bind(at, wrong);
  if (!wrong && which == role::first)
    share_port(acceptor_, wrong);
  if (!wrong)
    prepare_accepted();
  if (!wrong)
    acceptor_.listen(backlog, wrong);
  if (!wrong)
    acceptor_.non_blocking(true, wrong);
  if (!wrong)
    return std::nullopt;
  error_code ignored;
  acceptor_.close(ignored);
  return wrong.message();
}

// On Linux a socket that is accepted has these from its listener: nobody need set them each time.
void listener::prepare_accepted() {
  error_code ignored;
  acceptor_.set_option(tcp::no_delay{true}, ignored);
  if (auto bytes = front_.options.send_buffer_bytes; bytes > 0)
    acceptor_.set_option(boost::asio::socket_base::send_buffer_size{static_cast<int>(bytes)},
                         ignored);
}

tcp::endpoint listener::local() const {
  error_code ignored;
  return acceptor_.local_endpoint(ignored);
}

void listener::start() {
  state_ = state::waiting;
  wait();
}

void listener::stop() {
  if (std::exchange(episode_, false))
    front_.counts.accepts_paused.dec();
  state_ = state::closed;
  retry_.disarm();
  error_code ignored;
  acceptor_.close(ignored);
}

void listener::on_socket_gone() {
  if (state_ == state::exhausted) {
    // Not from here: whoever ends is in the middle of it.
    front_.home.wheel().arm(retry_, {});
  } else if (state_ == state::crowded
             && front_.handshakes <= front_.options.handshakes_max * 3 / 4) {
    state_ = state::waiting;
    front_.home.post([self = self_] {
      if (*self)
        (*self)->accept_all();
    });
  }
}

void listener::wait() {
  acceptor_.async_wait(tcp_acceptor::wait_read, [self = self_](error_code cancelled) {
    if (*self && !cancelled)
      (*self)->front_.home.in_turn([&self] { (*self)->accept_all(); });
  });
}

void listener::accept_all() {
  if (state_ == state::closed)
    return;
  state_ = state::waiting;
  for (auto n = 0; n < accepts_in_a_row; ++n) {
    if (front_.handshakes >= front_.options.handshakes_max)
      return pause(state::crowded);
    if (!accept_one())
      break;
  }
  if (state_ == state::waiting)
    wait();
}

bool listener::accept_one() {
  tcp::endpoint peer;
  auto size = static_cast<socklen_t>(peer.capacity());
  auto socket = ::accept4(acceptor_.native_handle(), peer.data(), &size, SOCK_CLOEXEC);
  if (socket >= 0) {
    peer.resize(size);
    welcome(socket, peer);
    return true;
  }
  error_code wrong{errno, boost::system::system_category()};
  if (wrong == boost::asio::error::would_block) {
    resumed();
    return false;
  }
  // Anything else is about one socket that went away while it waited.
  if (!is_exhaustion(wrong))
    return true;
  pause(state::exhausted);
  front_.home.wheel().arm(retry_, retry_interval);
  return false;
}

void listener::welcome(int socket, const tcp::endpoint& peer) {
  try {
    http_session::pointer session{new http_session{front_, socket, peer}};
    session->start();
  } catch (const std::exception& bug) {
    // It costs that client, not those who are still at the door.
    log::error("handler failed", {{"shard", front_.home.index()}, {"what", bug.what()}});
  }
}

void listener::pause(state why) {
  state_ = why;
  if (std::exchange(episode_, true))
    return;
  front_.counts.accepts_paused.inc();
  front_.counts.accept_pauses.inc();
  log::warn("accepting paused",
            {{"shard", front_.home.index()},
             {"reason", why == state::exhausted ? "out of descriptors" : "too many handshakes"}});
}

void listener::resumed() {
  if (!std::exchange(episode_, false))
    return;
  front_.counts.accepts_paused.dec();
  log::info("accepting resumed", {{"shard", front_.home.index()}});
}

} // namespace salon

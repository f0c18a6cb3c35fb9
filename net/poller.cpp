#include "net/poller.hpp"

#include "base/log.hpp"
#include "base/prefetch.hpp"
#include "base/shard.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <exception>
#include <utility>

namespace salon {

namespace {

// Served before what they wake has its turn: more would have left the processor's caches by then.
constexpr std::size_t served_at_once = 16;

// Of the socket and its owner, which lie side by side.
constexpr std::size_t hot_bytes = 192;

int make_epoll() {
  auto made = ::epoll_create1(EPOLL_CLOEXEC);
  if (made < 0)
    throw boost::system::system_error{errno, boost::system::system_category(), "epoll"};
  return made;
}

} // namespace

poller::poller(shard& home) : home_(home), epoll_(home.io(), make_epoll()) {
  wait();
}

void poller::wait() {
  epoll_.async_wait(decltype(epoll_)::wait_read, [this](boost::system::error_code gone) {
    if (gone)
      return;
    // Also when something is thrown: the others are still to be served.
    struct waits_again {
      poller& self;

      ~waits_again() {
        self.pending_ = {};
        self.wait();
      }
    } guard{*this};
    home_.in_turn([this] { serve(); });
  });
}

void poller::serve() {
  // Filled by the kernel.
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init)
  std::array<epoll_event, served_at_once> ready;
  auto count
    = ::epoll_wait(epoll_.native_handle(), ready.data(), static_cast<int>(ready.size()), 0);
  pending_ = std::span{ready}.first(static_cast<std::size_t>(std::max(count, 0)));
  while (!pending_.empty()) {
    auto next = pending_.front();
    pending_ = pending_.subspan(1);
    fetch_ahead();
    if (next.data.ptr != nullptr)
      serve_one(*static_cast<polled_socket*>(next.data.ptr), next.events);
  }
}

// While the kernel takes its time for one, what comes next comes into the processor's caches: first
// the socket, then whom it tells.
void poller::fetch_ahead() const {
  if (pending_.size() > 1 && pending_[1].data.ptr != nullptr)
    prefetch(pending_[1].data.ptr, hot_bytes);
  if (!pending_.empty() && pending_[0].data.ptr != nullptr)
    prefetch(&static_cast<polled_socket*>(pending_[0].data.ptr)->owner_, hot_bytes);
}

void poller::serve_one(polled_socket& which, std::uint32_t events) {
  serving_ = &which;
  try {
    tell(which, events);
  } catch (const std::exception& bug) {
    // A bug of ours, which would come again each time: it costs this connection, not the shard.
    log::error("handler failed", {{"shard", home_.index()}, {"what", bug.what()}});
    if (serving_ != nullptr)
      give_up(which);
  }
}

void poller::tell(polled_socket& which, std::uint32_t events) {
  auto broken = (events & (EPOLLERR | EPOLLHUP)) != 0;
  auto readable = (which.wanted_ & EPOLLIN) != 0 && (broken || (events & EPOLLIN) != 0);
  auto writable = (which.wanted_ & EPOLLOUT) != 0 && (broken || (events & EPOLLOUT) != 0);
  // The kernel tells of what is broken whether it is wanted or not.
  if (!readable && !writable && broken)
    return give_up(which);
  auto& owner = which.owner_;
  if (readable)
    owner.on_readable();
  if (writable && serving_ != nullptr)
    owner.on_writable();
}

bool poller::control(int operation, polled_socket& which, std::uint32_t events) noexcept {
  epoll_event wanted{};
  wanted.events = events;
  wanted.data.ptr = &which;
  return ::epoll_ctl(epoll_.native_handle(), operation, which.descriptor_, &wanted) == 0;
}

void poller::forget(polled_socket& which) noexcept {
  if (serving_ == &which)
    serving_ = nullptr;
  for (auto& each : pending_)
    if (each.data.ptr == &which)
      each.data.ptr = nullptr;
}

// What stays open is told of no more; what is closed the kernel forgets by itself.
void poller::give_up(polled_socket& which) noexcept {
  forget(which);
  control(EPOLL_CTL_DEL, which, 0);
  which.is_known_ = false;
}

// -- a socket -----------------------------------------------------------------

polled_socket::polled_socket(poller& by, int descriptor, pollable& owner) noexcept
  : poller_(by),
    owner_(owner),
    descriptor_(descriptor) {
  // nop
}

polled_socket::polled_socket(polled_socket&& from, pollable& owner) noexcept
  : polled_socket(from.poller_, std::exchange(from.descriptor_, -1), owner) {
  wanted_ = from.wanted_;
  is_known_ = std::exchange(from.is_known_, false);
  if (!is_known_)
    return;
  poller_.forget(from);
  poller_.control(EPOLL_CTL_MOD, *this, wanted_);
}

polled_socket::~polled_socket() {
  close(false);
}

bool polled_socket::want(bool reads, bool writes) noexcept {
  std::uint16_t wanted = 0;
  if (reads)
    wanted |= EPOLLIN;
  if (writes)
    wanted |= EPOLLOUT;
  if (descriptor_ < 0 || (is_known_ && wanted == wanted_))
    return true;
  if (!is_known_ && wanted == 0)
    return true;
  wanted_ = wanted;
  auto done = poller_.control(is_known_ ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, *this, wanted);
  is_known_ = is_known_ || done;
  return done;
}

void polled_socket::shut_output() const noexcept {
  if (descriptor_ >= 0)
    ::shutdown(descriptor_, SHUT_WR);
}

void polled_socket::close(bool reset) noexcept {
  if (descriptor_ < 0)
    return;
  if (std::exchange(is_known_, false))
    poller_.forget(*this);
  close_descriptor(std::exchange(descriptor_, -1), reset);
}

} // namespace salon

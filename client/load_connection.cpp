#include "client/load_connection.hpp"

#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace salon {

namespace {

constexpr std::size_t buffer_bytes = 256 * 1024;
constexpr std::uint8_t text_kind = 1;
constexpr std::uint8_t binary_kind = 2;
constexpr std::uint8_t close_kind = 8;
constexpr std::uint8_t ping_kind = 9;
constexpr std::uint8_t pong_kind = 10;
// Any will do: a load has no secrets from proxies (RFC 6455, 10.3).
constexpr std::array<char, 4> mask{0x35, 0x4a, 0x1c, 0x63};

std::string what_went_wrong(int error) {
  return std::generic_category().message(error);
}

std::uint64_t read_big_endian(std::string_view bytes) noexcept {
  std::uint64_t value = 0;
  for (auto c : bytes)
    value = value << 8 | static_cast<std::uint8_t>(c);
  return value;
}

} // namespace

// -- the loop -----------------------------------------------------------------

load_loop::load_loop() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), buffer_(buffer_bytes) {
  if (epoll_ < 0)
    throw std::system_error{errno, std::generic_category(), "epoll"};
}

load_loop::~load_loop() {
  ::close(epoll_);
}

// NOLINTNEXTLINE(readability-make-member-function-const): what it serves changes.
bool load_loop::run_once(int wait_ms) {
  // Filled by the kernel.
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init)
  std::array<epoll_event, 512> ready;
  auto count = ::epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), wait_ms);
  for (auto i = 0; i < count; ++i) {
    const auto& each = ready[static_cast<std::size_t>(i)];
    static_cast<load_connection*>(each.data.ptr)->on_ready(each.events);
  }
  return count > 0;
}

// -- opening ------------------------------------------------------------------

load_connection::load_connection(load_loop& loop, load_user& user, std::size_t index)
  : loop_(loop),
    user_(user),
    index_(index) {
  // nop
}

load_connection::~load_connection() {
  close_socket(false);
}

void load_connection::open(const sockaddr_in& server, in_addr source, const std::string& authority,
                           const std::string& target) {
  out_ = "GET " + target + " HTTP/1.1\r\nHost: " + authority
         + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
           "Sec-WebSocket-Key: c2Fsb24gYmVuY2ggbG9hZA==\r\n\r\n";
  in_.clear();
  parts_.clear();
  left_ = false;
  is_watched_ = false;
  phase_ = phase::connecting;
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket_ < 0)
    return end(what_went_wrong(errno));
  auto on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (source.s_addr != INADDR_ANY) {
    sockaddr_in from{};
    from.sin_family = AF_INET;
    from.sin_addr = source;
    // The port is chosen with the destination in view: each source has all ports to one server.
    ::setsockopt(socket_, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
    if (::bind(socket_, reinterpret_cast<const sockaddr*>(&from), sizeof(from)) != 0)
      return end(what_went_wrong(errno));
  }
  const auto* to = reinterpret_cast<const sockaddr*>(&server);
  if (::connect(socket_, to, sizeof(server)) != 0 && errno != EINPROGRESS)
    return end(what_went_wrong(errno));
  watch(EPOLLIN | EPOLLOUT);
}

void load_connection::on_connected() {
  auto error = 0;
  socklen_t size = sizeof(error);
  ::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0)
    return end(what_went_wrong(error));
  phase_ = phase::upgrading;
  write({});
}

// -- what the user wants ------------------------------------------------------

void load_connection::send(std::string_view message, bool is_binary) {
  if (phase_ == phase::open)
    send_frame(is_binary ? binary_kind : text_kind, message);
}

void load_connection::leave() {
  if (phase_ != phase::open)
    return;
  send_frame(close_kind, {"\x03\xe8", 2});
  if (phase_ == phase::open)
    phase_ = phase::leaving;
}

void load_connection::cut() {
  close_socket(true);
  phase_ = phase::over;
}

void load_connection::listen(bool reads) {
  reads_ = reads;
  if (phase_ != phase::over)
    watch((reads ? EPOLLIN : 0U) | (out_.empty() ? 0U : EPOLLOUT));
}

// -- events -------------------------------------------------------------------

void load_connection::on_ready(std::uint32_t events) {
  if (phase_ == phase::connecting && (events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) != 0)
    on_connected();
  else if ((events & EPOLLOUT) != 0 && phase_ != phase::over)
    write({});
  auto readable = (events & EPOLLIN) != 0 || (events & (EPOLLERR | EPOLLHUP)) != 0;
  if (readable && phase_ != phase::over && phase_ != phase::connecting)
    on_readable();
}

void load_connection::on_readable() {
  auto got = ::recv(socket_, loop_.buffer_.data(), loop_.buffer_.size(), 0);
  if (got > 0)
    return take({loop_.buffer_.data(), static_cast<std::size_t>(got)});
  if (got < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (left_)
    return end({});
  end(got == 0 ? "the server ended the connection" : what_went_wrong(errno));
}

void load_connection::take(std::span<char> bytes) {
  if (!in_.empty()) {
    in_.append(bytes.data(), bytes.size());
    // Moved out: what is told to the user may end this connection and open it anew.
    auto all = std::exchange(in_, {});
    auto taken = phase_ == phase::upgrading ? take_answer(all) : take_frames(all);
    if (phase_ != phase::over && phase_ != phase::connecting)
      in_.assign(all, taken);
    return;
  }
  auto taken
    = phase_ == phase::upgrading ? take_answer({bytes.data(), bytes.size()}) : take_frames(bytes);
  if (phase_ != phase::over && phase_ != phase::connecting)
    in_.assign(bytes.data() + taken, bytes.size() - taken);
}

std::size_t load_connection::take_answer(std::string_view bytes) {
  auto head = bytes.find("\r\n\r\n");
  if (head == std::string_view::npos)
    return 0;
  if (!bytes.starts_with("HTTP/1.1 101")) {
    end("the server answered: " + std::string{bytes.substr(0, bytes.find("\r\n"))});
    return bytes.size();
  }
  phase_ = phase::open;
  user_.on_open(*this);
  head += 4;
  auto rest = std::string{bytes.substr(head)};
  return head + (phase_ == phase::over ? 0 : take_frames(rest));
}

std::size_t load_connection::take_frames(std::span<char> bytes) {
  std::size_t at = 0;
  while (phase_ == phase::open || phase_ == phase::leaving) {
    std::string_view left{bytes.data() + at, bytes.size() - at};
    if (left.size() < 2)
      break;
    auto first = static_cast<std::uint8_t>(left[0]);
    std::uint64_t size = static_cast<std::uint8_t>(left[1]) & 0x7f;
    auto extra = size == 127 ? std::size_t{8} : size == 126 ? std::size_t{2} : std::size_t{0};
    if (left.size() < 2 + extra)
      break;
    if (extra > 0)
      size = read_big_endian(left.substr(2, extra));
    if (left.size() - 2 - extra < size)
      break;
    at += 2 + extra + static_cast<std::size_t>(size);
    take_frame(first & 0x0f, (first & 0x80) != 0,
               left.substr(2 + extra, static_cast<std::size_t>(size)));
  }
  return at;
}

void load_connection::take_frame(std::uint8_t kind, bool is_last, std::string_view payload) {
  if (kind == ping_kind)
    return send_frame(pong_kind, payload);
  if (kind == close_kind) {
    left_ = true;
    if (phase_ == phase::leaving)
      return;
    send_frame(close_kind, payload.substr(0, 2));
    auto code = payload.size() < 2 ? 1005 : read_big_endian(payload.substr(0, 2));
    return end("closed with " + std::to_string(code) + " "
               + std::string{payload.substr(std::min<std::size_t>(2, payload.size()))});
  }
  if (kind > binary_kind)
    return;
  if (is_last && parts_.empty())
    return user_.on_message(*this, payload);
  parts_.append(payload);
  if (is_last)
    user_.on_message(*this, std::exchange(parts_, {}));
}

// -- output -------------------------------------------------------------------

void load_connection::send_frame(std::uint8_t kind, std::string_view payload) {
  std::string frame;
  frame.reserve(payload.size() + 14);
  frame += static_cast<char>(0x80 | kind);
  auto length = payload.size();
  auto extra = length < 126 ? 0 : length <= 0xffff ? 2 : 8;
  frame += static_cast<char>(0x80 | (extra == 0 ? length : extra == 2 ? 126 : 127));
  for (auto i = extra; i > 0; --i)
    frame += static_cast<char>(length >> (8 * (i - 1)));
  frame.append(mask.data(), mask.size());
  for (std::size_t i = 0; i < length; ++i)
    frame += static_cast<char>(payload[i] ^ mask[i % mask.size()]);
  write(frame);
}

void load_connection::write(std::string_view bytes) {
  if (!out_.empty()) {
    out_.append(bytes);
    bytes = out_;
  }
  auto sent = bytes.empty() ? 0 : ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  // What is broken shows when it is read.
  auto taken = static_cast<std::size_t>(std::max<ssize_t>(0, sent));
  if (bytes.data() == out_.data())
    out_.erase(0, taken);
  else
    out_.assign(bytes.substr(taken));
  watch((reads_ ? EPOLLIN : 0U) | (out_.empty() ? 0U : EPOLLOUT));
}

void load_connection::watch(std::uint32_t events) {
  if (is_watched_ && events == watched_)
    return;
  epoll_event wanted{};
  wanted.events = events;
  wanted.data.ptr = this;
  ::epoll_ctl(loop_.epoll_, is_watched_ ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket_, &wanted);
  is_watched_ = true;
  watched_ = events;
}

// -- the end ------------------------------------------------------------------

void load_connection::end(const std::string& why) {
  close_socket(false);
  phase_ = phase::over;
  user_.on_end(*this, why);
}

void load_connection::close_socket(bool reset) noexcept {
  if (socket_ < 0)
    return;
  if (reset) {
    linger now{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  }
  ::close(std::exchange(socket_, -1));
}

} // namespace salon

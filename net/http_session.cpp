#include "net/http_session.hpp"

#include "actors/metrics.hpp"
#include "actors/reception.hpp"
#include "base/log.hpp"
#include "base/shard.hpp"
#include "net/routes.hpp"
#include "net/websocket_session.hpp"

#include <boost/beast/http/error.hpp>
#include <sys/uio.h>

#include <utility>

namespace salon {

namespace {

namespace http = boost::beast::http;

constexpr std::string_view shutting_down
  = "The server is shutting down: connect again in a moment.";

response refuse_unreadable(boost::system::error_code why) {
  if (why == http::error::header_limit)
    return refuse(431, "The request line and header are too long.");
  return refuse(400, "This is not a request in HTTP/1.1: " + why.message() + '.');
}

} // namespace

http_session::http_session(front_context& front, int socket, const tcp::endpoint& peer)
  : front_(front),
    socket_(front.ready, socket, *this),
    peer_(peer),
    deadline_([this] { on_timeout(); }) {
  parser_.header_limit(static_cast<std::uint32_t>(front.options.http_header_bytes_max));
}

void http_session::start() {
  self_ = this;
  front_.sockets.push_back(*this);
  ++front_.handshakes;
  front_.counts.handshakes.inc();
  front_.home.wheel().arm(deadline_, front_.options.http_timeout);
  on_readable();
}

void http_session::drain() {
  pointer self{this};
  if (phase_ == phase::asking)
    answer(refuse(503, shutting_down));
}

void http_session::want(bool writes) {
  if (phase_ != phase::ended && !socket_.want(!peer_ended_, writes))
    // Nothing would ever come of it.
    end(false);
}

void http_session::on_readable() {
  pointer self{this};
  auto got = read_some(socket_.native_handle(), front_.read_buffer);
  // Who sends no more may still read its answer.
  peer_ended_ = got.what == transfer::state::ended;
  if (got.what == transfer::state::failed || (peer_ended_ && phase_ != phase::answering))
    return end(false);
  // After the request all is ignored, up to the peer's end: a socket closed with input in it would
  // cut the answer off.
  if (phase_ == phase::asking && got.what == transfer::state::done)
    take({front_.read_buffer.data(), got.bytes});
  want(phase_ == phase::answering);
}

void http_session::on_writable() {
  pointer self{this};
  if (phase_ == phase::answering)
    write();
}

void http_session::take(std::span<char> input) {
  auto whole = buffer_.empty();
  if (!whole) {
    buffer_.append(input.data(), input.size());
    input = buffer_;
  }
  boost::system::error_code wrong;
  auto taken = parser_.put(boost::asio::const_buffer{input.data(), input.size()}, wrong);
  auto rest = input.subspan(taken);
  if (wrong && wrong != http::error::need_more)
    return answer(refuse_unreadable(wrong));
  if (parser_.is_header_done())
    return on_request(rest);
  if (whole)
    buffer_.assign(rest.data(), rest.size());
  else
    buffer_.erase(0, taken);
}

void http_session::on_request(std::span<char> rest) {
  const request_header& request = parser_.get();
  auto text = request.target();
  auto where = read_target({text.data(), text.size()});
  auto draining = front_.state.draining.load(std::memory_order_relaxed);
  if (!asks_for_websocket(request, where))
    return answer(answer_to(request, where, front_.options.page, draining, front_.counts),
                  request.method() == http::verb::head);
  if (draining)
    return answer(refuse(503, shutting_down));
  auto verdict = judge_upgrade(request, where, front_.options);
  if (auto* refusal = std::get_if<response>(&verdict))
    return answer(*refusal);
  auto& admitted = std::get<admission>(verdict);
  admitted.who.remote = peer_;
  if (auto objection = front_.desk.objection(admitted.who))
    return answer(refuse(400, *objection));
  let_in(std::move(admitted), rest);
}

void http_session::let_in(admission admitted, std::span<char> rest) {
  auto& open = front_.state.connections;
  if (open.fetch_add(1, std::memory_order_relaxed) >= front_.options.connections_max) {
    open.fetch_sub(1, std::memory_order_relaxed);
    return answer(refuse(503, "The server has as many connections as it takes: try again later."));
  }
  leave_front();
  websocket_session::pointer upgraded{
    new websocket_session{front_, std::move(socket_), admitted.who.format}};
  upgraded->start(admitted.answer, std::move(admitted.who), rest);
  if (front_.on_socket_gone)
    front_.on_socket_gone();
}

void http_session::answer(const response& what, bool head) {
  front_.counts.responded(what.status);
  if (what.status >= 400 && log::enabled(log::level::debug))
    log::debug("request refused", {{"status", what.status}, {"remote", to_text(peer_)}});
  phase_ = phase::answering;
  buffer_ = to_bytes(what, head);
  front_.home.wheel().arm(deadline_, front_.options.close_timeout);
  write();
}

void http_session::write() {
  while (written_ < buffer_.size()) {
    iovec rest{buffer_.data() + written_, buffer_.size() - written_};
    auto out = write_some(socket_.native_handle(), &rest, 1);
    front_.counts.writes.inc();
    if (out.what == transfer::state::failed)
      return end(false);
    if (out.what == transfer::state::blocked)
      return want(true);
    written_ += out.bytes;
    front_.counts.bytes_written.inc(static_cast<std::int64_t>(out.bytes));
  }
  if (peer_ended_)
    return end(false);
  phase_ = phase::leaving;
  socket_.shut_output();
  want(false);
}

void http_session::on_timeout() {
  pointer self{this};
  if (phase_ != phase::asking)
    return end(phase_ == phase::answering);
  answer(refuse(408, "The request did not arrive in time."));
}

void http_session::end(bool reset) {
  if (phase_ == phase::ended)
    return;
  leave_front();
  socket_.close(reset);
  if (front_.on_socket_gone)
    front_.on_socket_gone();
}

void http_session::drop() noexcept {
  pointer self{this};
  leave_front();
  socket_.close(false);
}

void http_session::leave_front() noexcept {
  phase_ = phase::ended;
  self_.reset();
  deadline_.disarm();
  tracked::unlink();
  --front_.handshakes;
  front_.counts.handshakes.dec();
}

} // namespace salon

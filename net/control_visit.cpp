#include "net/control_visit.hpp"

#include "actors/metrics.hpp"
#include "base/log.hpp"
#include "base/shard.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <utility>

namespace salon {

namespace {

using boost::system::error_code;

std::string seconds(std::chrono::milliseconds time) {
  auto whole = std::chrono::duration_cast<std::chrono::seconds>(time);
  return whole == time ? std::to_string(whole.count()) + " seconds"
                       : std::to_string(time.count()) + " ms";
}

void log_request(const control_request& what) {
  auto name = name_of(what.what);
  if (what.what == control_request::action::status)
    log::debug("control request", {{"do", name}});
  else if (what.room.empty())
    log::info("control request", {{"do", name}, {"node", what.node}});
  else
    log::info("control request", {{"do", name}, {"node", what.node}, {"room", what.room}});
}

} // namespace

control_socket::visit::visit(control_socket& owner, protocol::socket socket)
  : owner_(owner),
    socket_(std::move(socket)),
    deadline_([this] { on_timeout(); }) {
  // nop
}

void control_socket::visit::start() {
  owner_.home_.wheel().arm(deadline_, owner_.options_.timeout);
  read();
}

void control_socket::visit::refuse(const std::string& sentence) {
  owner_.counts_.control_refused.inc();
  answer(to_json(control_failure{sentence}));
}

void control_socket::visit::read() {
  socket_.async_read_some(boost::asio::buffer(buffer_),
                          [self = shared_from_this()](error_code wrong, std::size_t bytes) {
                            if (self->phase_ == phase::asking)
                              self->on_read(bool{wrong}, bytes);
                          });
}

void control_socket::visit::on_read(bool is_end, std::size_t bytes) {
  text_.append(buffer_.data(), bytes);
  auto line_end = text_.find('\n');
  // Who says nothing more has said all.
  if (is_end && text_.empty())
    return end();
  if (std::min(line_end, text_.size()) > owner_.options_.request_bytes_max)
    return refuse("the request is longer than " + std::to_string(owner_.options_.request_bytes_max)
                  + " bytes");
  if (is_end || line_end != std::string::npos)
    return take(std::string_view{text_}.substr(0, line_end));
  read();
}

void control_socket::visit::take(std::string_view line) {
  auto read = read_control_request(line);
  if (auto* failure = std::get_if<control_failure>(&read))
    return refuse(failure->sentence);
  auto& request = std::get<control_request>(read);
  owner_.counts_.control_requests.inc();
  log_request(request);
  phase_ = phase::waiting;
  owner_.home_.wheel().arm(deadline_, owner_.options_.answer_timeout);
  watch();
  owner_.handle_(std::move(request), make_reply());
}

// Who hangs up is no longer waited for. Who only says nothing more still waits for the answer.
void control_socket::visit::watch() {
  socket_.async_wait(protocol::socket::wait_error, [self = shared_from_this()](error_code) {
    if (self->phase_ == phase::waiting)
      self->end();
  });
}

control_reply control_socket::visit::make_reply() {
  return [who = weak_from_this(), &home = owner_.home_](std::string json) {
    home.post([who, json = std::move(json)]() mutable {
      auto self = who.lock();
      if (self && self->phase_ == phase::waiting)
        self->answer(std::move(json));
    });
  };
}

void control_socket::visit::answer(std::string json) {
  phase_ = phase::answering;
  owner_.home_.wheel().arm(deadline_, owner_.options_.timeout);
  text_ = std::move(json) + '\n';
  boost::asio::async_write(socket_, boost::asio::buffer(text_),
                           [self = shared_from_this()](error_code, std::size_t) {
                             if (self->phase_ == phase::answering)
                               self->end();
                           });
}

void control_socket::visit::on_timeout() {
  if (phase_ == phase::asking)
    refuse("the request did not arrive within " + seconds(owner_.options_.timeout));
  else if (phase_ == phase::waiting)
    answer(to_json(control_failure{"it is not done after " + seconds(owner_.options_.answer_timeout)
                                   + ", and goes on"}));
  else
    end();
}

void control_socket::visit::end() {
  auto self = shared_from_this();
  drop();
  owner_.visits_.erase(self);
  owner_.counts_.control_connections.dec();
}

void control_socket::visit::drop() noexcept {
  phase_ = phase::ended;
  deadline_.disarm();
  error_code ignored;
  socket_.close(ignored);
}

} // namespace salon

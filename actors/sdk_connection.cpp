#include "actors/sdk_connection.hpp"

#include "messages/json_codec.hpp"
#include "messages/names.hpp"
#include "messages/text_codec.hpp"

#include <algorithm>
#include <utility>

namespace salon {

// -- frames -------------------------------------------------------------------

void sdk_connection::on_start() {
  expect_first_command();
}

void sdk_connection::on_message(std::string_view message) {
  if (!is_draining())
    run(message);
  pace();
}

void sdk_connection::run(std::string_view frame) {
  protocol::json_command_reader commands{frame};
  while (auto next = commands.next()) {
    if (!can_start(*next)) {
      put_off(std::move(*next), commands.rest());
      return;
    }
    execute(*next);
    if (is_draining())
      return;
  }
  if (commands.bad())
    close(close_code::bad_request);
}

void sdk_connection::put_off(protocol::command what, std::string_view rest) {
  if (waits_for_subscribe(what)) {
    patience_ = std::make_unique<timer>([this] { close(close_code::internal_server_error); });
    here_.home.wheel().arm(*patience_, here_.options.answer_timeout);
  }
  put_off_ = std::move(what);
  backlog_ = rest;
}

void sdk_connection::on_go_on() {
  if (put_off_) {
    if (!waits_for_subscribe(*put_off_))
      patience_ = nullptr;
    if (!can_start(*put_off_))
      return;
    auto next = *std::exchange(put_off_, std::nullopt);
    execute(next);
  }
  // The rest of a frame that ended with the command put off is nothing, not an empty frame.
  auto rest = std::exchange(backlog_, {});
  if (!is_draining() && rest.find_first_not_of(" \t\r\n") != std::string::npos)
    run(rest);
}

bool sdk_connection::waits_for_subscribe(const protocol::command& what) const {
  const auto* x = std::get_if<protocol::unsubscribe_request>(&what.request);
  const auto* known = x ? find(x->channel) : nullptr;
  return known && known->entering != 0;
}

bool sdk_connection::can_start(const protocol::command& what) const {
  // Pongs are no commands: they are never late because of some.
  if (std::holds_alternative<std::monostate>(what.request))
    return true;
  return !waits_for_subscribe(what) && may_start();
}

void sdk_connection::execute(const protocol::command& what) {
  if (const auto* x = std::get_if<protocol::connect_request>(&what.request); x && !is_open()) {
    on_connect(what.id, *x);
    return;
  }
  if (!is_open()) {
    close(close_code::bad_request);
    return;
  }
  std::visit([&](const auto& request) { handle(what.id, request); }, what.request);
}

void sdk_connection::reply(std::uint32_t id, const protocol::result& what) {
  if (const auto* error = std::get_if<protocol::error_result>(&what))
    here_.counts.failed(error->code);
  send_text(protocol::encode_reply(id, what));
}

void sdk_connection::refuse(std::uint32_t id, errc why) {
  reply(id, protocol::error_of(why));
}

void sdk_connection::send_text(std::string_view message) {
  if (socket_)
    socket_->send(frame::text(message));
}

bool sdk_connection::send_ping() {
  if (frame_pings_)
    socket_->ping();
  else
    send_text(protocol::json_ping);
  return true;
}

// -- connect ------------------------------------------------------------------

void sdk_connection::on_connect(std::uint32_t id, const protocol::connect_request& x) {
  // A token that nobody here can check is not taken on trust.
  if (!x.token.empty()) {
    close(close_code::invalid_token);
    return;
  }
  auto called = text::string_member(x.data, "name");
  if (called.size() > name_bytes_max) {
    refuse(id, errc::bad_request);
    return;
  }
  auto who = *member_->who;
  who.conn_info = text::info_of(called);
  open(std::move(who));
  protocol::connect_result result;
  result.client = to_string(member_->who->client);
  result.version = here_.version;
  if (!frame_pings_) {
    auto interval = std::chrono::duration_cast<std::chrono::seconds>(here_.options.ping_interval);
    result.ping = static_cast<std::uint32_t>(std::max<std::int64_t>(interval.count(), 1));
    result.pong = true;
  }
  reply(id, result);
}

void sdk_connection::handle(std::uint32_t, const protocol::connect_request&) {
  close(close_code::bad_request);
}

void sdk_connection::handle(std::uint32_t, const std::monostate&) {
  take_pong();
}

void sdk_connection::handle(std::uint32_t id, const protocol::ping_request&) {
  refuse(id, errc::not_available);
}

void sdk_connection::handle(std::uint32_t, const protocol::send_request&) {
  close(close_code::not_available);
}

void sdk_connection::handle(std::uint32_t, const protocol::refresh_request& x) {
  close(x.token.empty() ? close_code::bad_request : close_code::invalid_token);
}

void sdk_connection::handle(std::uint32_t id, const protocol::sub_refresh_request& x) {
  if (x.channel.empty())
    close(close_code::bad_request);
  else if (!is_member(x.channel))
    refuse(id, errc::permission_denied);
  else if (x.token.empty())
    refuse(id, errc::bad_request);
  else
    close(close_code::invalid_token);
}

// -- services -----------------------------------------------------------------

void sdk_connection::handle(std::uint32_t id, const protocol::rpc_request& x) {
  auto found = here_.services.find(prefix_of(x.method));
  const auto& service = found == here_.services.end() ? here_.elsewhere : found->second;
  if (!service) {
    refuse(id, errc::not_available);
    return;
  }
  rpc_call call{x.method, x.data, member_->who, {}};
  for (const auto& each : channels_)
    if (each.entering == 0)
      call.rooms.push_back(each.room);
  auto number = expect_answer(id, x.data.size());
  ask(
    self_, service, here_.options.answer_timeout, std::move(call),
    [this, id, number](const rpc_answer& answer) {
      if (answer.error.code != 0)
        reply(id, answer.error);
      else
        reply(id, protocol::rpc_result{answer.data});
      finish(number);
    },
    [this, id, number](const caf::error&) {
      refuse(id, errc::internal);
      finish(number);
    });
}

} // namespace salon

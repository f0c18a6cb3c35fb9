#include "client/sdk_session.hpp"

#include "client/json_members.hpp"

#include <algorithm>
#include <utility>

namespace salon {

namespace {

constexpr std::uint16_t too_big = 1009;

// The SDKs allow as much beyond the server's interval.
constexpr std::chrono::seconds ping_may_be_late{10};

// A connection that is given up has nobody who would answer a close frame in time.
constexpr sdk_session::duration leave_within{500};

std::string with_code(const protocol::error_result& x) {
  return x.message + " (" + std::to_string(x.code) + ')';
}

} // namespace

std::optional<std::string> sdk_session::connect(const chat_address& where, const std::string& name,
                                                duration within) {
  frame_.clear();
  gave_up_.clear();
  silence_max_ = {};
  if (auto wrong = wire_.connect(where.host, where.port, where.target, within)) {
    wrong->erase(wrong->find_last_not_of(" \r\n") + 1); // a page ends so
    return wrong;
  }
  heard_ = clock::now();
  auto data = name.empty() ? "{}" : sdk::write_object({{"name", name}});
  auto answer = ask("connect", "{\"data\":" + data + ",\"name\":\"salon\"}", within);
  if (answer.what == sdk_answer::kind::refused) {
    give_up("the server refused: " + with_code(answer.error));
    return "The server does not let us in: " + with_code(answer.error);
  }
  if (answer.what == sdk_answer::kind::lost)
    return "The server does not let us in: " + farewell();
  json::members result{answer.result};
  client_ = result.get<std::string>("client");
  if (auto ping = result.get<std::uint32_t>("ping"); ping != 0)
    silence_max_ = std::chrono::seconds{ping} + ping_may_be_late;
  return std::nullopt;
}

sdk_answer sdk_session::ask(std::string_view request, std::string_view arguments, duration within) {
  auto end = clock::now() + within;
  auto id = ++last_id_;
  reply_.reset();
  wire_.send(sdk::write_command(id, request, arguments), within);
  for (;;) {
    walk_frame();
    if (reply_ && reply_->id == id)
      break;
    reply_.reset();
    if (!frame_.empty())
      continue;
    auto left = std::chrono::duration_cast<duration>(end - clock::now());
    if (read_frame(std::max(left, duration::zero())))
      continue;
    if (is_open())
      give_up("no answer in time");
    return {};
  }
  auto found = *std::exchange(reply_, std::nullopt);
  if (found.error)
    return {sdk_answer::kind::refused, {}, std::move(*found.error)};
  return {sdk_answer::kind::done, std::move(found.result), {}};
}

void sdk_session::take() {
  do {
    while (!frame_.empty()) {
      walk_frame();
      reply_.reset(); // to nobody: what was asked has been given up
    }
  } while (read_frame(duration::zero()));
  if (is_open() && silence_max_.count() > 0 && clock::now() - heard_ > silence_max_)
    give_up("it says nothing any more");
}

void sdk_session::close() {
  wire_.close(1000, leave_within);
}

bool sdk_session::is_over() const {
  auto end = wire_.ended();
  if (!end || !gave_up_.empty())
    return false;
  return (end->code >= 3500 && end->code < 4000) || (end->code >= 4500 && end->code < 5000)
         || end->code == too_big;
}

std::string sdk_session::farewell() const {
  if (!gave_up_.empty())
    return gave_up_;
  auto end = wire_.ended();
  if (!end)
    return {};
  auto code = " (" + std::to_string(end->code) + ')';
  return end->reason.empty() ? "the connection ended" + code : end->reason + code;
}

bool sdk_session::read_frame(duration within) {
  auto frame = wire_.read(within);
  if (!frame)
    return false;
  heard_ = clock::now();
  frame_ = std::move(*frame);
  return true;
}

// Up to a reply: what stands behind it is for after whoever waits has taken it in.
void sdk_session::walk_frame() {
  while (!frame_.empty() && !reply_) {
    auto end = frame_.find('\n');
    auto line = frame_.substr(0, end);
    frame_.erase(0, end == std::string::npos ? end : end + 1);
    auto message = sdk::read_message(line);
    if (std::holds_alternative<sdk::ping>(message))
      wire_.send("{}");
    else if (auto* answer = std::get_if<sdk::reply>(&message))
      reply_ = std::move(*answer);
    else if (const auto* said = std::get_if<sdk::push>(&message))
      hear_(*said);
  }
}

void sdk_session::give_up(const std::string& why) {
  gave_up_ = why;
  wire_.close(1000, leave_within);
}

} // namespace salon

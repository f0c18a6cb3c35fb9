#include "client/sdk_session.hpp"

#include "client/json_members.hpp"

#include <algorithm>
#include <utility>

namespace salon {

namespace {

using namespace std::chrono_literals;

constexpr std::uint16_t too_big = 1009;

// The SDKs allow as much beyond the server's interval.
constexpr std::chrono::seconds ping_may_be_late{10};

constexpr sdk_session::duration leave_within{500};
constexpr sdk_session::duration idle_rest = 5s;

// How long to look away from what no descriptor tells of.
constexpr sdk_session::duration glance = 10ms;

std::string with_code(const protocol::error_result& x) {
  return x.message + " (" + std::to_string(x.code) + ')';
}

} // namespace

std::string sentence_of(const sdk_answer& answer) {
  return answer.what == sdk_answer::kind::lost ? "there is no connection" : with_code(answer.error);
}

// -- connecting ---------------------------------------------------------------

void sdk_session::connect(const chat_address& where, const std::string& name, connected then,
                          duration within) {
  close();
  lose_questions();
  gave_up_.clear();
  silence_max_ = {};
  name_ = name;
  connected_ = std::move(then);
  connected_until_ = clock::now() + within;
  wire_.start(where.host, where.port, where.target, within);
}

void sdk_session::greet() {
  heard_ = clock::now();
  is_greeting_ = true;
  auto data = name_.empty() ? "{}" : sdk::write_object({{"name", name_}});
  send(
    "connect", "{\"data\":" + data + ",\"name\":\"salon\"}",
    [this](const sdk_answer& x) { end_greeting(x); }, connected_until_);
}

void sdk_session::end_greeting(const sdk_answer& answer) {
  is_greeting_ = false;
  auto then = std::exchange(connected_, nullptr);
  if (answer.what == sdk_answer::kind::refused)
    give_up("the server refused: " + with_code(answer.error));
  if (answer.what != sdk_answer::kind::done)
    return then(
      "The server does not let us in: "
      + (answer.what == sdk_answer::kind::refused ? with_code(answer.error) : farewell()));
  json::members result{answer.result};
  client_ = result.get<std::string>("client");
  if (auto ping = result.get<std::uint32_t>("ping"); ping != 0)
    silence_max_ = std::chrono::seconds{ping} + ping_may_be_late;
  then(std::nullopt);
}

// -- asking -------------------------------------------------------------------

void sdk_session::ask(std::string_view request, std::string_view arguments, answered then,
                      duration within) {
  if (!is_open())
    return then({});
  if (asked_.size() >= asked_max)
    return then({sdk_answer::kind::refused, {}, {111, "too many requests", true}});
  send(request, arguments, std::move(then), clock::now() + within);
}

void sdk_session::send(std::string_view request, std::string_view arguments, answered then,
                       clock::time_point until) {
  auto id = ++last_id_;
  asked_.emplace(id, question{std::move(then), until});
  wire_.post(sdk::write_command(id, request, arguments));
}

void sdk_session::take(duration within) {
  while (auto frame = wire_.read(within)) {
    heard_ = clock::now();
    walk_frame(*frame);
    within = duration::zero();
  }
  if (wire_.is_open()) {
    if (connected_ && !is_greeting_)
      greet();
    else
      give_up_if_late();
  } else if (!wire_.is_connecting()) {
    if (connected_ && !is_greeting_) {
      auto refusal = wire_.refusal();
      refusal.erase(refusal.find_last_not_of(" \r\n") + 1); // a page ends so
      std::exchange(connected_, nullptr)(refusal);
    }
    lose_questions();
  }
}

sdk_session::duration sdk_session::rest() const {
  if (wire_.is_connecting() || wire_.is_writing())
    return glance;
  if (!wire_.is_open())
    return asked_.empty() && !connected_ ? idle_rest : duration::zero();
  auto next = clock::now() + idle_rest;
  for (const auto& [id, each] : asked_)
    next = std::min(next, each.until);
  return std::max(std::chrono::ceil<duration>(next - clock::now()), duration::zero());
}

void sdk_session::walk_frame(std::string_view frame) {
  while (!frame.empty()) {
    auto end = std::min(frame.find('\n'), frame.size());
    auto message = sdk::read_message(frame.substr(0, end));
    frame.remove_prefix(std::min(end + 1, frame.size()));
    if (std::holds_alternative<sdk::ping>(message))
      wire_.post("{}");
    else if (const auto* reply = std::get_if<sdk::reply>(&message))
      answer(*reply);
    else if (const auto* said = std::get_if<sdk::push>(&message))
      hear_(*said);
  }
}

void sdk_session::answer(const sdk::reply& reply) {
  auto found = asked_.extract(reply.id);
  if (found.empty())
    return;
  if (reply.error)
    found.mapped().then({sdk_answer::kind::refused, {}, *reply.error});
  else
    found.mapped().then({sdk_answer::kind::done, reply.result, {}});
}

// -- ending -------------------------------------------------------------------

void sdk_session::close() {
  wire_.close(1000, leave_within);
}

void sdk_session::give_up_if_late() {
  auto now = clock::now();
  if (std::any_of(asked_.begin(), asked_.end(),
                  [now](const auto& x) { return x.second.until <= now; }))
    give_up("no answer in time");
  else if (silence_max_.count() > 0 && now - heard_ > silence_max_)
    give_up("it says nothing any more");
}

// Nobody is there who would answer a close frame in time.
void sdk_session::give_up(const std::string& why) {
  gave_up_ = why;
  wire_.drop();
}

// Whoever is told may ask again, and is told at once: so these leave the table first.
void sdk_session::lose_questions() {
  for (auto& [id, each] : std::exchange(asked_, {}))
    each.then({});
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

} // namespace salon

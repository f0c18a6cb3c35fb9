#include "client/conversation.hpp"

#include "client/chat_view.hpp"
#include "client/json_members.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace salon {

namespace {

using namespace std::chrono_literals;

constexpr conversation::duration first_delay = 500ms;
constexpr conversation::duration delay_max = 20s;
constexpr conversation::duration leave_within = 1s;

} // namespace

conversation::conversation(chat_address where, conversation_options options, chat::teller tell)
  : where_(std::move(where)),
    options_(std::move(options)),
    tell_(std::move(tell)),
    session_([this](const sdk::push& what) { room_.hear(what); }),
    room_(session_, options_.history, tell_, [this](const chat_room::entry& x) { end_entry(x); }),
    outbox_(session_, options_.outbox, tell_) {
  // nop
}

// -- arriving -----------------------------------------------------------------

std::optional<std::string> conversation::open(const std::string& room) {
  room_.go_to(room);
  refusal_.reset();
  is_opening_ = true;
  connect();
  while (is_opening_)
    session_.take(session_.rest());
  return refusal_;
}

void conversation::connect() {
  session_.connect(where_, options_.name, [this](const std::optional<std::string>& wrong) {
    if (wrong)
      end_opening(wrong);
    else
      learn_limits();
  });
}

// Before anything else: so nothing is sent that would cost the connection.
void conversation::learn_limits() {
  session_.ask("rpc", R"({"method":"salon.limits","data":{}})", [this](const sdk_answer& answer) {
    json::members limits{json::members{answer.result}.raw("data")};
    if (auto bytes = limits.get<std::uint64_t>("message_bytes_max"); bytes > 0)
      outbox_.limit_messages(bytes);
    enter();
  });
}

void conversation::enter() {
  is_entering_ = true;
  if (room().empty())
    end_entry({});
  else
    room_.enter();
}

void conversation::end_entry(const chat_room::entry& how) {
  is_entering_ = false;
  if (how.wrong && how.may_help)
    session_.close();
  else if (how.wrong)
    room_.go_to({});
  if (is_opening_)
    return end_opening(how.wrong);
  auto is_back = session_.is_open() && lost_;
  if (is_back) {
    lost_.reset();
    is_coming_back_ = false;
  }
  if (how.wrong && (is_back || !lost_))
    tell_(chat::trouble{*how.wrong});
  else if (is_back)
    tell_(chat::note{"The connection is back"});
}

void conversation::end_opening(const std::optional<std::string>& wrong) {
  is_opening_ = false;
  refusal_ = wrong;
}

// -- what one asks for --------------------------------------------------------

bool conversation::say(std::string_view text, bool is_action) {
  if (room().empty()) {
    outbox_.refuse(text, "you are in no room");
    return false;
  }
  if (!outbox_.add(room(), text, is_action))
    return false;
  if (lost_)
    tell_(chat::note{"Kept until the connection is back: " + chat::quoted_start(text)});
  send();
  return true;
}

void conversation::join(const std::string& room) {
  if (room == room_.name())
    return tell_(chat::note{"You are in " + room + " already"});
  if (lost_)
    tell_(chat::note{"You will be in " + room + " when the connection is back"});
  go_to(room);
}

void conversation::leave() {
  if (room().empty())
    return tell_(chat::note{"You are in no room"});
  tell_(chat::note{"You left " + room() + ": /join leads to another room"});
  go_to({});
}

// Without a connection, and when it has just come, the entry is still to come.
void conversation::go_to(const std::string& room) {
  room_.go_to(room);
  if (!lost_ || is_entering_)
    enter();
}

void conversation::list_people() {
  if (room().empty())
    return tell_(chat::note{"You are in no room"});
  auto then = [this, room = room()](const sdk_answer& answer) {
    if (answer.what != sdk_answer::kind::done)
      return tell_trouble("Who is here cannot be said", answer);
    std::vector<std::string> names;
    for (const auto& each : sdk::read_people(answer.result))
      names.push_back(chat::name_of(each));
    std::sort(names.begin(), names.end());
    std::string all;
    for (const auto& each : names)
      all += (all.empty() ? "" : ", ") + each;
    tell_(chat::note{std::to_string(names.size()) + " in " + room + ": " + all});
  };
  session_.ask("presence", sdk::write_object({{"channel", room()}}), then);
}

void conversation::list_rooms() {
  auto then = [this](const sdk_answer& answer) {
    if (answer.what != sdk_answer::kind::done)
      return tell_trouble("The rooms cannot be listed", answer);
    json::members page{json::members{answer.result}.raw("data")};
    std::string all;
    for (auto each : json::items_of(page.raw("rooms"))) {
      json::members room{each};
      all += (all.empty() ? "" : ", ") + chat::harmless(room.get<std::string>("room")) + " ("
             + std::to_string(room.get<std::uint64_t>("members")) + ')';
    }
    auto is_cut = !page.raw("next").empty() || page.get<bool>("partial");
    tell_(chat::note{all.empty() ? "There is no room yet" : all + (is_cut ? ", and more" : "")});
  };
  session_.ask("rpc", R"({"method":"salon.rooms","data":{"limit":100}})", then);
}

void conversation::tell_trouble(const std::string& what, const sdk_answer& answer) {
  tell_(chat::trouble{what + ": " + sentence_of(answer)});
}

// -- going on -----------------------------------------------------------------

void conversation::turn() {
  if (is_over_)
    return;
  session_.take();
  if (!session_.is_open() && !session_.is_connecting())
    come_back();
  if (session_.is_open() && !lost_ && room_.is_outside())
    enter();
  send();
  // What these began is under way before anybody waits.
  session_.take();
}

// What was missed comes before what one said meanwhile.
void conversation::send() {
  if (may_send())
    outbox_.send();
}

bool conversation::may_send() const {
  return session_.is_open() && !lost_ && room_.is_settled();
}

void conversation::come_back() {
  auto now = clock::now();
  if (session_.is_over()) {
    is_over_ = true;
    return tell_(chat::trouble{"The server ended the connection: " + session_.farewell()});
  }
  if (!lost_) {
    lost_ = now;
    delay_ = first_delay;
    next_attempt_ = now + delay_;
    tell_(
      chat::trouble{"The connection is lost: " + session_.farewell() + "; trying to come back"});
  } else if (std::exchange(is_coming_back_, false)) {
    delay_ = std::min(delay_ * 2, delay_max);
    next_attempt_ = now + delay_;
  } else if (now >= next_attempt_) {
    is_coming_back_ = true;
    connect();
  }
}

conversation::duration conversation::rest() const {
  if (may_send())
    return std::min(session_.rest(), outbox_.rest());
  if (session_.is_open() || session_.is_connecting())
    return session_.rest();
  if (!lost_ || is_coming_back_)
    return duration::zero();
  return std::max(std::chrono::ceil<duration>(next_attempt_ - clock::now()), duration::zero());
}

std::optional<conversation::duration> conversation::away() const {
  if (!lost_)
    return std::nullopt;
  return std::chrono::duration_cast<duration>(clock::now() - *lost_);
}

void conversation::close() {
  auto end = clock::now() + leave_within;
  while (outbox_.waiting() > 0 && may_send() && clock::now() < end)
    session_.take(std::min(session_.rest(), leave_within));
  session_.close();
  outbox_.refuse_all("the server has not answered for it");
}

} // namespace salon

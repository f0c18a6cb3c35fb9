#include "client/conversation.hpp"

#include "client/chat_view.hpp"
#include "client/json_members.hpp"
#include "messages/ids.hpp"
#include "messages/utf8.hpp"

#include <algorithm>
#include <utility>

namespace salon {

namespace {

using namespace std::chrono_literals;

constexpr conversation::duration first_delay = 500ms;
constexpr conversation::duration delay_max = 20s;
constexpr conversation::duration attempt_takes_max = 3s;
constexpr conversation::duration idle_rest = 5s;

// What a server takes in one message if nobody changed that, and what goes around a text.
constexpr std::size_t message_bytes_max = 65'536;
constexpr std::size_t markup_bytes = 64;

constexpr std::uint32_t unrecoverable_position = 112;
constexpr std::uint32_t unsubscribed_for_good_below = 2500;
constexpr int entries_max = 3;

std::int64_t now_in_milliseconds() {
  auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
}

std::string sentence_of(const sdk_answer& x) {
  if (x.what == sdk_answer::kind::lost)
    return "there is no connection";
  return x.error.message + " (" + std::to_string(x.error.code) + ')';
}

std::string quoted_start(std::string_view text) {
  constexpr std::size_t letters = 40;
  auto start = chat::harmless(text);
  if (start.size() <= letters)
    return '"' + start + '"';
  auto end = letters;
  while (end > 0 && (static_cast<unsigned char>(start[end]) & 0xc0U) == 0x80U)
    --end; // a character is not cut
  return '"' + start.substr(0, end) + "...\"";
}

} // namespace

conversation::conversation(chat_address where, conversation_options options, teller tell)
  : where_(std::move(where)),
    options_(std::move(options)),
    tell_(std::move(tell)),
    session_([this](const sdk::push& what) { hear(what); }) {
  // nop
}

std::optional<std::string> conversation::open(const std::string& room) {
  room_ = room;
  if (auto wrong = session_.connect(where_, options_.name))
    return wrong;
  return enter();
}

// -- hearing ------------------------------------------------------------------

void conversation::hear(const sdk::push& what) {
  if (what.channel != room_)
    return;
  if (what.kind == "pub") {
    if (auto pub = sdk::read_publication(what.body)) {
      if (pub->time == 0)
        pub->time = now_in_milliseconds();
      hear_publication(std::move(*pub));
    }
  } else if (what.kind == "join" || what.kind == "leave") {
    auto who = sdk::read_person(json::members{what.body}.raw("info"));
    if (who.client == session_.client())
      return;
    tell_(what.kind == "join" ? chat::event{chat::came{who}} : chat::event{chat::went{who}});
  } else if (what.kind == "unsubscribe") {
    is_outside_ = true;
    if (json::members{what.body}.get<std::uint32_t>("code") < unsubscribed_for_good_below) {
      tell_(chat::trouble{"You were taken out of " + room_});
      room_.clear();
    }
  }
}

void conversation::hear_publication(chat::said pub) {
  if (position_ && pub.offset != 0) {
    if (pub.offset <= position_->offset)
      return;
    position_->offset = pub.offset;
  }
  tell_(pub);
}

// -- rooms --------------------------------------------------------------------

// Reads history before it subscribes from where that ended: so everything comes in its order, and
// nothing that is published meanwhile has to be held.
std::optional<std::string> conversation::enter() {
  is_outside_ = false;
  if (room_.empty())
    return std::nullopt;
  auto is_first = !position_;
  if (is_first)
    read_history();
  auto answer = subscribe();
  for (auto i = 1; i < entries_max && answer.error.code == unrecoverable_position; ++i) {
    tell_(chat::trouble{"Some messages are missing here: the room does not keep them any more"});
    read_history();
    answer = subscribe();
  }
  if (answer.what != sdk_answer::kind::done) {
    auto wrong = "You cannot enter " + room_ + ": "
                 + (answer.what == sdk_answer::kind::lost && !session_.farewell().empty()
                      ? session_.farewell()
                      : sentence_of(answer));
    if (answer.what == sdk_answer::kind::lost || answer.error.temporary)
      lose();
    else
      room_.clear();
    return wrong;
  }
  json::members result{answer.result};
  auto missed = sdk::read_publications(answer.result);
  if (result.get<bool>("positioned") || position_)
    position_
      = stream_position{result.get<std::string>("epoch"),
                        position_ ? position_->offset : result.get<std::uint64_t>("offset")};
  for (auto& pub : missed)
    hear_publication(std::move(pub));
  if (is_first)
    tell_(chat::note{"You are in " + room_});
  return std::nullopt;
}

sdk_answer conversation::subscribe() {
  std::string arguments = sdk::write_object({{"channel", room_}});
  arguments.back() = ',';
  arguments += R"("recoverable":true,"positioned":true,"join_leave":true)";
  if (position_) {
    // 2: an error rather than a subscription with a gap.
    arguments += R"(,"flag":2,"recover":true,"offset":)" + std::to_string(position_->offset) + ',';
    arguments += sdk::write_object({{"epoch", position_->epoch}}).substr(1);
  } else {
    arguments += '}';
  }
  return session_.ask("subscribe", arguments);
}

// Tells of the last publications that have not been told of. A room without history has no
// position, and nothing to recover.
bool conversation::read_history() {
  auto arguments = sdk::write_object({{"channel", room_}});
  arguments.back() = ',';
  arguments += R"("reverse":true,"limit":)" + std::to_string(options_.history) + '}';
  auto answer = session_.ask("history", arguments);
  auto before = std::exchange(position_, std::nullopt);
  if (answer.what != sdk_answer::kind::done)
    return false;
  json::members result{answer.result};
  auto epoch = result.get<std::string>("epoch");
  auto latest = sdk::read_publications(answer.result);
  std::reverse(latest.begin(), latest.end());
  for (const auto& pub : latest)
    if (!before || before->epoch != epoch || pub.offset > before->offset)
      tell_(pub);
  position_ = stream_position{std::move(epoch), result.get<std::uint64_t>("offset")};
  return true;
}

void conversation::join(const std::string& room) {
  if (room == room_)
    return tell_(chat::note{"You are in " + room_ + " already"});
  if (!room_.empty() && session_.is_open())
    session_.ask("unsubscribe", sdk::write_object({{"channel", room_}}));
  room_ = room;
  position_.reset();
  if (!session_.is_open())
    return tell_(chat::note{"You will be in " + room_ + " when the connection is back"});
  if (auto wrong = enter())
    tell_(chat::trouble{*wrong});
}

void conversation::leave() {
  if (room_.empty())
    return tell_(chat::note{"You are in no room"});
  auto room = std::exchange(room_, {});
  position_.reset();
  if (session_.is_open())
    session_.ask("unsubscribe", sdk::write_object({{"channel", room}}));
  tell_(chat::note{"You left " + room + ": /join leads to another room"});
}

void conversation::list_people() {
  if (room_.empty())
    return tell_(chat::note{"You are in no room"});
  auto answer = session_.ask("presence", sdk::write_object({{"channel", room_}}));
  if (answer.what != sdk_answer::kind::done)
    return tell_trouble("Who is here cannot be said", answer);
  std::vector<std::string> names;
  for (const auto& each : sdk::read_people(answer.result))
    names.push_back(chat::name_of(each));
  std::sort(names.begin(), names.end());
  std::string all;
  for (const auto& each : names)
    all += (all.empty() ? "" : ", ") + each;
  tell_(chat::note{std::to_string(names.size()) + " in " + room_ + ": " + all});
}

void conversation::list_rooms() {
  auto answer = session_.ask("rpc", R"({"method":"salon.rooms","data":{"limit":100}})");
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
}

// -- saying -------------------------------------------------------------------

bool conversation::say(std::string_view text, bool is_action) {
  auto not_taken = [&](const std::string& why) {
    refuse(text, why);
    return false;
  };
  if (room_.empty())
    return not_taken("you are in no room");
  if (!is_utf8(text))
    return not_taken("it is not UTF-8");
  if (waiting_.size() >= options_.waiting_max)
    return not_taken("too much is waiting to be sent");
  auto address = sdk::write_object({{"room", room_}, {"key", to_string(client_id::random())}});
  address.back() = ',';
  auto arguments = R"({"method":"salon.publish","data":)" + address + "\"data\":"
                   + sdk::write_message(text, is_action, now_in_milliseconds()) + "}}";
  if (arguments.size() + markup_bytes > message_bytes_max)
    return not_taken("it is too long");
  waiting_.push_back({std::string{text}, std::move(arguments)});
  if (session_.is_open())
    send_waiting();
  else
    tell_(chat::note{"Kept until the connection is back: " + quoted_start(text)});
  return true;
}

// One after the other, so that the room has them in their order however often one is repeated.
void conversation::send_waiting() {
  while (!waiting_.empty() && session_.is_open() && clock::now() >= next_sending_) {
    auto& next = waiting_.front();
    auto answer = session_.ask("rpc", next.arguments);
    if (answer.what != sdk_answer::kind::done) {
      auto may_help = answer.what == sdk_answer::kind::lost || answer.error.temporary;
      if (may_help && ++next.attempts < options_.attempts_max) {
        next_sending_ = clock::now() + first_delay * next.attempts;
        return;
      }
      refuse(next.text, sentence_of(answer));
    }
    waiting_.pop_front();
  }
}

void conversation::refuse(std::string_view text, const std::string& why) {
  ++refused_;
  tell_(chat::trouble{"Not accepted: " + quoted_start(is_utf8(text) ? text : "?") + ": " + why});
}

void conversation::tell_trouble(const std::string& what, const sdk_answer& answer) {
  tell_(chat::trouble{what + ": " + sentence_of(answer)});
}

// -- coming back --------------------------------------------------------------

void conversation::turn() {
  if (is_over_)
    return;
  if (session_.is_open())
    session_.take();
  if (session_.is_open() && is_outside_)
    if (auto wrong = enter())
      tell_(chat::trouble{*wrong});
  if (!session_.is_open())
    come_back();
  if (session_.is_open())
    send_waiting();
}

void conversation::lose() {
  session_.close();
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
    return tell_(
      chat::trouble{"The connection is lost: " + session_.farewell() + "; trying to come back"});
  }
  if (now < next_attempt_)
    return;
  if (!session_.connect(where_, options_.name, attempt_takes_max)) {
    auto wrong = enter();
    if (session_.is_open()) {
      lost_.reset();
      next_sending_ = {};
      return tell_(wrong ? chat::event{chat::trouble{*wrong}}
                         : chat::event{chat::note{"The connection is back"}});
    }
  }
  delay_ = std::min(delay_ * 2, delay_max);
  next_attempt_ = clock::now() + delay_;
}

conversation::duration conversation::rest() const {
  auto until = [](clock::time_point then) {
    auto left = std::chrono::ceil<duration>(then - clock::now());
    return std::clamp(left, duration::zero(), idle_rest);
  };
  if (lost_)
    return until(next_attempt_);
  if (!session_.is_open())
    return duration::zero();
  return waiting_.empty() ? idle_rest : until(next_sending_);
}

std::optional<conversation::duration> conversation::away() const {
  if (!lost_)
    return std::nullopt;
  return std::chrono::duration_cast<duration>(clock::now() - *lost_);
}

} // namespace salon

#include "client/chat_room.hpp"

#include "client/json_members.hpp"
#include "messages/json_string.hpp"

#include <algorithm>
#include <utility>

namespace salon {

namespace {

constexpr std::uint32_t unrecoverable_position = 112;
constexpr std::uint32_t unsubscribed_for_good_below = 2500;
constexpr int attempts_max = 3;

std::string arguments_of(const std::string& room, const std::string& more) {
  auto result = sdk::write_object({{"channel", room}});
  result.back() = ',';
  return result + more + '}';
}

} // namespace

void chat_room::go_to(const std::string& name) {
  if (!name_.empty() && session_.is_open())
    session_.ask("unsubscribe", sdk::write_object({{"channel", name_}}), [](const sdk_answer&) {});
  ++entries_;
  name_ = name;
  position_.reset();
  is_in_ = false;
  is_outside_ = false;
  is_first_ = true;
}

// -- entering -----------------------------------------------------------------

// Reads history before it subscribes from where that ended: so everything comes in its order, and
// nothing that is published meanwhile has to be held.
void chat_room::enter() {
  ++entries_;
  is_in_ = false;
  is_outside_ = false;
  attempts_ = 0;
  if (position_)
    subscribe();
  else
    read_history();
}

void chat_room::read_history() {
  auto more = R"("reverse":true,"limit":)" + std::to_string(history_);
  session_.ask("history", arguments_of(name_, more), with(&chat_room::take_history));
}

// Tells of the last publications that have not been told of. A room without history has no
// position, and nothing to recover.
void chat_room::take_history(const sdk_answer& answer) {
  if (answer.what == sdk_answer::kind::lost)
    return end_without(answer);
  auto before = std::exchange(position_, std::nullopt);
  if (answer.what == sdk_answer::kind::done) {
    json::members result{answer.result};
    auto epoch = result.get<std::string>("epoch");
    auto latest = sdk::read_publications(answer.result);
    std::reverse(latest.begin(), latest.end());
    for (const auto& pub : latest)
      if (!before || before->epoch != epoch || pub.offset > before->offset)
        tell_(pub);
    position_ = stream_position{std::move(epoch), result.get<std::uint64_t>("offset")};
  }
  subscribe();
}

void chat_room::subscribe() {
  std::string more = R"("recoverable":true,"positioned":true,"join_leave":true)";
  if (position_) {
    // 2: an error rather than a subscription with a gap.
    more += R"(,"flag":2,"recover":true,"offset":)" + std::to_string(position_->offset)
            + R"(,"epoch":)";
    json::append_quoted(more, position_->epoch);
  }
  session_.ask("subscribe", arguments_of(name_, more), with(&chat_room::take_subscription));
}

void chat_room::take_subscription(const sdk_answer& answer) {
  if (answer.error.code == unrecoverable_position && ++attempts_ < attempts_max) {
    tell_(chat::trouble{"Some messages are missing here: the room does not keep them any more"});
    return read_history();
  }
  if (answer.what != sdk_answer::kind::done)
    return end_without(answer);
  json::members result{answer.result};
  if (result.get<bool>("positioned") || position_)
    position_
      = stream_position{result.get<std::string>("epoch"),
                        position_ ? position_->offset : result.get<std::uint64_t>("offset")};
  for (auto& pub : sdk::read_publications(answer.result))
    tell_of(std::move(pub));
  is_in_ = true;
  if (std::exchange(is_first_, false))
    tell_(chat::note{"You are in " + name_});
  then_({});
}

void chat_room::end_without(const sdk_answer& answer) {
  auto is_lost = answer.what == sdk_answer::kind::lost;
  auto why = is_lost && !session_.farewell().empty() ? session_.farewell() : sentence_of(answer);
  then_({"You cannot enter " + name_ + ": " + why, is_lost || answer.error.temporary});
}

sdk_session::answered chat_room::with(void (chat_room::*then)(const sdk_answer&)) {
  return [this, then, entry = entries_](const sdk_answer& answer) {
    if (entry == entries_)
      (this->*then)(answer);
  };
}

// -- hearing ------------------------------------------------------------------

// Until one is in, what comes is of an earlier visit.
void chat_room::hear(const sdk::push& what) {
  if (what.channel != name_ || !is_in_)
    return;
  if (what.kind == "pub") {
    if (auto pub = sdk::read_publication(what.body)) {
      if (pub->time == 0)
        pub->time = chat::now_in_milliseconds();
      tell_of(std::move(*pub));
    }
  } else if (what.kind == "join" || what.kind == "leave") {
    auto who = sdk::read_person(json::members{what.body}.raw("info"));
    if (who.client == session_.client())
      return;
    tell_(what.kind == "join" ? chat::event{chat::came{who}} : chat::event{chat::went{who}});
  } else if (what.kind == "unsubscribe") {
    is_in_ = false;
    is_outside_ = true;
    if (json::members{what.body}.get<std::uint32_t>("code") < unsubscribed_for_good_below) {
      tell_(chat::trouble{"You were taken out of " + name_});
      name_.clear();
      go_to({});
    }
  }
}

void chat_room::tell_of(chat::said pub) {
  if (position_ && pub.offset != 0) {
    if (pub.offset <= position_->offset)
      return;
    position_->offset = pub.offset;
  }
  tell_(pub);
}

} // namespace salon

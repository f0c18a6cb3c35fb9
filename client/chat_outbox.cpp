#include "client/chat_outbox.hpp"

#include "client/chat_view.hpp"
#include "messages/ids.hpp"
#include "messages/utf8.hpp"

#include <algorithm>
#include <utility>

namespace salon {

namespace {

using namespace std::chrono_literals;

constexpr chat_outbox::duration first_delay = 500ms;
constexpr chat_outbox::duration idle_rest = 5s;
constexpr chat_outbox::duration long_wait = 4s;

// What goes around the arguments of a command.
constexpr std::size_t markup_bytes = 64;

} // namespace

bool chat_outbox::add(const std::string& room, std::string_view text, bool is_action) {
  auto not_taken = [&](const std::string& why) {
    refuse(text, why);
    return false;
  };
  if (!is_utf8(text))
    return not_taken("it is not UTF-8");
  if (waiting_.size() >= options_.waiting_max)
    return not_taken("too much is waiting to be sent");
  auto address = sdk::write_object({{"room", room}, {"key", to_string(client_id::random())}});
  address.back() = ',';
  auto arguments = R"({"method":"salon.publish","data":)" + address + "\"data\":"
                   + sdk::write_message(text, is_action, chat::now_in_milliseconds()) + "}}";
  if (auto wrong = objection(arguments); !wrong.empty())
    return not_taken(wrong);
  waiting_.push_back({std::string{text}, std::move(arguments)});
  return true;
}

std::string chat_outbox::objection(const std::string& arguments) const {
  auto bytes = arguments.size() + markup_bytes;
  if (bytes <= message_bytes_max_)
    return {};
  return "it is too long: " + std::to_string(bytes) + " bytes of the "
         + std::to_string(message_bytes_max_) + " that the server takes";
}

// One after the other, so that the room has them in their order however often one is repeated. The
// length is looked at again: a server that comes back may take less.
void chat_outbox::send() {
  tell_of_waiting();
  while (!waiting_.empty() && !is_sending_ && session_.is_open() && clock::now() >= next_sending_) {
    auto& next = waiting_.front();
    if (auto wrong = objection(next.arguments); !wrong.empty()) {
      refuse(next.text, wrong);
      waiting_.pop_front();
    } else {
      is_sending_ = true;
      tell_at_ = clock::now() + long_wait;
      session_.ask("rpc", next.arguments, [this](const sdk_answer& x) { end_sending(x); });
    }
  }
}

void chat_outbox::tell_of_waiting() {
  if (!tell_at_ || clock::now() < *tell_at_)
    return;
  tell_at_.reset();
  tell_(chat::note{"No answer yet for " + chat::quoted_start(waiting_.front().text)});
}

void chat_outbox::end_sending(const sdk_answer& answer) {
  is_sending_ = false;
  tell_at_.reset();
  if (waiting_.empty())
    return;
  auto& next = waiting_.front();
  if (answer.what != sdk_answer::kind::done) {
    auto may_help = answer.what == sdk_answer::kind::lost || answer.error.temporary;
    if (may_help && ++next.attempts < options_.attempts_max) {
      next_sending_ = clock::now() + first_delay * next.attempts;
      return;
    }
    refuse(next.text, sentence_of(answer));
  }
  waiting_.pop_front();
  next_sending_ = {};
  send();
}

void chat_outbox::refuse(std::string_view text, const std::string& why) {
  ++refused_;
  tell_(chat::trouble{"Not accepted: " + chat::quoted_start(text) + ": " + why});
}

void chat_outbox::refuse_all(const std::string& why) {
  tell_at_.reset();
  for (const auto& each : std::exchange(waiting_, {}))
    refuse(each.text, why);
}

chat_outbox::duration chat_outbox::rest() const {
  auto next = clock::now() + idle_rest;
  if (is_sending_)
    next = tell_at_.value_or(next);
  else if (!waiting_.empty())
    next = std::min(next, next_sending_);
  return std::max(std::chrono::ceil<duration>(next - clock::now()), duration::zero());
}

} // namespace salon

#include "actors/text_connection.hpp"

#include "messages/text_codec.hpp"

#include <utility>

namespace salon {

void text_connection::on_start() {
  auto who = *member_->who;
  who.conn_info = text::info_of(visit_.name);
  visit_.frame_pings = true;
  if (visit_.room.empty())
    visit_.room = here_.options.lobby;
  open(std::move(who));
  errc why = errc::none;
  const auto* rules = here_.rooms->find(visit_.room, &why);
  // Private rooms need a token, which a text client has no way to show.
  if (!rules || visit_.room.front() == '$' || !rules->subscribe.allows(member_->who->user, false)) {
    close(close_code::permission_denied);
    return;
  }
  may_publish_ = rules->publish.allows(member_->who->user, true);
  fanout_state::entry_request request;
  request.positioned = rules->has_history();
  here_.fanout.subscribe_to(visit_.room, *member_, std::move(request));
}

void text_connection::say(std::string_view line) {
  socket_->send(frame::text(line));
}

void text_connection::on_subscribed(subscription&, const subscribed& answer) {
  if (answer.error != errc::none) {
    say("The room " + visit_.room
        + " has no place for you: " + std::string{message_of(answer.error)} + ".");
    close(close_code::connection_limit);
    return;
  }
  // A new room after a crash is no news to those who were in the old one.
  if (std::exchange(welcomed_, true))
    return;
  auto whom = visit_.name.empty() ? std::string{} : ", " + visit_.name;
  say("Welcome to " + visit_.room + whom + ".");
}

void text_connection::on_message(std::string_view message) {
  if (!is_open())
    return;
  if (!may_publish_) {
    say("Nobody but its owners may write in " + visit_.room + ".");
    return;
  }
  auto order = std::make_shared<publish_order>();
  order->from = member_->who;
  order->type = content::text;
  order->data = message;
  sizes_.push_back(message.size());
  count_started(message.size());
  auto fate = here_.fanout.publish_in(visit_.room, member_, 0, std::move(order));
  held_up_ = held_up_ || fate == sending::waits;
  pace();
}

void text_connection::on_answered(std::uint64_t, answered& answer) {
  if (const auto* why = std::get_if<errc>(&answer.what)) {
    here_.counts.failed(static_cast<std::uint32_t>(*why));
    say("Your line was not delivered: " + std::string{message_of(*why)} + ".");
  }
  auto size = sizes_.front();
  sizes_.pop_front();
  count_finished(size);
}

void text_connection::on_unsubscribed(subscription&, unsubscribe_code) {
  // A line reader could not tell that lines are missing: it starts over instead.
  close(close_code::insufficient_state);
}

bool text_connection::send_ping() {
  socket_->ping();
  return true;
}

} // namespace salon

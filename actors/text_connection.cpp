#include "actors/text_connection.hpp"

#include "messages/text_codec.hpp"

#include <utility>

namespace salon {

text_connection::text_connection(connection_actor::pointer self, shard_locals& here,
                                 transport& socket, visit who)
  : connection_state(self, here, socket, who),
    coming_(std::make_unique<visit>(std::move(who))) {
  frame_pings_ = true;
}

void text_connection::on_start() {
  auto who = *member_->who;
  who.conn_info = text::info_of(coming_->name);
  auto& room = coming_->room;
  if (room.empty())
    room = here_.options.lobby;
  open(std::move(who));
  errc why = errc::none;
  const auto* rules = here_.rooms->find(room, &why);
  // Private rooms need a token, which a text client has no way to show.
  if (!rules || room.front() == '$' || !rules->subscribe.allows(member_->who->user, false)) {
    close(close_code::permission_denied);
    return;
  }
  may_publish_ = rules->publish.allows(member_->who->user, true);
  fanout_state::entry_request request;
  request.positioned = rules->has_history();
  place_ = &here_.fanout.subscribe_to(room, *member_, std::move(request));
}

void text_connection::say(std::string_view line) {
  socket_->send(frame::text(line));
}

void text_connection::on_subscribed(subscription&, const subscribed& answer) {
  if (answer.error != errc::none) {
    say("The room " + answer.room
        + " has no place for you: " + std::string{message_of(answer.error)} + ".");
    close(close_code::connection_limit);
    return;
  }
  // A new room after a crash is no news to those who were in the old one.
  auto who = std::move(coming_);
  if (!who)
    return;
  auto whom = who->name.empty() ? std::string{} : ", " + who->name;
  say("Welcome to " + who->room + whom + ".");
}

void text_connection::on_message(std::string_view message) {
  if (!is_open())
    return;
  if (!may_publish_) {
    say("Nobody but its owners may write in " + here_.fanout.room_of(*place_) + ".");
    return;
  }
  auto order = std::make_shared<publish_order>();
  order->from = member_->who;
  order->type = content::text;
  order->data = message;
  count_started(message.size());
  // Lines have no numbers, but sizes, which come back with their answers.
  auto fate = here_.fanout.publish_in(*place_, member_, message.size(), std::move(order));
  held_up_ = held_up_ || fate == sending::waits;
  pace();
}

void text_connection::on_answered(std::uint64_t size, const answered& answer) {
  if (const auto* why = std::get_if<errc>(&answer.what)) {
    here_.counts.failed(static_cast<std::uint32_t>(*why));
    say("Your line was not delivered: " + std::string{message_of(*why)} + ".");
  }
  count_finished(static_cast<std::size_t>(size));
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

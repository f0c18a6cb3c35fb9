// The actor of dice_bot.cpp and attached_bot.cpp: it knows neither in which program it is.
#pragma once

#include "messages/desk_messages.hpp"
#include "messages/text_codec.hpp"

#include <chrono>
#include <random>
#include <string>
#include <utility>

class dice_bot {
public:
  static inline const char* name = "example.dice_bot";

  dice_bot(salon::member_actor::pointer self, salon::desk_actor desk)
    : self_(self),
      desk_(std::move(desk)) {
    // nop
  }

  salon::member_actor::behavior_type make_behavior() {
    salon::ask(
      self_, desk_, std::chrono::seconds{5}, salon::enter_room{self_, "lobby", "Dice"}, [] {},
      [this](const caf::error& why) { self_->quit(why); });
    return {
      [this](const salon::room_publication& x) { hear(x.room, *x.pub); },
      [](const salon::member_joined&) {},
      [](const salon::member_left&) {},
      [this](const salon::room_closed&) { self_->quit(); },
    };
  }

private:
  // The room sends us our own lines, too: they never are "/roll".
  void hear(const salon::room_id& room, const salon::publication& pub) {
    if (salon::text::line_of(pub) != "/roll")
      return;
    auto who = salon::text::name_of(pub);
    auto eyes = std::uniform_int_distribution{1, 6}(random_);
    auto line = (who.empty() ? "Somebody" : who) + " rolls a " + std::to_string(eyes);
    salon::say(self_, desk_, room, line);
  }

  salon::member_actor::pointer self_;
  salon::desk_actor desk_;
  std::mt19937 random_{std::random_device{}()};
};

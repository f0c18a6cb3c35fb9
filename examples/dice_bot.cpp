// A member that is a program: say "/roll" in the lobby, and Dice answers "Ana rolls a 4".
//
//   build/dev/bin/dice_bot       then: python3 -m websockets "ws://127.0.0.1:9501/?name=Ana"
#include "messages/text_codec.hpp"
#include "server/server.hpp"

#include <random>
#include <string>
#include <utility>

using namespace std::literals;

namespace {

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
      self_, desk_, 5s, salon::enter_room{self_, "lobby", "Dice"}, [] {},
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

} // namespace

int main() {
  salon::server server{salon::config_from_environment()};
  server.spawn_member<dice_bot>();
  return server.run();
}

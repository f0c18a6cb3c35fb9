#include "tests/simulation/seat.hpp"

#include <cstdlib>
#include <string>
#include <utility>

namespace salon::simulation {

namespace {

// What stands between `before` and the next `end`, in a push of ours.
std::string_view between(std::string_view text, std::string_view before, char end) {
  auto begin = text.find(before);
  if (begin == std::string_view::npos)
    return {};
  text.remove_prefix(begin + before.size());
  return text.substr(0, text.find(end));
}

client_id id_of(std::uint32_t number) {
  client_id result;
  for (std::size_t i = 0; i < 4; ++i)
    result.bytes[i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
  return result;
}

} // namespace

struct seat::life_state {
  explicit life_state(life_actor::pointer self) : self_(self) {
    // nop
  }

  life_actor::behavior_type make_behavior() {
    return {[this](std::int32_t) { self_->quit(); }};
  }

  life_actor::pointer self_;
};

seat::seat(fanout_state& fanout, shard& home, std::uint32_t client, seat_user& user)
  : fanout_(fanout),
    client_(client),
    user_(&user),
    member_(std::make_shared<member>()),
    life_(spawn_on<life_state, life_actor>(home).handle) {
  auto who = std::make_shared<client_info>();
  who->user = "somebody"; // Who has no account has to bring keys that nobody can guess.
  who->client = id_of(client);
  member_->who = std::move(who);
  member_->format = wire_format::json;
  member_->out = this;
  member_->owner = this;
  fanout_.attend(life_, member_);
}

seat::~seat() = default;

std::uint32_t seat::number_of(const client_id& id) {
  std::uint32_t result = 0;
  for (std::size_t i = 0; i < 4; ++i)
    result = result << 8u | id.bytes[i];
  return result;
}

void seat::enter(const room_id& room, fanout_state::entry_request request) {
  fanout_.subscribe_to(room, *member_, std::move(request));
}

void seat::leave(const room_id& room) {
  for (auto& each : member_->subscriptions) {
    if (fanout_.room_of(*each) == room) {
      fanout_.unsubscribe_from(*each);
      return;
    }
  }
}

sending seat::publish(const room_id& room, std::uint64_t command, std::string_view data,
                      std::string_view key) {
  auto order = std::make_shared<publish_order>();
  order->from = member_->who;
  order->data = data;
  order->key = key;
  return fanout_.publish_in(room, member_, command, std::move(order));
}

void seat::ask_presence(const room_id& room, std::uint64_t command) {
  fanout_.read_presence_of(room, member_, command, false);
}

void seat::end() {
  if (!life_)
    return;
  user_ = nullptr;
  fanout_.detach(*member_);
  tell(life_, std::int32_t{1});
  life_ = nullptr;
}

void seat::on_subscribed(subscription&, const subscribed& answer) {
  if (user_)
    user_->on_entered(answer.room, answer);
}

void seat::on_answered(std::uint64_t command, const answered& answer) {
  if (user_)
    user_->on_answer(command, answer);
}

void seat::on_unsubscribed(subscription& from, unsubscribe_code why) {
  if (user_)
    user_->on_out(fanout_.room_of(from), why);
}

void seat::send(const frame& message, const lane& how) {
  if (!user_)
    return;
  auto text = message.payload();
  room_id room{between(text, R"("channel":")", '"')};
  if (how.offset != 0) {
    user_->on_publication(room, how.offset, between(text, R"("data":)", ','));
    return;
  }
  auto is_join = text.find(R"("join":{)") != std::string_view::npos;
  auto id = between(text, R"("client":")", '"');
  auto number = std::strtoul(std::string{id.substr(0, 8)}.c_str(), nullptr, 16);
  user_->on_presence_change(room, static_cast<std::uint32_t>(number), is_join);
}

} // namespace salon::simulation

#include "actors/relay.hpp"

#include <algorithm>
#include <type_traits>
#include <unordered_set>
#include <utility>

// What fanouts ask of a room, on its way to the room's home, and again to the next one.
namespace salon {

namespace {

std::uint64_t number_of(const subscribe& x) {
  return x.order.number;
}

template <class Order>
std::uint64_t number_of(const from_audience<Order>& x) {
  return x.order.number;
}

} // namespace

template <class Order>
void relay_state::on_request(const from_audience<Order>& x) {
  ask_home({x.via, number_of(x), false, x.order});
}

template void relay_state::on_request(const subscribe& x);
template void relay_state::on_request(const history_request& x);
template void relay_state::on_request(const stretch_request& x);

template void relay_state::on_request(const presence_request& x);

// Those who hear of joins and leaves hear of changes of our table: this is where they begin from.
void relay_state::on_presence(const presence_request& x) {
  on_request(x);
  answer_presence();
}

void relay_state::answer_presence() {
  if (!options_.join_leave || !has_table_ || phase_ != phase::live)
    return;
  for (auto i = requests_.begin(); i != requests_.end();) {
    auto at = i++;
    const auto* order = std::get_if<read_presence>(&at->second.what);
    if (!order)
      continue;
    answered told{id_, at->second.number, {}};
    if (!order->counts_only && table_.size() > options_.presence_members_max) {
      told.what = errc::limit_exceeded;
    } else {
      std::unordered_set<std::string_view> users;
      presence_page page;
      for (const auto& [id, who] : table_) {
        users.insert(who->user);
        if (!order->counts_only)
          page.members.push_back(who);
      }
      page.clients = static_cast<std::uint32_t>(table_.size());
      page.users = static_cast<std::uint32_t>(users.size());
      told.what = std::move(page);
    }
    tell(self_, at->second.via, std::move(told));
    requests_.erase(at);
  }
}

void relay_state::on_publish(const publish& x) {
  auto order = x.order;
  if (order->key.empty() && !order->passing) {
    // So that it can be recognised among what a lost home has carried out.
    auto named = std::make_shared<publish_order>(*order);
    named->key = inner_keys_ + std::to_string(numbers_ + 1);
    named->key_is_inner = true;
    order = std::move(named);
  }
  ask_home({x.via, x.number, false, std::move(order)});
}

void relay_state::ask_home(request what) {
  auto& kept = requests_.emplace(++numbers_, std::move(what)).first->second;
  if (phase_ == phase::live)
    send(numbers_, kept);
  else if (phase_ == phase::resting)
    look();
  else if (!patience_timer_.armed())
    around_.home.wheel().arm(patience_timer_, around_.options.home_timeout);
}

void relay_state::send(std::uint64_t number, request& what) {
  if (options_.join_leave && std::holds_alternative<read_presence>(what.what))
    return; // Our table answers it.
  what.sent_before = true;
  audience_actor here = handle();
  std::visit(
    [&](auto order) {
      if constexpr (std::is_same_v<decltype(order), publish_order_ptr>) {
        tell(self_, home_, publish{here, number, std::move(order)});
      } else {
        order.number = number;
        tell(self_, home_, from_audience<decltype(order)>{here, std::move(order)});
      }
    },
    what.what);
}

// In the order of their coming. A passing publish is not repeated: nobody can tell whether it was
// delivered, and nobody misses it.
void relay_state::send_again() {
  for (auto i = requests_.begin(); i != requests_.end();) {
    auto at = i++;
    const auto* order = std::get_if<publish_order_ptr>(&at->second.what);
    if (order && (*order)->passing && at->second.sent_before) {
      auto lost = requests_.extract(at).mapped();
      tell(self_, lost.via, answered{id_, lost.number, top_});
    } else {
      send(at->first, at->second);
    }
  }
}

std::optional<relay_state::request> relay_state::take_request(std::uint64_t number) {
  auto i = requests_.find(number);
  if (i == requests_.end())
    return std::nullopt;
  return std::move(requests_.extract(i).mapped());
}

void relay_state::refuse(const request& what, errc why) {
  struct refusal {
    relay_state& relay;
    const request& asked;
    errc why;

    void operator()(const subscribe_order&) const {
      tell(relay.self_, asked.via, subscribed{relay.id_, asked.number, why, relay.top_, false, {}});
    }
    void operator()(const read_stretch&) const {
      tell(relay.self_, asked.via, stretch{relay.id_, asked.number, false, true, {}});
    }
    void operator()(const publish_order_ptr&) const {
      tell(relay.self_, asked.via, answered{relay.id_, asked.number, why});
    }
    void operator()(const read_presence&) const {
      tell(relay.self_, asked.via, answered{relay.id_, asked.number, why});
    }
    void operator()(const read_history&) const {
      tell(relay.self_, asked.via, answered{relay.id_, asked.number, why});
    }
  };
  std::visit(refusal{*this, what, why}, what.what);
}

void relay_state::refuse_all() {
  for (auto& [number, each] : std::exchange(requests_, {}))
    refuse(each, errc::internal);
}

void relay_state::on_unsubscribe(const unsubscribe& x) {
  // One that is not answered yet is not asked again.
  std::erase_if(requests_, [&](const auto& each) {
    const auto* order = std::get_if<subscribe_order>(&each.second.what);
    return order && order->who->client == x.member;
  });
  unseat(x.member);
  if (phase_ == phase::live)
    tell(self_, home_, x);
  else if (phase_ == phase::resuming)
    left_meanwhile_.push_back(x.member);
}

void relay_state::on_receipt(const delivery_receipt& x) {
  for (auto& each : audiences_)
    if (each.handle == x.via)
      each.unreceipted -= std::min(each.unreceipted, x.order.count);
  settle_receipts();
}

} // namespace salon

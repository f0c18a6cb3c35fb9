#include "actors/relay.hpp"
#include "base/mutants.hpp"
#include "messages/json_codec.hpp"

#include <algorithm>
#include <utility>

// Who is in the room, here and on other nodes, and what is said of their coming and going.
namespace salon {

void relay_state::on_joined(const client_info_ptr& who, const frame& json) {
  if (!is_current())
    return;
  count_received();
  if (table_.emplace(who->client, who).second)
    tell_listeners<member_joined>(who, json, protocol::encode_join_push);
  settle_receipts();
}

void relay_state::on_left(const client_info_ptr& who, const frame& json) {
  if (!is_current())
    return;
  count_received();
  if (table_.erase(who->client) > 0 || has_mutant("count leaves twice"))
    tell_listeners<member_left>(who, json, protocol::encode_leave_push);
  settle_receipts();
}

void relay_state::on_table(const member_table& x) {
  if (!is_current())
    return;
  std::unordered_map<client_id, client_info_ptr> now;
  for (const auto& each : x.members)
    now.emplace(each->client, each);
  auto before = std::exchange(table_, now);
  for (const auto& [id, who] : before)
    if (now.count(id) == 0)
      tell_listeners<member_left>(who, {}, protocol::encode_leave_push);
  // The first table has those who were there before anybody here listened.
  if (std::exchange(has_table_, true))
    for (const auto& [id, who] : now)
      if (before.count(id) == 0)
        tell_listeners<member_joined>(who, {}, protocol::encode_join_push);
  answer_presence();
}

template <class Fact>
void relay_state::tell_listeners(const client_info_ptr& who, frame json,
                                 std::string (*push_of)(std::string_view, const client_info&)) {
  for (auto& each : audiences_) {
    if (each.join_listeners == 0 || each.gone)
      continue;
    if (!json)
      json = frame::text(push_of(id_, *who));
    tell(self_, each.handle, Fact{id_, who, json});
    ++each.unreceipted;
  }
}

// -- members and audiences ----------------------------------------------------

std::size_t relay_state::audience_of(const audience_actor& via) {
  auto i = std::find_if(audiences_.begin(), audiences_.end(),
                        [&](const audience& x) { return x.handle == via; });
  if (i != audiences_.end())
    return static_cast<std::size_t>(i - audiences_.begin());
  auto place = audiences_.size();
  auto& made = audiences_.emplace_back();
  made.handle = via;
  made.watch = watch(self_, via, [this, place](const caf::error&) { on_audience_down(place); });
  return place;
}

void relay_state::on_audience_down(std::size_t place) {
  audiences_[place].gone = true;
  audiences_[place].unreceipted = 0;
  std::vector<client_id> lost;
  for (const auto& [id, each] : members_)
    if (each.audience == place)
      lost.push_back(id);
  for (const auto& id : lost)
    on_unsubscribe({id});
  std::erase_if(requests_, [&](const auto& x) { return x.second.via == audiences_[place].handle; });
  settle_receipts();
}

void relay_state::seat(const subscribe_order& who, const audience_actor& via) {
  member there{{who.who, who.format, who.join_leave}, audience_of(via)};
  auto [i, is_new] = members_.try_emplace(who.who->client, there);
  if (!is_new)
    count_member(std::exchange(i->second, there), -1);
  count_member(there, 1);
}

void relay_state::unseat(client_id who) {
  auto i = members_.find(who);
  if (i == members_.end())
    return;
  count_member(i->second, -1);
  members_.erase(i);
  watch_idleness();
}

void relay_state::count_member(const member& who, int step) {
  auto change = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(step));
  auto& where = audiences_[who.audience];
  where.members += change;
  where.join_listeners += who.who.join_leave ? change : 0;
  formats_.add(who.who.format, step);
}

} // namespace salon

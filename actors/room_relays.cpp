#include "actors/room.hpp"
#include "messages/json_codec.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

// A room whose audiences are the relays of nodes: they come with those who sit with them, also from
// an earlier home, and keep a table of all members.
namespace salon {

namespace {

// What a relay may have missed and still go on without a seam.
constexpr page_limits missed_by_relays{10'000, 4'194'304};

} // namespace

void room_state::on_resume(const resume& x) {
  if (waits_for_log(x))
    return;
  // What the node published by an earlier way is settled first: then it is among what the relay
  // has missed, or it has not happened.
  if (!pending_.empty() || !staged_.empty())
    pending_.emplace_back(x);
  else
    resume_now(x);
}

void room_state::resume_now(const resume& x) {
  const auto& since = x.order.since;
  recovering_.erase(x.node);
  forget_aged();
  if (since.epoch.empty())
    take_seats(x, errc::none, missed{std::in_place});
  else if (can_recover(since, missed_by_relays.publications_max))
    recover(x.node, {x.via,
                     x.order.number,
                     since.offset,
                     missed_by_relays,
                     [this, x](errc error, missed what) { take_seats(x, error, std::move(what)); },
                     {},
                     0});
  else
    take_seats(x, errc::none, std::nullopt);
}

void room_state::take_seats(const resume& x, errc error, missed what) {
  resumed answer{id_, x.order.number, error, top(), what.has_value(), {}};
  if (what)
    answer.publications = std::move(*what);
  tell(self_, x.via, std::move(answer));
  if (error != errc::none)
    return;
  auto place = audience_of(x.via);
  audiences_[place].relay = x.via;
  audiences_[place].node = x.node;
  std::unordered_set<client_id> here;
  for (const auto& each : x.order.members) {
    here.insert(each.who->client);
    seat(each, place);
  }
  std::vector<client_id> lost;
  for (const auto& [id, who] : members_)
    if (audiences_[who.audience].node == x.node && here.count(id) == 0)
      lost.push_back(id);
  for (const auto& id : lost)
    leave(id);
  for (std::size_t i = 0; i < audiences_.size(); ++i)
    if (i != place && audiences_[i].node == x.node && !audiences_[i].gone) {
      audiences_[i].watch.end();
      audiences_[i].gone = true;
      audiences_[i].unreceipted = 0;
    }
  stop_awaiting(x.node);
  watch_idleness();
}

void room_state::seat(const seated& who, std::size_t place) {
  member there{who.who, place, who.format, who.join_leave};
  auto [i, is_new] = members_.try_emplace(who.who->client, there);
  if (!is_new)
    count_member(std::exchange(i->second, there), -1);
  count_member(there, 1);
  // Members of an earlier home were told of already.
  if (is_new && options_.join_leave && awaited_.empty())
    tell_listeners<member_joined>(who.who, protocol::encode_join_push);
}

void room_state::stop_awaiting(const client_id& node) {
  auto was_settled = awaited_.empty();
  std::erase(awaited_, node);
  if (!awaited_.empty())
    return;
  gather_timer_.disarm();
  if (!was_settled) {
    publish_table();
    return;
  }
  for (const auto& each : audiences_)
    if (each.node == node && !each.gone)
      tell_table(each);
}

// Whoever is not in it has gone with an earlier home.
void room_state::publish_table() {
  for (const auto& each : audiences_)
    if (each.relay && !each.gone)
      tell_table(each);
}

void room_state::tell_table(const audience& whom) {
  if (!options_.join_leave)
    return;
  member_table all{id_, {}};
  all.members.reserve(members_.size());
  for (const auto& [id, who] : members_)
    all.members.push_back(who.who);
  tell(self_, whom.relay, std::move(all));
}

} // namespace salon

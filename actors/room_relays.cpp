#include "actors/failure.hpp"
#include "actors/far_parts.hpp"
#include "actors/room.hpp"
#include "base/log.hpp"
#include "messages/json_codec.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

// A room whose audiences are the relays of nodes: they come with those who sit with them, also from
// an earlier home, and keep a table of all members.
namespace salon {

namespace {

// What a relay may have missed and still go on without a seam.
constexpr page_limits missed_by_relays{10'000, missed_bytes_max};

} // namespace

void room_state::on_resume(const resume& x) {
  if (waits_for_log(x))
    return;
  // What the node published by an earlier way is settled first: then it is among what the relay
  // has missed, or it has not happened.
  if (astray_)
    take_seats(x, errc::internal, std::nullopt);
  else if (!pending_.empty() || !staged_.empty() || log_ == log_state::lost)
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
  audiences_[place].unreceipted = 0;
  std::unordered_set<client_id> here;
  for (const auto& each : x.order.members) {
    here.insert(each.who->client);
    // Members of an earlier home were told of already.
    if (seat(each, place) && options_.join_leave && awaited_.empty())
      tell_listeners<member_joined>(each.who, protocol::encode_join_push);
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
      // They ask again by the new way.
      std::erase_if(recovering_,
                    [&](const auto& each) { return each.second.via == audiences_[i].handle; });
    }
  stop_awaiting(x.node);
  watch_idleness();
  publish_pending();
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

// -- going elsewhere ----------------------------------------------------------

caf::result<room_given> room_state::on_give() {
  if (is_given_)
    return fail(errc::not_available);
  is_given_ = true;
  giving_ = self_->make_response_promise<room_given>();
  auto answer = giving_;
  give_when_still();
  return answer;
}

// What is on its way into the log is acknowledged here; what waits goes to the next home, from
// those who sent it.
void room_state::give_when_still() {
  auto is_still = log_ <= log_state::closed || log_ == log_state::open;
  if (!giving_.pending() || !is_still)
    return;
  room_given state;
  state.in_memory = log_ == log_state::none;
  state.top = top();
  auto& wheel = around_.home.wheel();
  state.last_publish
    = wheel.wall_ms()
      - std::chrono::duration_cast<std::chrono::milliseconds>(wheel.now() - last_publish_).count();
  if (state.in_memory)
    state.publications = window_.page({options_.history_size, options_.history_bytes_max, {}, {}});
  log::info("room handed over", {{"room", id_}, {"offset", top_}});
  giving_.deliver(std::move(state));
}

void room_state::adopt_state(const room_given& state) {
  if (!state.in_memory || log_ != log_state::none)
    return;
  auto& wheel = around_.home.wheel();
  epoch_ = state.top.epoch;
  top_ = state.top.offset;
  first_ = top_ + 1;
  for (const auto& each : state.publications) {
    first_ = std::min(first_, each->offset);
    window_.add(each);
    if (each->is_keyed())
      keys_.add(each->info ? each->info->user : std::string{}, each->key,
                publish_keys::hash_of(each->data), each->offset,
                wheel.now() - std::chrono::milliseconds{wheel.wall_ms() - each->time});
  }
  auto age
    = std::chrono::milliseconds{std::max<std::int64_t>(wheel.wall_ms() - state.last_publish, 0)};
  last_publish_ = wheel.now() - age;
  if (!window_.empty())
    wheel.arm(ttl_timer_, std::max<timer_wheel::duration>(options_.history_ttl - age, {}));
}

} // namespace salon

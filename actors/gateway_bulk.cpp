#include "actors/far_parts.hpp"
#include "actors/gateway.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>

// What is too much for a link at one time: the members of large rooms, and what relays have missed
// when all of them come back at once. It waits here, where it is shared with its room and costs
// little, until the link has room for it.
namespace salon {

namespace {

template <class T, class... Ts>
constexpr bool is_one_of = (std::is_same_v<T, Ts> || ...);

/// Goes in parts, however many there are.
bool is_list(const link_event& what) {
  if (const auto* asked = std::get_if<link_event::to_home>(&what.what))
    return std::holds_alternative<resume_order>(*asked);
  const auto* said = std::get_if<link_event::to_relay>(&what.what);
  if (!said)
    return false;
  const auto* answer = std::get_if<answered>(said);
  return std::holds_alternative<member_table>(*said)
         || (answer && std::holds_alternative<presence_page>(answer->what));
}

/// Changes what a list says: it must not overtake it.
bool is_change(const link_event& what) {
  const auto* said = std::get_if<link_event::to_relay>(&what.what);
  return said
         && std::visit(
           [](const auto& x) {
             return is_one_of<std::decay_t<decltype(x)>, member_joined, member_left>;
           },
           *said);
}

} // namespace

gateway_state::lane gateway_state::lane_of(const link_event& what) {
  return {std::holds_alternative<link_event::to_home>(what.what), what.attachment};
}

bool gateway_state::has_to_wait(const peer& whom, const link_event& what) const {
  if (is_list(what))
    return !whom.lists.empty()
           || whom.line->queued_bytes() > around_.options.links.queue_bytes_max / 4;
  return !whom.lists.empty() && is_change(what) && whom.listed.count(lane_of(what)) > 0;
}

void gateway_state::post_lists(peer& whom) {
  while (!whom.lists.empty()
         && whom.line->queued_bytes() <= around_.options.links.queue_bytes_max / 4) {
    const auto& next = whom.lists.front();
    auto count = whom.listed.find(lane_of(next));
    if (--count->second == 0)
      whom.listed.erase(count);
    whom.line->post(next);
    whom.lists.pop_front();
  }
}

void gateway_state::forget_lists(way_id way, const lane& where) {
  auto i = peers_.find(way);
  if (i == peers_.end() || i->second.listed.erase(where) == 0)
    return;
  std::erase_if(i->second.lists, [&where](const auto& x) { return lane_of(x) == where; });
}

// A room answers with all that its relay has missed: no more of them are told than there is room
// for, whatever they say.
void gateway_state::queue_resume(const place& where, resume what) {
  auto i = peers_.find(where.first);
  if (i == peers_.end())
    return;
  i->second.resumes.emplace_back(where.second, std::move(what));
  hand_resumes(where.first);
}

void gateway_state::hand_resumes(way_id way) {
  auto& whom = peers_.at(way);
  auto all = around_.options.links.queue_bytes_max;
  auto has_room = [&] {
    auto queued = whom.line->queued_bytes();
    return queued + (whom.resuming + 1) * missed_bytes_max <= all / 2
           || (whom.resuming == 0 && queued <= all / 4);
  };
  while (!whom.resumes.empty() && has_room()) {
    auto [attachment, next] = std::move(whom.resumes.front());
    whom.resumes.pop_front();
    auto place_of_it = incoming_.find({way, attachment});
    if (place_of_it == incoming_.end())
      continue;
    place_of_it->second.is_resuming = true;
    ++whom.resuming;
    tell(self_, place_of_it->second.home, std::move(next));
  }
}

void gateway_state::end_resume(const place& where, incoming& whose) {
  if (!std::exchange(whose.is_resuming, false))
    return;
  auto i = peers_.find(where.first);
  if (i == peers_.end())
    return;
  --i->second.resuming;
  hand_resumes(where.first);
}

} // namespace salon

#include "actors/far_parts.hpp"
#include "actors/gateway.hpp"

#include <algorithm>
#include <optional>
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

/// A question whose answer may be as long as an answer can be.
struct long_answer {
  std::uint64_t number;
  client_id whose{};
};

std::optional<long_answer> long_answer_to(const link_event& what) {
  const auto* asked = std::get_if<link_event::to_home>(&what.what);
  if (!asked)
    return std::nullopt;
  if (const auto* x = std::get_if<subscribe_order>(asked); x && x->recover)
    return long_answer{x->number, x->who->client};
  if (const auto* x = std::get_if<read_history>(asked); x && x->limit != 0)
    return long_answer{x->number};
  if (const auto* x = std::get_if<read_stretch>(asked))
    return long_answer{x->number};
  return std::nullopt;
}

/// Who comes or goes by that.
std::optional<client_id> member_in(const link_event& what) {
  const auto* asked = std::get_if<link_event::to_home>(&what.what);
  if (!asked)
    return std::nullopt;
  if (const auto* x = std::get_if<subscribe_order>(asked))
    return x->who->client;
  if (const auto* x = std::get_if<unsubscribe>(asked))
    return x->member;
  return std::nullopt;
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

void gateway_state::post_lists(peer& whom) const {
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

// -- what members of other nodes read ------------------------------------------

// Answers are of up to half a message. When many come back at once, each waits for their turn.
bool gateway_state::has_room_for_answer(const peer& whom) const {
  auto all = around_.options.links.queue_bytes_max;
  auto queued = whom.line->queued_bytes();
  return queued + (whom.asked.size() + 1) * part_bytes_max <= all / 2
         || (whom.asked.empty() && queued <= all / 4);
}

// Who leaves does not overtake their own coming.
bool gateway_state::waits_for_room(const peer& whom, const link_event& what) const {
  if (long_answer_to(what))
    return !whom.reads.empty() || !has_room_for_answer(whom);
  return member_in(what) && whom.held.count(what.attachment) > 0;
}

void gateway_state::hand_reads(way_id way) {
  auto& whom = peers_.at(way);
  while (!whom.reads.empty()
         && (!long_answer_to(whom.reads.front()) || has_room_for_answer(whom))) {
    auto next = std::move(whom.reads.front());
    whom.reads.pop_front();
    if (--whom.held[next.attachment] == 0)
      whom.held.erase(next.attachment);
    if (auto i = incoming_.find({way, next.attachment}); i != incoming_.end())
      pass_to_home(way, i->second, next);
  }
}

// A room does not answer somebody who has left meanwhile, or has asked again.
void gateway_state::note_asked(peer& whom, const link_event& what) const {
  if (auto who = member_in(what))
    std::erase_if(whom.asked, [&](const auto& x) {
      return x.first.first == what.attachment && x.second.whose == *who;
    });
  if (auto asked = long_answer_to(what))
    whom.asked[{what.attachment, asked->number}] = {asked->whose, now()};
}

void gateway_state::note_answered(peer& whom, const link_event& what) {
  const auto* said = std::get_if<link_event::to_relay>(&what.what);
  if (!said || whom.asked.empty())
    return;
  if (const auto* x = std::get_if<subscribed>(said))
    whom.asked.erase({what.attachment, x->number});
  else if (const auto* page = std::get_if<answered>(said))
    whom.asked.erase({what.attachment, page->number});
  else if (const auto* part = std::get_if<stretch>(said))
    whom.asked.erase({what.attachment, part->number});
}

void gateway_state::forget_reads(const place& where) {
  auto i = peers_.find(where.first);
  if (i == peers_.end())
    return;
  auto& whom = i->second;
  std::erase_if(whom.asked, [&](const auto& x) { return x.first.first == where.second; });
  if (whom.held.erase(where.second) > 0)
    std::erase_if(whom.reads, [&](const auto& x) { return x.attachment == where.second; });
}

} // namespace salon

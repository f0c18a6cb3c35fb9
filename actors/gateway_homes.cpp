#include "actors/failure.hpp"
#include "actors/gateway.hpp"
#include "base/log.hpp"

#include <algorithm>
#include <utility>

// Homes of rooms: where they are, and becoming one. A node asks all others before it does, so that
// a room that was moved, or that lives on the other side of a cut that has healed, is found.
namespace salon {

namespace {

constexpr std::size_t hops_max = 4;

// Rooms whose home is checked at a time.
constexpr std::size_t checks_max = 64;

} // namespace

// -- for a relay of this node -------------------------------------------------

caf::result<home_found> gateway_state::on_find(const find_home& x) {
  auto answer = self_->make_response_promise<home_found>();
  applicant who;
  who.here = answer;
  who.relay = x.relay;
  who.is_here = true;
  find(x.room, std::move(who));
  return answer;
}

void gateway_state::find(const room_id& room, applicant who) {
  if (++who.hops > hops_max || stopped_) {
    put_off(who);
    return;
  }
  auto home = candidate_for(room);
  // The one that should be the home asks all others; a hint could only mislead it.
  if (home == around_.self.name) {
    hints_.erase(room);
    open_here(room, who);
    return;
  }
  auto hint = hints_.find(room);
  if (hint != hints_.end() && hint->second == around_.self.name) {
    hints_.erase(hint);
    hint = hints_.end();
    ask_whether_here(room, who);
    return;
  }
  if (hint != hints_.end())
    home = hint->second;
  auto* node = by_name(home);
  if (node && node->is == standing::up) {
    attach_to(*node, room, who);
    return;
  }
  if (hint != hints_.end())
    hints_.erase(hint);
  put_off(who);
}

void gateway_state::attach_to(neighbour& node, const room_id& room, const applicant& who) {
  auto number = ++numbers_;
  auto& made = outgoing_[number];
  made.way = node.way;
  made.room = room;
  made.relay = who.relay;
  made.asked = who.here;
  made.hops = who.hops + 1;
  made.since = now();
  attachments_of_[room].insert(number);
  post(node.way, {number, 0, true, link_event::to_home{attach{room, view_.hash()}}});
}

// -- for a relay elsewhere ----------------------------------------------------

void gateway_state::on_attach(way_id way, std::uint64_t attachment, const attach& x) {
  applicant who;
  who.there = {way, attachment};
  if (is_busy(way)) {
    put_off(who);
    return;
  }
  ask(
    self_, directory_, around_.options.answer_timeout, look_for_room{x.room},
    [this, who, x](const room_presence& found) {
      if (found.is_home) {
        become_home(x.room, {}, {who});
        return;
      }
      if (leaving_ || x.view != view_.hash() || candidate_for(x.room) != around_.self.name)
        put_off(who);
      else
        ask_all(x.room, who, found.has_relay);
    },
    [this, who](const caf::error&) { put_off(who); });
}

// -- becoming a home ----------------------------------------------------------

void gateway_state::open_here(const room_id& room, const applicant& who) {
  ask(
    self_, directory_, around_.options.answer_timeout, look_for_room{room},
    [this, room, who](const room_presence& found) {
      if (found.is_home)
        become_home(room, {}, {who});
      else if (leaving_)
        put_off(who);
      else
        ask_all(room, who, found.has_relay);
    },
    [this, who](const caf::error&) { put_off(who); });
}

// A room that was moved here, against what placement says.
void gateway_state::ask_whether_here(const room_id& room, const applicant& who) {
  ask(
    self_, directory_, around_.options.answer_timeout, look_for_room{room},
    [this, room, who](const room_presence& found) {
      if (found.is_home)
        become_home(room, {}, {who});
      else
        put_off(who);
    },
    [this, who](const caf::error&) { put_off(who); });
}

void gateway_state::ask_all(const room_id& room, applicant who, bool has_relay) {
  if (stopped_)
    return;
  if (auto i = census_of_.find(room); i != census_of_.end()) {
    censuses_[i->second].applicants.push_back(std::move(who));
    return;
  }
  auto number = ++numbers_;
  auto& asked = censuses_[number];
  census_of_[room] = number;
  asked.room = room;
  asked.view = view_.hash();
  asked.since = now();
  asked.applicants.push_back(std::move(who));
  if (has_relay)
    asked.relays.push_back(around_.self.life);
  for (const auto& [life, each] : nodes_) {
    // One that may be the home and cannot be asked now will be, or be down, soon.
    if (each.is == standing::suspect && view_.has(life))
      asked.is_settled = false;
    if (each.is != standing::up)
      continue;
    asked.missing.insert(life);
    post(each.way, {0, 0, true, link_event::between_nodes{census_ask{number, room, view_.hash()}}});
  }
  settle_censuses();
}

void gateway_state::on_census_ask(way_id way, const census_ask& x) {
  // Perhaps by another home, which has become one since this one looked.
  if (auto i = residents_.find(x.room); i != residents_.end())
    i->second.checked = 0;
  ask(
    self_, directory_, around_.options.answer_timeout, look_for_room{x.room},
    [this, way, x](const room_presence& found) {
      census_answer answer{x.number, x.view == view_.hash(), found.is_home, found.has_relay};
      post(way, {0, 0, true, link_event::between_nodes{answer}});
    },
    [](const caf::error&) {});
}

void gateway_state::on_census_answer(way_id way, const census_answer& x) {
  auto i = censuses_.find(x.number);
  auto* who = by_way(way);
  if (i == censuses_.end() || !who || i->second.missing.erase(who->info.life) == 0)
    return;
  auto& asked = i->second;
  if (x.is_home && (asked.home.empty() || yields(asked.room, asked.home, who->info.name)))
    asked.home = who->info.name;
  if (x.has_relay)
    asked.relays.push_back(who->info.life);
  asked.is_settled = asked.is_settled && (x.same_view || !view_.has(who->info.life));
  settle_censuses();
}

void gateway_state::settle_censuses() {
  std::vector<census> done;
  for (auto i = censuses_.begin(); i != censuses_.end();) {
    auto at = i++;
    auto& each = at->second;
    auto is_late = now() - each.since >= around_.options.answer_timeout;
    if (!each.missing.empty() && !is_late && (each.home.empty() || each.is_check))
      continue;
    each.is_settled = each.is_settled && each.missing.empty();
    if (!each.is_check)
      census_of_.erase(each.room);
    done.push_back(std::move(each));
    censuses_.erase(at);
  }
  for (const auto& each : done)
    finish(each);
}

void gateway_state::finish(const census& what) {
  if (what.is_check) {
    finish_check(what);
  } else if (!what.home.empty()) {
    for (const auto& each : what.applicants)
      point_to(each, what.room, what.home);
  } else if (!what.is_settled || leaving_ || what.view != view_.hash()
             || candidate_for(what.room) != around_.self.name) {
    for (const auto& each : what.applicants)
      put_off(each);
  } else {
    become_home(what.room, what.relays, what.applicants);
  }
}

void gateway_state::become_home(const room_id& room, const std::vector<client_id>& awaited,
                                std::vector<applicant> whom) {
  auto all = std::make_shared<std::vector<applicant>>(std::move(whom));
  ask(
    self_, directory_, around_.options.answer_timeout, open_home{room, awaited},
    [this, room, all](const home_found& x) {
      note_resident(room, x.home);
      for (const auto& each : *all)
        grant(each, room, x.home);
    },
    [this, all](const caf::error& why) {
      for (const auto& each : *all)
        refuse(each, errc_of(why));
    });
}

// -- one home for each room ---------------------------------------------------

void gateway_state::note_resident(const room_id& room, const home_actor& home) {
  auto& kept = residents_[room];
  if (kept.home == home || stopped_)
    return;
  kept.watch.end();
  kept.home = home;
  kept.checked = 0;
  kept.watch = watch(self_, home, [this, room, whose = home.address()](const caf::error&) {
    auto i = residents_.find(room);
    if (i != residents_.end() && i->second.home.address() == whose)
      residents_.erase(i);
  });
}

// Nodes that could not hear each other may each have become the home of a room. Once they can, all
// but one of these give it up.
void gateway_state::check_residents() {
  std::size_t under_way = 0;
  for (auto& [room, each] : residents_)
    under_way += each.is_asked ? 1 : 0;
  for (auto& [room, each] : residents_) {
    if (under_way >= checks_max)
      return;
    if (each.is_asked || each.checked == view_.hash() || now() < each.again_at)
      continue;
    ++under_way;
    each.is_asked = true;
    auto number = ++numbers_;
    auto& asked = censuses_[number];
    asked.room = room;
    asked.since = now();
    asked.view = view_.hash();
    asked.is_check = true;
    for (const auto& [life, other] : nodes_) {
      if (!view_.has(life))
        continue;
      if (other.is != standing::up) {
        asked.is_settled = false;
        continue;
      }
      asked.missing.insert(life);
      post(other.way,
           {0, 0, true, link_event::between_nodes{census_ask{number, room, view_.hash()}}});
    }
  }
  settle_censuses();
}

/// Of two homes of a room, whether the first gives way: the one where it belongs stays, else the
/// one with the smaller name.
bool gateway_state::yields(const room_id& room, const std::string& one,
                           const std::string& other) const {
  auto belongs = candidate_for(room);
  return other == belongs || (one != belongs && other < one);
}

void gateway_state::finish_check(const census& what) {
  auto i = residents_.find(what.room);
  if (i == residents_.end())
    return;
  i->second.is_asked = false;
  i->second.again_at = now() + around_.options.links.heartbeat_interval;
  if (!what.home.empty() && yields(what.room, around_.self.name, what.home)) {
    log::warn("room has two homes", {{"room", what.room}, {"stays", what.home}});
    dismiss(i->second.home);
  } else if (what.is_settled && what.home.empty()) {
    i->second.checked = what.view;
    i->second.again_at = {};
  }
}

// -- answers ------------------------------------------------------------------

void gateway_state::grant(const applicant& who, const room_id& room, const home_actor& home) {
  if (stopped_)
    return;
  if (who.is_here) {
    end_other_outgoing(room, 0);
    auto answer = who.here;
    answer.deliver(home_found{home});
    return;
  }
  auto [way, attachment] = who.there;
  auto* node = by_way(way);
  if (!node)
    return;
  auto made = spawn_far_relay(around_.home, *this, home, way, attachment);
  end_incoming(who.there);
  auto& kept = incoming_[who.there];
  places_of_[{node->info.life, room}].insert(who.there);
  ++peers_[way].unseated;
  kept.life = node->info.life;
  kept.room = room;
  kept.home = home;
  kept.stand_in = made.handle;
  kept.state = made.state;
  kept.home_watch = watch(self_, home, [this, where = who.there](const caf::error& why) {
    auto failed = why && why != caf::exit_reason::user_shutdown;
    post(where.first, {where.second, 0, true, link_event::to_relay{detached{failed}}});
    end_incoming(where);
  });
  post(way, {attachment, 0, true, link_event::to_relay{attach_answer{}}});
}

void gateway_state::point_to(const applicant& who, const room_id& room, const std::string& node) {
  if (!who.is_here) {
    post(who.there.first,
         {who.there.second, 0, true,
          link_event::to_relay{attach_answer{attach_outcome::elsewhere, node, errc::none}}});
    return;
  }
  if (node == around_.self.name) {
    ask_whether_here(room, who);
    return;
  }
  if (hints_.size() >= around_.options.hints_max)
    hints_.clear();
  hints_[room] = node;
  // There, even if this node should be the home: it has just asked all others.
  auto* home = by_name(node);
  if (home && home->is == standing::up && who.hops <= hops_max)
    attach_to(*home, room, who);
  else
    put_off(who);
}

void gateway_state::put_off(const applicant& who) {
  refuse(who, errc::internal);
}

void gateway_state::refuse(const applicant& who, errc why) {
  if (who.is_here) {
    auto answer = who.here;
    answer.deliver(fail(why));
    return;
  }
  auto outcome = why == errc::internal ? attach_outcome::later : attach_outcome::refused;
  post(who.there.first,
       {who.there.second, 0, true, link_event::to_relay{attach_answer{outcome, {}, why}}});
}

} // namespace salon

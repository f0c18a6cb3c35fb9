#include "actors/failure.hpp"
#include "actors/far_parts.hpp"
#include "actors/gateway.hpp"
#include "base/log.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

// Rooms that go to another home: because a node came that suits them better, because this one
// leaves, or because an operator wants it. A room stands still, the next home gets what it keeps in
// memory, and then relays find it there.
namespace salon {

namespace {

constexpr std::size_t rooms_in_page = 256;

// What a room in memory takes along of its history, the newest: it has to fit beside what goes on.
constexpr std::size_t state_bytes_max = 1'048'576;

} // namespace

// -- which rooms --------------------------------------------------------------

void gateway_state::note_newcomers(const cluster_view& before) {
  auto known = before.hosts();
  for (const auto& each : view_.hosts())
    if (each != around_.self.name && std::find(known.begin(), known.end(), each) == known.end())
      newcomers_.insert(each);
  if (!newcomers_.empty())
    look_for_misplaced();
}

// From the first room on, again when it is under way: all have to be looked at for the newest.
void gateway_state::look_for_misplaced() {
  looked_at_.clear();
  if (std::exchange(looking_, true) || !directory_)
    return;
  look_at_rooms();
}

void gateway_state::look_at_rooms() {
  auto after = looked_at_;
  ask(
    self_, directory_, around_.options.answer_timeout, list_rooms{after, rooms_in_page},
    [this, after](const room_page& page) {
      if (looked_at_ != after) {
        look_at_rooms();
        return;
      }
      for (const auto& each : page.names) {
        auto to = candidate_for(each);
        if (!to.empty() && to != around_.self.name && (leaving_ || newcomers_.count(to) > 0))
          queue_move(each, to);
      }
      looked_at_ = page.next;
      if (!page.next.empty()) {
        look_at_rooms();
        return;
      }
      looking_ = false;
      newcomers_.clear();
    },
    [this](const caf::error&) { looking_ = false; });
}

void gateway_state::queue_move(room_id room, std::string to,
                               std::function<void(control_answer)> reply) {
  auto is_same = [&](const move& x) { return x.room == room; };
  auto is_known = std::any_of(moves_waiting_.begin(), moves_waiting_.end(), is_same)
                  || std::any_of(moves_.begin(), moves_.end(),
                                 [&](const auto& x) { return is_same(x.second); });
  // One at a time: a second one would find the room given away, and let it go on.
  if (is_known) {
    if (reply)
      reply(control_failure{"room " + room + " is on its way to another node already"});
    return;
  }
  move made;
  made.room = std::move(room);
  made.to = std::move(to);
  made.reply = std::move(reply);
  moves_waiting_.push_back(std::move(made));
  tend_moves();
}

void gateway_state::tend_moves() {
  std::vector<std::uint64_t> late;
  for (const auto& [number, each] : moves_)
    if (now() - each.since >= 2 * around_.options.answer_timeout)
      late.push_back(number);
  for (auto number : late)
    end_move(number, false, "the other node did not take it in time");
  while (!moves_waiting_.empty() && moves_.size() < around_.options.moves_max) {
    auto next = std::move(moves_waiting_.front());
    moves_waiting_.pop_front();
    begin_move(std::move(next));
  }
  if (!left_ || looking_ || !moves_.empty() || !moves_waiting_.empty())
    return;
  // Rooms may have come meanwhile; when there is none, or nobody to take them, it is over.
  ask(
    self_, directory_, around_.options.answer_timeout, list_rooms{{}, 1},
    [this](const room_page& page) {
      auto hosts = view_.hosts();
      auto somebody = std::any_of(hosts.begin(), hosts.end(),
                                  [this](const auto& x) { return x != around_.self.name; });
      if (!page.names.empty() && somebody)
        look_for_misplaced();
      else if (left_)
        std::exchange(left_, {})(moved_);
    },
    [](const caf::error&) {});
}

// -- from here ----------------------------------------------------------------

void gateway_state::begin_move(move what) {
  auto number = ++numbers_;
  auto& made = moves_[number] = std::move(what);
  made.since = now();
  auto* node = by_name(made.to);
  if (!node || node->is != standing::up) {
    end_move(number, false, "there is no node " + made.to + " that is up");
    return;
  }
  ask(
    self_, directory_, around_.options.answer_timeout, look_for_room{made.room},
    [this, number, room = made.room](const room_presence& found) {
      if (moves_.count(number) == 0)
        return;
      if (!found.is_home) {
        end_move(number, false, "the room is not here");
        return;
      }
      ask(
        self_, directory_, around_.options.answer_timeout, open_home{room, {}, {}},
        [this, number](const home_found& x) { stop_room(number, x.home); },
        [this, number](const caf::error&) { end_move(number, false, "the room has ended"); });
    },
    [this, number](const caf::error&) { end_move(number, false, "the room was not found"); });
}

void gateway_state::stop_room(std::uint64_t number, const home_actor& home) {
  auto i = moves_.find(number);
  if (i == moves_.end())
    return;
  i->second.home = home;
  ask(
    self_, home, around_.options.answer_timeout, give_room{},
    [this, number](const room_given& x) { send_state(number, x); },
    [this, number](const caf::error&) {
      end_move(number, false, "the room cannot stand still now");
    });
}

void gateway_state::send_state(std::uint64_t number, const room_given& state) {
  auto i = moves_.find(number);
  if (i == moves_.end())
    return;
  auto& on_way = i->second;
  auto* node = by_name(on_way.to);
  if (!node || node->is != standing::up) {
    end_move(number, false, "there is no node " + on_way.to + " that is up");
    return;
  }
  // One that lives in memory has nobody to say which of two homes is the right one: it goes only
  // where it cannot stay, or is wanted.
  if (state.in_memory && !leaving_ && !on_way.reply) {
    end_move(number, false, "it lives in memory");
    return;
  }
  on_way.is_sent = true;
  std::vector<publication_ptr> kept;
  std::size_t bytes = 0;
  for (auto at = state.publications.rbegin(); at != state.publications.rend(); ++at) {
    bytes += size_of_publication(*at);
    if (bytes > state_bytes_max)
      break;
    kept.push_back(*at);
  }
  std::reverse(kept.begin(), kept.end());
  // Relays of these nodes will come: their members are members still.
  std::set<std::string> relays{around_.self.name};
  for (const auto& [life, each] : nodes_)
    if (places_of_.count({life, on_way.room}) > 0)
      relays.insert(each.info.name);
  in_parts(kept, size_of_publication, [&](std::vector<publication_ptr> pubs, bool is_last) {
    room_state_moved said{number,
                          on_way.room,
                          state.in_memory,
                          state.top,
                          state.last_publish,
                          std::move(pubs),
                          {relays.begin(), relays.end()}};
    post(node->way, {0, 0, is_last, link_event::between_nodes{std::move(said)}});
  });
}

void gateway_state::on_state_taken(way_id, const room_state_taken& x) {
  if (auto i = moves_.find(x.number); i != moves_.end())
    i->second.is_sent = false;
  end_move(x.number, x.taken, "the other node did not take it");
}

void gateway_state::end_move(std::uint64_t number, bool moved, const std::string& why) {
  auto i = moves_.find(number);
  if (i == moves_.end())
    return;
  auto over = std::move(i->second);
  moves_.erase(i);
  if (moved) {
    ++moved_;
    around_.counts.rooms_moved.inc();
    if (hints_.size() >= around_.options.hints_max)
      hints_.clear();
    hints_[over.room] = over.to;
    dismiss(over.home);
    log::info("room moved", {{"room", over.room}, {"node", over.to}});
  } else {
    // Who may have taken it goes on with the same stream: there must not be two of it.
    if (over.home && over.is_sent)
      give_up(over.home);
    else if (over.home)
      tell(self_, over.home, keep_room{});
    log::debug("room stays", {{"room", over.room}, {"node", over.to}, {"reason", why}});
  }
  if (over.reply && moved)
    over.reply(control_done{1});
  else if (over.reply)
    over.reply(control_failure{"room " + over.room + " stays where it is: " + why});
}

// -- to here ------------------------------------------------------------------

void gateway_state::on_state_moved(way_id way, room_state_moved& x, bool is_last) {
  auto& all = arriving_[{way, x.number}];
  if (all.room.empty()) {
    all = std::move(x);
  } else {
    all.publications.insert(all.publications.end(), std::make_move_iterator(x.publications.begin()),
                            std::make_move_iterator(x.publications.end()));
  }
  if (is_last)
    take_state(way, arriving_.extract(place{way, all.number}).mapped());
}

void gateway_state::take_state(way_id way, const room_state_moved& x) {
  auto answer = [this, way, number = x.number](bool taken) {
    post(way, {0, 0, true, link_event::between_nodes{room_state_taken{number, taken}}});
  };
  if (leaving_ || stopped_) {
    answer(false);
    return;
  }
  std::vector<client_id> awaited;
  for (const auto& each : x.relays) {
    if (each == around_.self.name)
      awaited.push_back(around_.self.life);
    else if (auto* node = by_name(each))
      awaited.push_back(node->info.life);
  }
  auto state = std::make_shared<room_given>();
  state->in_memory = x.has_state;
  state->top = x.top;
  state->last_publish = x.last_publish;
  state->publications = x.publications;
  hints_.erase(x.room);
  // One that is here already stays as it is: two have become one.
  ask(
    self_, directory_, around_.options.answer_timeout,
    open_home{x.room, std::move(awaited), std::move(state)},
    [this, answer, room = x.room](const home_found& found) {
      note_resident(room, found.home);
      answer(true);
    },
    // Without an answer nobody knows whether the room lives here. Whoever gave it away finds no
    // answer either, and gives it up: it would be there twice if it went on.
    [answer](const caf::error& why) {
      if (errc_of(why) != errc::internal)
        answer(false);
    });
}

// -- leaving ------------------------------------------------------------------

void gateway_state::leave(std::function<void(std::size_t)> done) {
  left_ = std::move(done);
  moved_ = 0;
  leaving_ = true;
  log::info("leaving the cluster");
  look_at_view();
  report_to_all();
  look_for_misplaced();
}

} // namespace salon

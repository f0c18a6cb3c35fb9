#include "tests/simulation/person.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace salon::simulation {

namespace {

// Commands below are numbers of publishes.
constexpr std::uint64_t presence_commands = std::uint64_t{1} << 40u;

// Ticks until somebody who is not answered believes that the node is gone.
constexpr std::size_t patience_max = 30;

} // namespace

person::person(std::string name, surroundings& around, const std::vector<room_id>& rooms,
               bool listens)
  : name_(std::move(name)),
    around_(around),
    listens_(listens) {
  for (const auto& each : rooms)
    places_.emplace_back().room = each;
}

void person::note(const std::string& what) {
  around_.note(name_ + ' ' + what);
}

void person::complain(const std::string& what) {
  around_.judge().complain(name_ + ' ' + what);
}

person::place& person::place_in(const room_id& room) {
  auto i
    = std::find_if(places_.begin(), places_.end(), [&](const place& x) { return x.room == room; });
  if (i == places_.end()) {
    complain("heard of " + room + ", where it never was");
    i = places_.begin();
  }
  return *i;
}

// -- what it does -------------------------------------------------------------

void person::act() {
  auto& chance = around_.chance();
  if (!seat_) {
    if (around_.now() >= sits_again_at_)
      sit_down();
    return;
  }
  if (!around_.answers(node_)) {
    if (++patience_ > patience_max)
      forsake_seat();
    return;
  }
  patience_ = 0;
  if (!around_.is_calm() && chance.once_in(250)) {
    note("goes elsewhere");
    seat_->end();
    around_.leave_behind(node_, std::move(seat_));
    forget_seat();
    return;
  }
  repeat();
  for (std::size_t i = 0; i < places_.size(); ++i) {
    auto& each = places_[i];
    if (std::exchange(each.must_ask, false))
      seat_->ask_presence(each.room, presence_commands + i);
    if (around_.is_calm())
      each.wanted = true;
    if (each.wanted && !each.in && !each.entering && around_.now() >= each.again_at)
      enter(each);
    else if (each.in && !around_.is_calm() && chance.once_in(200)) {
      note("leaves " + each.room);
      seat_->leave(each.room);
      each.in = false;
      each.present.reset();
      each.again_at = around_.now() + chance.between(1, 30);
    }
  }
  if (!around_.is_calm() && chance.once_in(6)) {
    auto& where = places_[chance.one_of(places_.size())];
    if (where.in || chance.once_in(8))
      say(where.room, chance.once_in(2));
  }
}

void person::sit_down() {
  auto where = around_.some_node();
  if (!where)
    return;
  node_ = *where;
  patience_ = 0;
  seat_ = around_.sit_down(node_, *this);
  note("sits on " + std::to_string(node_) + " as " + std::to_string(seat_->client()));
}

void person::enter(place& where) {
  fanout_state::entry_request request;
  request.join_leave = listens_;
  request.positioned = true;
  request.recover = !where.at.epoch.empty();
  request.since = where.at;
  note("enters " + where.room + " since " + std::to_string(where.at.offset));
  where.entering = true;
  where.present.reset();
  seat_->enter(where.room, std::move(request));
}

void person::say(const room_id& room, bool keyed) {
  auto number = around_.judge().publishes(room);
  note((keyed ? "says with a key " : "says ") + std::to_string(number) + " in " + room);
  send(number, {room, keyed});
}

void person::send(std::uint64_t number, const unanswered& what) {
  sent_[number] = what;
  auto data = std::to_string(number);
  auto how = seat_->publish(what.room, number, data, what.keyed ? "key" + data : "");
  if (how == sending::refused)
    sent_.erase(number);
}

void person::repeat() {
  if (to_repeat_.empty() || around_.now() < repeats_at_)
    return;
  for (const auto& [number, what] : std::exchange(to_repeat_, {})) {
    note("repeats " + std::to_string(number));
    send(number, what);
  }
}

void person::say_last_words(std::vector<std::pair<room_id, std::uint64_t>>& said) {
  for (const auto& each : places_) {
    auto number = around_.judge().publishes(each.room);
    said.emplace_back(each.room, number);
    note("says last " + std::to_string(number) + " in " + each.room);
    send(number, {each.room, false});
  }
}

// -- its connection -----------------------------------------------------------

void person::lose_seat() {
  if (!seat_)
    return;
  note("loses its node");
  seat_->end();
  around_.leave_behind(node_, std::move(seat_));
  forget_seat();
}

void person::forsake_seat() {
  if (!seat_)
    return;
  note("gives its node up");
  seat_->forsake();
  around_.leave_behind(node_, std::move(seat_));
  forget_seat();
}

void person::forget_seat() {
  seat_ = nullptr;
  sits_again_at_ = around_.now() + around_.chance().between(1, 8);
  for (auto& each : places_) {
    each.in = false;
    each.entering = false;
    each.must_ask = false;
    each.present.reset();
  }
  // What has no key cannot be repeated: nobody knows whether it happened.
  for (auto& [number, what] : std::exchange(sent_, {}))
    if (what.keyed)
      to_repeat_.emplace(number, what);
  repeats_at_ = around_.now();
}

void person::end() {
  if (seat_)
    seat_->end();
}

// -- what it is told ----------------------------------------------------------

void person::on_entered(const room_id& room, const subscribed& answer) {
  auto& where = place_in(room);
  if (!where.entering) {
    complain("was answered by " + room + " without asking");
    return;
  }
  where.entering = false;
  if (answer.error != errc::none) {
    note("is refused by " + room);
    if (answer.error != errc::internal)
      complain("was refused by " + room + " with "
               + std::to_string(static_cast<int>(answer.error)));
    where.again_at = around_.now() + around_.chance().between(1, 6);
    return;
  }
  where.in = true;
  where.must_ask = listens_;
  auto before = where.at;
  if (answer.recovered) {
    note("recovers " + room + " to " + std::to_string(answer.top.offset));
    if (before.epoch.empty() || before.epoch != answer.top.epoch)
      complain("recovered in " + room + ", of which it had nothing");
    for (const auto& each : answer.publications)
      take(where, each->offset, each->data);
    if (where.at.offset != answer.top.offset)
      complain("has a gap behind recovered:true in " + room + ": " + std::to_string(where.at.offset)
               + " of " + std::to_string(answer.top.offset));
  } else {
    note("is in " + room + " at " + std::to_string(answer.top.offset));
    if (!before.epoch.empty() && before.epoch == answer.top.epoch)
      complain("could not recover in " + room + ", whose stream is the same");
    if (is_durable(room) && !before.epoch.empty())
      complain("found another stream in " + room);
  }
  where.at = answer.top;
}

void person::on_out(const room_id& room, unsubscribe_code why) {
  note("is out of " + room + ' ' + std::to_string(static_cast<int>(why)));
  auto& where = place_in(room);
  if (is_durable(room))
    complain("was told to come again to " + room + ", whose stream is the same");
  where.in = false;
  where.present.reset();
  where.again_at = around_.now() + around_.chance().between(0, 4);
}

void person::on_answer(std::uint64_t command, const answered& answer) {
  if (command >= presence_commands) {
    on_presence(places_[command - presence_commands], answer);
    return;
  }
  auto i = sent_.find(command);
  if (i == sent_.end()) {
    complain("was answered twice about " + std::to_string(command));
    return;
  }
  auto what = std::move(sent_.extract(i).mapped());
  if (const auto* where = std::get_if<stream_position>(&answer.what)) {
    note("hears that " + std::to_string(command) + " is at " + std::to_string(where->offset));
    around_.judge().acknowledged(name_, command, *where);
    return;
  }
  const auto* why = std::get_if<errc>(&answer.what);
  note("hears that " + std::to_string(command) + " failed");
  if (!why || (*why != errc::internal && *why != errc::too_many_requests))
    complain("was refused " + std::to_string(command) + " for good");
  if (what.keyed) {
    to_repeat_.emplace(command, what);
    repeats_at_ = around_.now() + around_.chance().between(1, 5);
  }
}

void person::on_publication(const room_id& room, std::uint64_t offset, std::string_view data) {
  auto& where = place_in(room);
  note("gets " + std::string{data} + " at " + std::to_string(offset) + " of " + room);
  if (!where.in)
    complain("got " + std::string{data} + " without being in " + room);
  take(where, offset, data);
}

void person::take(place& where, std::uint64_t offset, std::string_view data) {
  if (offset != where.at.offset + 1)
    complain("got offset " + std::to_string(offset) + " of " + where.room + " when "
             + std::to_string(where.at.offset + 1) + " was next");
  where.at.offset = offset;
  around_.judge().delivered(name_, where.room, where.at, data);
  std::uint64_t number = 0;
  std::from_chars(data.data(), data.data() + data.size(), number);
  heard_.insert(number);
}

void person::on_presence(place& where, const answered& answer) {
  const auto* page = std::get_if<presence_page>(&answer.what);
  if (!where.in)
    return;
  if (!page) {
    where.must_ask = true;
    return;
  }
  std::string text;
  where.present.emplace();
  for (const auto& each : page->members)
    where.present->insert(seat::number_of(each->client));
  for (auto each : *where.present)
    text += ' ' + std::to_string(each);
  note("finds in " + where.room + text);
}

void person::on_presence_change(const room_id& room, std::uint32_t client, bool is_there) {
  auto& where = place_in(room);
  note("sees " + std::to_string(client) + (is_there ? " join " : " leave ") + room);
  if (!where.in || !where.present)
    return;
  if (is_there && !where.present->insert(client).second)
    complain("saw " + std::to_string(client) + " join " + room + ", who was there");
  if (!is_there && where.present->erase(client) == 0)
    complain("saw " + std::to_string(client) + " leave " + room + ", who was not there");
}

// -- at the end ---------------------------------------------------------------

std::string person::waits_for() const {
  if (!seat_)
    return name_ + " has no node";
  for (const auto& each : places_) {
    if (!each.in)
      return name_ + " is not let into " + each.room;
    if (listens_ && !each.present)
      return name_ + " is not told who is in " + each.room;
  }
  for (const auto* list : {&sent_, &to_repeat_})
    if (!list->empty())
      return name_ + " has no answer about " + std::to_string(list->begin()->first) + " in "
             + list->begin()->second.room;
  return {};
}

bool person::is_in(const room_id& room) const {
  return std::any_of(places_.begin(), places_.end(),
                     [&](const place& x) { return x.room == room && x.in; });
}

void person::check_ends(const std::map<room_id, std::set<std::uint32_t>>& truth) {
  for (const auto& each : places_) {
    auto top = around_.judge().top_of(each.room, each.at.epoch);
    if (each.at.offset != top)
      complain("is at " + std::to_string(each.at.offset) + " of " + each.room + ", which is at "
               + std::to_string(top));
    if (listens_ && each.present != truth.at(each.room)) {
      std::string found;
      for (auto id : *each.present)
        found += ' ' + std::to_string(id);
      found += " where there are";
      for (auto id : truth.at(each.room))
        found += ' ' + std::to_string(id);
      complain("sees others in " + each.room + " than are there:" + found);
    }
  }
}

} // namespace salon::simulation

#include "actors/directory.hpp"

#include "actors/failure.hpp"
#include "actors/room.hpp"
#include "base/log.hpp"

#include <functional>

namespace salon {

directory_state::directory_state(directory_actor::pointer self, directory_surroundings around)
  : self_(self),
    around_(std::move(around)) {
  // nop
}

directory_state::~directory_state() {
  for (const auto& [id, each] : rooms_)
    if (each.room)
      dismiss(each.room);
}

directory_actor::behavior_type directory_state::make_behavior() {
  return {
    [this](const find_room& x) { return on_find(x); },
    [this](const list_rooms& x) { return on_list(x); },
    [this](const room_idle& x) { on_idle(x); },
    [this](const room_stays& x) { on_stays(x); },
  };
}

caf::result<room_found> directory_state::on_find(const find_room& x) {
  auto i = rooms_.find(x.room);
  if (i == rooms_.end()) {
    if (rooms_.size() >= around_.options.rooms_max)
      return fail(errc::limit_exceeded);
    i = rooms_.try_emplace(x.room).first;
    return start(x.room, i->second);
  }
  if (!i->second.closing)
    return room_found{i->second.room};
  i->second.held.push_back(self_->make_response_promise<room_found>());
  return i->second.held.back();
}

caf::result<room_found> directory_state::start(const room_id& id, entry& where) {
  errc why = errc::none;
  const auto* options = around_.rooms->find(id, &why);
  if (!options) {
    rooms_.erase(id);
    return fail(why);
  }
  auto& home = *around_.shards[std::hash<room_id>{}(id) % around_.shards.size()];
  where.room = spawn_room(id, *options,
                          {home, directory_actor{self_}, around_.counts, around_.limits,
                           around_.options.backlog_max, around_.storage});
  where.closing = false;
  // By its address: a room that keeps its own handle alive this way would never go.
  watch(self_, where.room, [this, id, gone = where.room.address()](const caf::error& why_gone) {
    if (why_gone && why_gone != caf::exit_reason::user_shutdown)
      log::error("room failed", {{"room", id}, {"reason", to_string(why_gone)}});
    on_down(id, gone);
  });
  return room_found{where.room};
}

caf::result<room_page> directory_state::on_list(const list_rooms& x) const {
  room_page page;
  for (auto i = rooms_.upper_bound(x.after); i != rooms_.end(); ++i) {
    if (page.rooms.size() == x.limit) {
      page.next = std::prev(i)->first;
      break;
    }
    page.rooms.push_back(i->second.room);
  }
  return page;
}

void directory_state::on_idle(const room_idle& x) {
  if (auto i = rooms_.find(x.room); i != rooms_.end() && !i->second.closing) {
    i->second.closing = true;
    tell(self_, i->second.room, room_may_close{});
  }
}

void directory_state::on_stays(const room_stays& x) {
  auto i = rooms_.find(x.room);
  if (i == rooms_.end())
    return;
  i->second.closing = false;
  for (auto& waits : std::exchange(i->second.held, {}))
    waits.deliver(room_found{i->second.room});
}

void directory_state::on_down(const room_id& id, const caf::actor_addr& gone) {
  auto i = rooms_.find(id);
  if (i == rooms_.end() || i->second.room.address() != gone)
    return;
  auto held = std::move(i->second.held);
  i->second.held.clear();
  if (held.empty()) {
    rooms_.erase(i);
    return;
  }
  start(id, i->second);
  for (auto& waits : held)
    waits.deliver(room_found{i->second.room});
}

directory_actor spawn_directory(shard& home, directory_surroundings around) {
  return spawn_on<directory_state, directory_actor>(home, std::move(around)).handle;
}

} // namespace salon

#include "actors/directory.hpp"

#include "actors/failure.hpp"
#include "base/log.hpp"

#include <utility>

namespace salon {

namespace {

// One that had to end, since the room lives elsewhere or its stream is another, has said so itself.
bool has_failed(const caf::error& why) {
  return why && why != caf::exit_reason::user_shutdown && errc_of(why) != errc::not_available;
}

} // namespace

directory_state::directory_state(homes_actor::pointer self, directory_surroundings around)
  : self_(self),
    around_(std::move(around)) {
  // nop
}

directory_state::~directory_state() {
  for (const auto& [id, each] : relays_)
    if (each.actor)
      dismiss(each.actor);
  for (const auto& [id, each] : rooms_)
    if (each.actor)
      dismiss(each.actor);
}

homes_actor::behavior_type directory_state::make_behavior() {
  return {
    [this](const find_room& x) -> caf::result<room_found> {
      if (around_.cluster.gateway)
        return find_in<room_found>(relays_, x.room);
      return find_in<room_found>(rooms_, x.room);
    },
    [this](const list_rooms& x) { return on_list(x); },
    [this](const room_idle& x) {
      if (x.is_relay)
        on_idle(relays_, x.room);
      else
        on_idle(rooms_, x.room);
    },
    [this](const room_stays& x) {
      if (x.is_relay)
        on_stays(relays_, x.room);
      else
        on_stays(rooms_, x.room);
    },
    [this](const open_home& x) { return find_in<home_found>(rooms_, x.room, x); },
    [this](const look_for_room& x) {
      return room_presence{rooms_.count(x.room) > 0, relays_.count(x.room) > 0};
    },
  };
}

template <class Found, class Handle>
caf::result<Found> directory_state::find_in(table<Handle>& where, const room_id& id,
                                            const open_home& how) {
  auto i = where.find(id);
  if (i == where.end()) {
    if (where.size() >= around_.options.rooms_max)
      return fail(errc::limit_exceeded);
    if (auto why = start(where, id, how); why != errc::none)
      return fail(why);
    return Found{where[id].actor};
  }
  if (!i->second.closing)
    return Found{i->second.actor};
  auto waits = self_->make_response_promise<Found>();
  i->second.held.push_back([waits](const Handle& found) mutable { waits.deliver(Found{found}); });
  return waits;
}

template <class Handle>
errc directory_state::start(table<Handle>& where, const room_id& id, const open_home& how) {
  errc why = errc::none;
  const auto* options = around_.rooms->find(id, &why);
  if (!options) {
    where.erase(id);
    return why;
  }
  auto& made = where[id];
  made.actor = spawn(where, id, *options, how);
  made.closing = false;
  // By its address: a room that keeps its own handle alive this way would never go.
  watch(self_, made.actor,
        [this, &where, id, gone = made.actor.address()](const caf::error& why_gone) {
          if (has_failed(why_gone))
            log::error("room failed", {{"room", id}, {"reason", to_string(why_gone)}});
          on_down(where, id, gone);
        });
  return errc::none;
}

shard& directory_state::home_of(const room_id& id) const {
  return *around_.shards[std::hash<room_id>{}(id) % around_.shards.size()];
}

home_actor directory_state::spawn(const table<home_actor>&, const room_id& id,
                                  const room_options& options, const open_home& how) {
  return spawn_room(id, options,
                    {home_of(id), homes_actor{self_}, around_.counts, around_.limits,
                     around_.options.backlog_max, around_.storage, how.awaited,
                     around_.cluster.gather_timeout, how.state});
}

relay_actor directory_state::spawn(const table<relay_actor>&, const room_id& id,
                                   const room_options& options, const open_home&) {
  const auto& cluster = around_.cluster;
  return spawn_relay(id, options,
                     {home_of(id), homes_actor{self_}, cluster.gateway, around_.counts,
                      cluster.node, cluster.relays, around_.options.backlog_max});
}

caf::result<room_page> directory_state::on_list(const list_rooms& x) const {
  room_page page;
  for (auto i = rooms_.upper_bound(x.after); i != rooms_.end(); ++i) {
    if (page.rooms.size() == x.limit) {
      page.next = std::prev(i)->first;
      break;
    }
    page.rooms.push_back(i->second.actor);
    page.names.push_back(i->first);
  }
  return page;
}

template <class Handle>
void directory_state::on_idle(table<Handle>& where, const room_id& id) {
  if (auto i = where.find(id); i != where.end() && !i->second.closing) {
    i->second.closing = true;
    tell(self_, i->second.actor, room_may_close{});
  }
}

template <class Handle>
void directory_state::on_stays(table<Handle>& where, const room_id& id) {
  auto i = where.find(id);
  if (i == where.end())
    return;
  i->second.closing = false;
  for (auto& waits : std::exchange(i->second.held, {}))
    waits(i->second.actor);
}

template <class Handle>
void directory_state::on_down(table<Handle>& where, const room_id& id,
                              const caf::actor_addr& gone) {
  auto i = where.find(id);
  if (i == where.end() || i->second.actor.address() != gone)
    return;
  auto held = std::exchange(i->second.held, {});
  if (held.empty()) {
    where.erase(i);
    return;
  }
  start(where, id);
  for (auto& waits : held)
    waits(i->second.actor);
}

homes_actor spawn_directory(shard& home, directory_surroundings around) {
  return spawn_on<directory_state, homes_actor>(home, std::move(around)).handle;
}

} // namespace salon

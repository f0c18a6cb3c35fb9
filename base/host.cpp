#include "base/host.hpp"

#include <caf/actor_system.hpp>
#if !SALON_CAF_MAIL
#include <caf/scheduler/abstract_coordinator.hpp>
#endif

namespace salon {

actor_host::actor_host(caf::actor_system& system)
  :
#if !SALON_CAF_MAIL
    host_base(&system),
#endif
    actors_(system) {
  // nop
}

#if SALON_CAF_HEAD

void actor_host::schedule(caf::resumable_ptr what, std::uint64_t event) {
  enqueue({std::move(what), event});
}

void actor_host::delay(caf::resumable_ptr what, std::uint64_t event) {
  enqueue({std::move(what), event});
}

bool actor_host::resume(job& what, std::size_t) {
  what.actor->resume(this, what.event);
  return false;
}

void actor_host::drop(job& what) {
  what.actor = nullptr;
}

#else

#if SALON_CAF_MAIL

void actor_host::schedule(caf::resumable* what) {
  if (what->subtype() == caf::resumable::io_actor)
    enqueue({what});
  else
    actors_.scheduler().schedule(what);
}

void actor_host::delay(caf::resumable* what) {
  schedule(what);
}

#else

void actor_host::exec_later(caf::resumable* what) {
  // CAF hands us whatever our actors wake. Only hosted ones say that they are I/O actors.
  if (what->subtype() == caf::resumable::io_actor)
    enqueue({what});
  else
    actors_.scheduler().enqueue(what);
}

#endif

bool actor_host::resume(job& what, std::size_t messages) {
  if (what.actor->resume(this, messages) == caf::resumable::resume_later)
    return true;
  drop(what);
  return false;
}

void actor_host::drop(job& what) {
  caf::intrusive_ptr_release(what.actor);
}

#endif

} // namespace salon

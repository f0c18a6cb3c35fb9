#pragma once

#include "base/caf_adapter.hpp"
#include "messages/desk_messages.hpp"
#include "server/load_config.hpp"

#include <caf/init_global_meta_objects.hpp>

#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace salon {

/// Makes the message types of Salon known to CAF, and those in the type-id blocks `Blocks` of a
/// program built on it. A program with messages of its own calls it once, before its first server
/// or attached_node; these call it for those that have none.
template <class... Blocks>
void init_messages();

class node_core;

/// Where the actors of a program live, whatever kind of node it is: a server or an attached_node.
class actor_home {
public:
  actor_home(const actor_home&) = delete;
  actor_home& operator=(const actor_home&) = delete;

  /// Where the program's own actors are spawned. They run on CAF's scheduler and may take their
  /// time.
  caf::actor_system& actors() noexcept;

  /// How actors become members of rooms.
  const desk_actor& desk() const noexcept;

  /// Starts an actor that is to be a member of rooms. Its state is a `State{pointer to the actor,
  /// desk(), xs...}` with `make_behavior`, which is called when there are rooms: at once in a
  /// server, in an attached_node once it is attached. Whoever is in a room when the node ends, ends
  /// with it.
  template <class State, class... Ts>
  member_actor spawn_member(Ts&&... xs) {
    using impl = caf::stateful_actor<State, member_actor::impl>;
    member_actor made = actors().spawn<impl, caf::lazy_init>(desk(), std::forward<Ts>(xs)...);
    begin(made);
    return made;
  }

  /// Lets `service` answer the RPC methods `prefix.*`, and `prefix` itself, for the clients of all
  /// nodes. Call it before `run`; the prefix `salon` is taken. The service ends with the node.
  void add_service(const std::string& prefix, service_actor service);

  /// The same with a new actor, whose state is a `State{pointer to the actor, xs...}`.
  template <class State, class... Ts>
  void add_service(const std::string& prefix, Ts&&... xs) {
    using impl = caf::stateful_actor<State, service_actor::impl>;
    add_service(prefix, service_actor{actors().spawn<impl>(std::forward<Ts>(xs)...)});
  }

  /// Makes `run` return as a signal would. Any thread may call it.
  void stop();

protected:
  explicit actor_home(std::unique_ptr<node_core> core);
  ~actor_home();

  std::unique_ptr<node_core> core_;

private:
  void begin(const member_actor& whom);
};

namespace detail {

inline std::once_flag messages_once;

} // namespace detail

template <class... Blocks>
void init_messages() {
  std::call_once(detail::messages_once, [] {
    (caf::init_global_meta_objects<Blocks>(), ...);
    caf::init_global_meta_objects<caf::id_block::salon>();
    caf::core::init_global_meta_objects();
  });
}

} // namespace salon

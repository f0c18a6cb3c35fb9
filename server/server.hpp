#pragma once

#include "messages/desk_messages.hpp"
#include "server/config.hpp"

#include <caf/init_global_meta_objects.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace salon {

/// Makes the message types of Salon known to CAF, and those in the type-id blocks `Blocks` of a
/// program built on it. A program with messages of its own calls it once, before its first server;
/// a server calls it for those that have none.
template <class... Blocks>
void init_messages();

/// The configuration of a program that has no flags of its own: SALON_CONFIG names a file,
/// variables such as SALON_PORT override it. Throws std::runtime_error with a sentence for each
/// mistake.
config config_from_environment();

/// A chat server: one node with its shards, rooms and port. A program adds its own actors between
/// making the server and running it.
class server {
public:
  /// Sets all up and listens on nothing yet. From here on the process logs as `options` say.
  explicit server(config options);

  /// Ends everything that is left.
  ~server();

  server(const server&) = delete;
  server& operator=(const server&) = delete;

  /// Where the program's own actors are spawned. They run on CAF's scheduler and may take their
  /// time.
  caf::actor_system& actors() noexcept;

  /// How actors become members of rooms.
  const desk_actor& desk() const noexcept;

  /// Starts an actor that is to be a member of rooms. Its state is a `State{pointer to the actor,
  /// desk(), xs...}` with `make_behavior`. Whoever is in a room when the server ends, ends with it.
  template <class State, class... Ts>
  member_actor spawn_member(Ts&&... xs) {
    using impl = caf::stateful_actor<State, member_actor::impl>;
    return actors().spawn<impl>(desk(), std::forward<Ts>(xs)...);
  }

  /// Lets `service` answer the RPC methods `prefix.*`, and `prefix` itself. Call it before `run`;
  /// the prefix `salon` is taken. The service ends with the server.
  void add_service(const std::string& prefix, service_actor service);

  /// The same with a new actor, whose state is a `State{pointer to the actor, xs...}`.
  template <class State, class... Ts>
  void add_service(const std::string& prefix, Ts&&... xs) {
    using impl = caf::stateful_actor<State, service_actor::impl>;
    add_service(prefix, service_actor{actors().spawn<impl>(std::forward<Ts>(xs)...)});
  }

  /// Calls `what` with the port once clients can connect. Call it before `run`.
  void on_listening(std::function<void(std::uint16_t port)> what);

  /// Serves until SIGTERM or SIGINT, then lets everybody go: clients are closed with code 3001, and
  /// what is queued for them goes out first. A second signal ends the process at once.
  /// Returns what the process should end with: 0, or 1 when the address cannot be had.
  int run();

  /// Makes `run` return as a signal would. Any thread may call it.
  void stop();

private:
  class node;

  std::unique_ptr<node> node_;
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

#pragma once

#include "actors/node_options.hpp"
#include "actors/room_options.hpp"
#include "messages/errors.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace salon {

class fanout_state;
class metrics;
struct shard_locals;
struct visit;

namespace testing {

class fake_socket;
class stepped_shards;

using lines = std::vector<std::string>;

/// What the actors of a test are tuned with.
struct fixture_options {
  std::size_t shards = 1;
  connection_options connections;
  fanout_options fanouts;
  directory_options directory;
  room_options rooms; ///< Of rooms without a namespace.
  std::map<std::string, room_options, std::less<>> namespaces;
};

/// A client as a test sees it. What it sends is handed over when the fixture runs. In what it
/// receives, epochs are called E1, E2 and clients c1, c2, in the order of their appearance.
class client {
public:
  client(std::size_t number, std::string its_id, std::unique_ptr<fake_socket> socket);
  ~client();

  // what it does

  void say(std::string message);

  /// Sends `{"id":N,REQUEST}` and returns N, which counts from 1.
  std::uint32_t command(std::string_view request);

  /// Answers a ping in the protocol's way.
  void pong();

  /// Answers a ping in WebSocket's way.
  void frame_pong();

  /// Stops reading what is written for it, or goes on.
  void stop_reading();
  void read_on();

  /// Reads that many messages and no more.
  void read_some(std::size_t messages);

  /// Does not answer our close frame, for a while.
  void ignore_close();

  // what it saw

  /// All messages since the last call.
  lines take();

  const lines& received() const noexcept {
    return received_;
  }

  /// The code of our close frame.
  std::optional<close_code> closed_with() const;

  bool is_paused() const;
  std::size_t pauses() const;
  std::size_t pings() const;

  /// Whether the connection knows that the socket is gone, or gave it up.
  bool has_ended() const;
  bool was_abandoned() const;

  const std::string name; ///< `c1` for the first.
  const std::string id;   ///< What the server calls it.

private:
  friend class actor_fixture;

  std::unique_ptr<fake_socket> socket_;
  std::uint32_t commands_ = 0;
  lines received_;
};

/// The actors of one node, on shards that stand still until the test moves them. Client ids count
/// up, so the same test gives the same log in every run. When it ends, every actor must have ended
/// in good order.
class actor_fixture {
public:
  actor_fixture();
  explicit actor_fixture(fixture_options options);

  actor_fixture(const actor_fixture&) = delete;
  actor_fixture& operator=(const actor_fixture&) = delete;

  ~actor_fixture();

  // -- clients ----------------------------------------------------------------

  /// An upgraded socket that has said nothing yet.
  client& open_sdk(std::size_t shard = 0, bool frame_pings = false);

  /// An SDK client behind its connect command; the answer is taken.
  client& connect_sdk(std::string_view name = {}, std::size_t shard = 0);

  /// One that is in `room`, too. Everything received so far is taken.
  client& join_sdk(std::string_view room, std::string_view name = {}, std::size_t shard = 0);

  /// A text client; its welcome is not taken.
  client& connect_text(std::string_view room = {}, std::string_view name = {},
                       std::size_t shard = 0);

  /// Closes the socket as the client would.
  void close(client& who, close_code code = close_code::normal);

  /// Kills the connection actor.
  void crash(client& who);

  /// Tells the connection to close, as others may.
  void disconnect_by_message(client& who, close_code code);

  /// The next client is the one with this number.
  void next_client(std::uint32_t number);

  // -- time -------------------------------------------------------------------

  /// Lets everything happen that can happen without time passing.
  void run();

  /// The same, with whatever is next drawn by lot.
  void run_shuffled(std::uint64_t seed);

  /// How many things can happen next: a message of an actor, an event of a socket, a flush.
  std::size_t choices();

  /// Lets one of them happen; whether there was one.
  bool step(std::size_t which = 0);

  /// Runs, then moves time tick by tick, and runs after each.
  void advance(std::chrono::steady_clock::duration by);

  // -- the node ---------------------------------------------------------------

  /// The names of the rooms there are, with their numbers of members: `lobby 2`.
  lines rooms();

  /// The names of those whom `room` lists as present, sorted. Starts the room if it is not there.
  lines presence(std::string_view room);

  void crash_room(std::string_view room);

  /// A room name that begins so, of a room that lives on `shard`.
  std::string room_on(std::size_t shard, std::string_view beginning = "room") const;

  /// A service on all shards that answers nothing.
  void add_mute_service(const std::string& prefix);

  /// What is called E1, for 1.
  const std::string& epoch(std::size_t number = 1) const;

  metrics& counts();
  fanout_state& fanout(std::size_t shard = 0);
  shard_locals& locals(std::size_t shard = 0);
  stepped_shards& shards();

  /// What every client received, in order: `c1 < {}`.
  const lines& trace() const;

private:
  struct parts;

  client& open(std::size_t shard, visit who);

  std::unique_ptr<parts> parts_;
};

} // namespace testing
} // namespace salon

// The same actors on shards that run: for the thread sanitizer above all.
#include "actors/connection.hpp"
#include "actors/directory.hpp"
#include "tests/support/fake_socket.hpp"
#include "tests/support/stepped_shards.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace salon;
using namespace salon::testing;

namespace {

using lines = std::vector<std::string>;

constexpr std::size_t clients_each = 4;
constexpr std::size_t lines_each = 100;

/// What lives on one shard, touched by its thread only while that runs.
struct side {
  side(shard& its_home, const directory_actor& directory, metrics& counts,
       std::shared_ptr<const namespaces> rooms)
    : side(its_home,
           spawn_on<fanout_state, audience_actor>(
             its_home, fanout_surroundings{its_home, directory, counts, small_slices()}),
           counts, std::move(rooms)) {
    // nop
  }

  template <class Fanout>
  side(shard& its_home, Fanout made, metrics& counts, std::shared_ptr<const namespaces> rooms)
    : home(its_home),
      fanout(made.handle),
      locals{home, *made.state, std::move(rooms), connection_options{}, counts,
             {},   {},          "salon test",     client_id::random,    {},
             {}} {
    // nop
  }

  static fanout_options small_slices() {
    fanout_options result;
    result.slice_members = 3;
    return result;
  }

  /// Lets the loop hand over what happened, until `done`.
  void pump(const std::function<bool()>& done, std::promise<void>& finished) {
    for (auto& each : sockets)
      while (each->has_event())
        each->run_event();
    if (done())
      finished.set_value();
    else
      home.post([this, done, &finished] { pump(done, finished); });
  }

  /// Does `what` on the shard, then waits for `done`.
  void perform(const std::function<void()>& what, const std::function<bool()>& done) {
    std::promise<void> finished;
    home.post([&] {
      what();
      pump(done, finished);
    });
    finished.get_future().get();
  }

  void open_all(std::size_t number) {
    received.resize(clients_each);
    for (std::size_t i = 0; i < clients_each; ++i) {
      sockets.push_back(std::make_unique<fake_socket>(
        home, 1'000'000, [this, i](std::string_view line) { received[i].emplace_back(line); }));
      visit who;
      who.format = wire_format::text;
      who.name = std::to_string(number) + std::to_string(i);
      sockets[i]->start(spawn_connection(locals, *sockets[i], std::move(who)));
    }
  }

  bool all_have(std::size_t count) const {
    return std::all_of(received.begin(), received.end(),
                       [count](const lines& x) { return x.size() >= count; });
  }

  shard& home;
  audience_actor fanout;
  shard_locals locals;
  std::vector<std::unique_ptr<fake_socket>> sockets;
  std::vector<lines> received;
};

} // namespace

TEST_CASE("threads: two shards of people in one room hear one order", "[actors][threads]") {
  stepped_shards shards{2, stepping::threads};
  metrics counts{shards.system()};
  auto rooms = std::make_shared<const namespaces>();
  directory_actor directory
    = spawn_directory(shards[0], {{&shards[0], &shards[1]}, rooms, counts, {}, {}});
  std::vector<std::unique_ptr<side>> sides;
  for (std::size_t i = 0; i < 2; ++i)
    sides.push_back(std::make_unique<side>(shards[i], directory, counts, rooms));
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < 2; ++i)
    threads.emplace_back([&, i] { shards[i].run(); });

  for (std::size_t i = 0; i < 2; ++i)
    sides[i]->perform([&, i] { sides[i]->open_all(i); }, [&, i] { return sides[i]->all_have(1); });
  std::vector<std::thread> talkers;
  talkers.reserve(sides.size());
  for (auto& each : sides)
    talkers.emplace_back([&, who = each.get()] {
      who->perform(
        [who] {
          for (std::size_t n = 0; n < lines_each; ++n)
            for (auto& socket : who->sockets)
              socket->arrive(std::to_string(n));
        },
        [who] { return who->all_have(1 + 2 * clients_each * lines_each); });
    });
  for (auto& each : talkers)
    each.join();
  for (auto& each : sides)
    each->perform(
      [who = each.get()] {
        for (auto& socket : who->sockets)
          socket->lose(close_code::normal);
      },
      [who = each.get()] {
        return std::none_of(who->sockets.begin(), who->sockets.end(),
                            [](const auto& x) { return !x->ended || x->has_event(); });
      });
  for (auto& each : sides) {
    // Connections leave through their fanout: it goes after them.
    each->perform([] {}, [who = each.get()] { return who->locals.connection_count == 0; });
    dismiss(each->fanout);
    each->fanout = nullptr;
  }
  dismiss(directory);
  directory = nullptr;
  shards.system().await_all_actors_done();
  for (std::size_t i = 0; i < 2; ++i) {
    shards[i].stop();
    threads[i].join();
  }

  const auto& first = sides[0]->received[0];
  CHECK(first.size() == 1 + 2 * clients_each * lines_each);
  for (const auto& each : sides)
    for (const auto& heard : each->received)
      CHECK(std::equal(heard.begin() + 1, heard.end(), first.begin() + 1, first.end()));
  CHECK(counts.members.value() == 0);
}

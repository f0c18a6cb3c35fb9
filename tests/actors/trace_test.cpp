// The same story gives the same log, message by message.
#include "tests/support/actor_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <optional>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;

namespace {

/// People come, talk, page through history, crash and leave on two shards; a room crashes, too.
lines told(std::optional<std::uint64_t> seed) {
  fixture_options options;
  options.shards = 2;
  options.fanouts.slice_members = 2;
  actor_fixture f{options};
  auto go = [&] {
    if (seed)
      f.run_shuffled((*seed)++);
    else
      f.run();
  };

  std::vector<client*> people;
  for (std::size_t i = 0; i < 8; ++i) {
    auto room = i % 2 == 0 ? "a" : "b";
    people.push_back(i % 3 == 0 ? &f.connect_text(room, "t" + std::to_string(i), i % 2)
                                : &f.join_sdk(room, "s" + std::to_string(i), i % 2));
  }
  auto& watcher = f.connect_sdk("watcher", 1);
  for (auto room : {"a", "b"})
    watcher.command(R"("subscribe":{"channel":")" + std::string{room} + R"(","join_leave":true})");
  go();
  for (auto round = 0; round < 4; ++round) {
    for (std::size_t i = 0; i < people.size(); ++i) {
      if (i % 3 == 0)
        people[i]->say("line " + std::to_string(round));
      else
        people[i]->command(R"("publish":{"channel":")" + std::string{i % 2 == 0 ? "a" : "b"}
                           + R"(","data":{"n":)" + std::to_string(round) + "}}");
    }
    go();
    f.advance(7s);
    if (round == 2)
      f.crash_room("a");
    if (round == 1) {
      f.close(*people[1]);
      f.crash(*people[2]);
      watcher.command(R"("rpc":{"method":"salon.typing","data":{"room":"b"}})");
      watcher.command(R"("presence":{"channel":"b"})");
      watcher.command(R"("history":{"channel":"b","limit":3,"reverse":true})");
    }
  }
  go();
  f.advance(20s);
  return f.trace();
}

} // namespace

TEST_CASE("trace: the same test gives the same log in every run", "[actors][trace]") {
  auto first = told(std::nullopt);
  auto second = told(std::nullopt);

  CHECK(first.size() > 100);
  CHECK(first == second);
}

TEST_CASE("trace: so does any order drawn by lot", "[actors][trace]") {
  auto first = told(1);
  auto second = told(1);

  CHECK(first.size() > 100);
  CHECK(first == second);
  CHECK(told(2) != first);
}

// Members that are actors, such as bots.
#include "tests/actors/fanout_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;

namespace {

/// A member that is an actor, and answers publications when the test says so.
struct puppet_member {
  puppet_member(member_actor::pointer self, lines& log, bool& answers)
    : self_(self),
      log_(log),
      answers_(answers) {
    // nop
  }

  member_actor::behavior_type make_behavior() {
    return {
      [this](const room_publication& x) -> caf::result<void> {
        log_.push_back("pub " + std::to_string(x.pub->offset));
        if (answers_) {
          for (auto& each : std::exchange(unanswered_, {}))
            each.deliver();
          return {};
        }
        unanswered_.push_back(self_->make_response_promise<void>());
        return unanswered_.back();
      },
      [this](const member_joined&) { log_.emplace_back("joined"); },
      [this](const member_left&) { log_.emplace_back("left"); },
      [this](const room_closed& x) { log_.push_back("closed " + x.room); },
    };
  }

  member_actor::pointer self_;
  lines& log_;
  bool& answers_;
  std::vector<caf::typed_response_promise<void>> unanswered_;
};

/// A fanout with a member that is an actor, in the lobby.
struct with_actor : fanout_fixture {
  with_actor() : fanout_fixture(small()) {
    auto& seat = add("bot", wire_format::actor);
    bot = spawn_on<puppet_member, member_actor>(shards[0], log, answers).handle;
    seat.place()->actor = bot;
    seat.place()->out = nullptr;
    seat.enter("lobby");
    run();
    let_in(last_number(), 0);
    run();
    seat.take();
    told();
    place = &seat;
  }

  ~with_actor() {
    dismiss(bot);
    place->place()->actor = nullptr;
  }

  static fanout_options small() {
    fanout_options options;
    options.actor_backlog_max = 3;
    return options;
  }

  lines log;
  bool answers = true;
  member_actor bot;
  guest* place = nullptr;
};

} // namespace

TEST_CASE_METHOD(with_actor, "fanout: an actor hears what is said, and keeps its place",
                 "[actors][fanout][members]") {
  for (std::uint64_t offset = 1; offset <= 10; ++offset) {
    broadcast_of(offset);
    run();
  }

  CHECK(log.size() == 10);
  CHECK(log.back() == "pub 10");
  CHECK(place->is_in("lobby"));
}

TEST_CASE_METHOD(with_actor, "fanout: an actor that does not keep up loses its place",
                 "[actors][fanout][members]") {
  answers = false;
  for (std::uint64_t offset = 1; offset <= 5; ++offset) {
    broadcast_of(offset);
    run();
  }

  CHECK(log == lines{"pub 1", "pub 2", "pub 3", "closed lobby"});
  CHECK_FALSE(place->is_in("lobby"));
  CHECK(told() == lines{"unsubscribe bot"});
  CHECK(place->take() == lines{"out of lobby 2500"});
}

TEST_CASE_METHOD(with_actor, "fanout: an actor that catches up in time keeps its place",
                 "[actors][fanout][members]") {
  answers = false;
  broadcast_of(1);
  broadcast_of(2);
  run();
  answers = true;
  broadcast_of(3);
  run();
  for (std::uint64_t offset = 4; offset <= 6; ++offset)
    broadcast_of(offset);
  run();

  CHECK(log.size() == 6);
  CHECK(place->is_in("lobby"));
}

TEST_CASE_METHOD(with_actor, "fanout: an actor that catches up late is forgiven",
                 "[actors][fanout][members]") {
  answers = false;
  broadcast_of(1);
  broadcast_of(2);
  run();
  shards.advance(10min);
  answers = true;
  for (std::uint64_t offset = 3; offset <= 8; ++offset) {
    broadcast_of(offset);
    run();
  }

  CHECK(log.size() == 8);
  CHECK(place->is_in("lobby"));
  CHECK(place->place()->unanswered == 0);
}

TEST_CASE_METHOD(with_actor, "fanout: an actor is taken along when its room ends",
                 "[actors][fanout][members]") {
  kill_room();
  run();
  let_in(last_number(), 0);
  broadcast_of(1);
  run();

  CHECK(log == lines{"pub 1"});
  CHECK(place->is_in("lobby"));
}

TEST_CASE_METHOD(with_actor, "fanout: an actor that the next room does not take is told",
                 "[actors][fanout][members]") {
  kill_room();
  run();
  keep_out(last_number(), errc::limit_exceeded);
  run();

  CHECK(log == lines{"closed lobby"});
  CHECK_FALSE(place->is_in("lobby"));
}

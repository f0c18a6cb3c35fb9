// Those who read too slowly: what the fanout asks the room for, for them.
#include "tests/actors/fanout_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;

namespace {

struct laggards : fanout_fixture {
  laggards() {
    fanout_state::entry_request positioned;
    positioned.positioned = true;
    ana = &seated("ana", 0, wire_format::json, "lobby", positioned);
    bob = &seated("bob", 0, wire_format::json, "lobby", positioned);
    for (auto* each : {ana, bob})
      each->stop_reading(20);
    for (std::uint64_t i = 1; i <= 9; ++i)
      broadcast_of(i);
    run();
    told();
  }

  /// The room's answer to the last request, from `first` to `last`.
  void answer_stretch(std::uint64_t first, std::uint64_t last, bool gone = false,
                      bool failed = false) {
    stretch answer{"lobby", last_number(), gone, failed, {}};
    for (auto i = first; i <= last; ++i) {
      auto pub = std::make_shared<publication>();
      pub->offset = i;
      answer.publications.push_back(
        {"lobby", i, pub, frame::text("pub " + std::to_string(i)), frame{}});
    }
    tell(handle, std::move(answer));
    run();
  }

  static lines pubs(std::uint64_t first, std::uint64_t last) {
    lines result;
    for (auto i = first; i <= last; ++i)
      result.push_back("pub " + std::to_string(i));
    return result;
  }

  guest* ana = nullptr;
  guest* bob = nullptr;
};

} // namespace

TEST_CASE_METHOD(laggards, "fanout: one stretch serves all who lag near it", "[actors][fanout]") {
  ana->go_on_reading();
  bob->go_on_reading();
  run();
  CHECK(told() == lines{"stretch from 1 " + std::to_string(last_number())});

  answer_stretch(1, 9);
  CHECK(told().empty());
  CHECK(ana->take() == pubs(1, 9));
  CHECK(bob->take() == pubs(1, 9));

  broadcast_of(10);
  run();
  CHECK(ana->take() == pubs(10, 10));
  CHECK(counts->lagging.value() == 0);
}

TEST_CASE_METHOD(laggards, "fanout: a stretch that is short of live is followed by the next",
                 "[actors][fanout]") {
  ana->go_on_reading();
  run();
  told();

  answer_stretch(1, 5);
  CHECK(told() == lines{"stretch from 6 " + std::to_string(last_number())});
  // Whoever comes later has the last stretch at hand, and waits for the same next one.
  bob->go_on_reading();
  CHECK(bob->log() == pubs(1, 5));
  broadcast_of(10);
  run();
  answer_stretch(6, 10);

  CHECK(ana->take() == pubs(1, 10));
  CHECK(bob->take() == pubs(1, 10));
  CHECK(told().empty());
}

TEST_CASE_METHOD(laggards, "fanout: who lags where nothing is kept any more is told",
                 "[actors][fanout]") {
  ana->go_on_reading();
  run();

  answer_stretch(1, 0, true);

  CHECK(ana->take() == lines{"out of lobby 2500"});
  CHECK(bob->is_in("lobby"));
  CHECK(counts->fell_behind.value() == 1);
}

TEST_CASE_METHOD(laggards, "fanout: a stretch that could not be read is asked for again",
                 "[actors][fanout]") {
  ana->go_on_reading();
  run();
  told();
  answer_stretch(1, 0, false, true);
  CHECK(told().empty());

  shards.advance(2s);
  CHECK(told() == lines{"stretch from 1 " + std::to_string(last_number())});
  answer_stretch(1, 9);
  CHECK(ana->take() == pubs(1, 9));
}

TEST_CASE_METHOD(laggards, "fanout: who leaves while a stretch is on its way is forgotten",
                 "[actors][fanout]") {
  ana->go_on_reading();
  run();
  ana->end();
  run();

  answer_stretch(1, 9);

  CHECK(counts->lagging.value() == 1);
  bob->go_on_reading();
  CHECK(bob->take() == pubs(1, 9));
  CHECK(counts->lagging.value() == 0);
}

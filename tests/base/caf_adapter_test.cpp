#include "base/caf_adapter.hpp"
#include "base/shard.hpp"
#include "tests/support/stepped_shards.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;

namespace {

using lines = std::vector<std::string>;

/// Answers a number when the test wants it to.
using slow_actor
  = contract<caf::result<std::int32_t>(std::int32_t), caf::result<void>(std::string)>;

struct slow_state {
  explicit slow_state(slow_actor::pointer self) : self_(self) {
    // nop
  }

  slow_actor::behavior_type make_behavior() {
    return {
      [this](std::int32_t) -> caf::result<std::int32_t> {
        waiting_.push_back(self_->make_response_promise<std::int32_t>());
        return waiting_.back();
      },
      [this](const std::string& what) {
        if (what == "answer") {
          for (auto& each : std::exchange(waiting_, {}))
            each.deliver(std::int32_t{7});
        } else if (what == "throw") {
          throw std::runtime_error{"a bug"};
        } else {
          self_->quit();
        }
      },
    };
  }

  slow_actor::pointer self_;
  std::vector<caf::typed_response_promise<std::int32_t>> waiting_;
};

/// Does what the test puts into it: `1` runs the function with the actor itself.
using doer_actor = contract<caf::result<std::int32_t>(std::int32_t)>;

struct doer_state {
  using work = std::function<std::int32_t(doer_actor::pointer, std::int32_t)>;

  doer_state(doer_actor::pointer self, work what) : self_(self), work_(std::move(what)) {
    // nop
  }

  doer_actor::behavior_type make_behavior() {
    return {[this](std::int32_t x) { return work_(self_, x); }};
  }

  doer_actor::pointer self_;
  work work_;
};

struct one_shard {
  slow_actor slow() {
    return spawn_on<slow_state, slow_actor>(shards[0]).handle;
  }

  doer_actor doer(doer_state::work what) {
    auto made = spawn_on<doer_state, doer_actor>(shards[0], std::move(what)).handle;
    tell(made, std::int32_t{1});
    return made;
  }

  /// An actor that asks `whom` and notes what comes of it.
  doer_actor asker(const slow_actor& whom, timer_wheel::duration deadline) {
    return doer([this, whom, deadline](auto self, std::int32_t) {
      ask(
        self, whom, deadline, std::int32_t{1},
        [this](std::int32_t x) { log.push_back("answer " + std::to_string(x)); },
        [this](const caf::error& why) {
          log.emplace_back(why == caf::sec::request_timeout ? "failed: time is up" : "failed");
        });
      return 0;
    });
  }

  lines log;
  stepped_shards shards;
};

} // namespace

TEST_CASE_METHOD(one_shard, "ask: the answer comes to the first function", "[base][caf_adapter]") {
  auto answerer = slow();
  auto one = asker(answerer, 5s);
  shards.run();
  CHECK(log.empty());

  tell(answerer, std::string{"answer"});
  shards.run();
  shards.advance(10s);

  CHECK(log == lines{"answer 7"});
  dismiss(answerer);
  dismiss(one);
}

TEST_CASE_METHOD(one_shard, "ask: the deadline fires on the wheel", "[base][caf_adapter]") {
  auto answerer = slow();
  auto one = asker(answerer, 5s);
  shards.run();

  shards.advance(4950ms);
  CHECK(log.empty());
  shards.advance(50ms);

  CHECK(log == lines{"failed: time is up"});
  dismiss(answerer);
  dismiss(one);
}

TEST_CASE_METHOD(one_shard, "ask: an answer behind the deadline is ignored",
                 "[base][caf_adapter]") {
  auto answerer = slow();
  auto one = asker(answerer, 5s);
  shards.run();

  shards.advance(6s);
  tell(answerer, std::string{"answer"});
  shards.run();

  CHECK(log.size() == 1);
  CHECK(shards.actors() == 2);
  dismiss(answerer);
  dismiss(one);
}

TEST_CASE_METHOD(one_shard, "ask: an answer on its way when time is up still counts once",
                 "[base][caf_adapter]") {
  auto answerer = slow();
  auto one = asker(answerer, 5s);
  shards.run();

  tell(answerer, std::string{"answer"});
  CHECK(shards.step());
  shards[0].advance(6s);
  shards.run();

  CHECK(log == lines{"answer 7"});
  dismiss(answerer);
  dismiss(one);
}

TEST_CASE_METHOD(one_shard, "ask: one that is gone, or goes, fails at once",
                 "[base][caf_adapter]") {
  auto gone = slow();
  tell(gone, std::string{"quit"});
  shards.run();
  auto one = asker(gone, 5s);
  shards.run();
  CHECK(log.size() == 1);

  auto goes = slow();
  auto two = asker(goes, 5s);
  shards.run();
  CHECK(log.size() == 1);
  tell(goes, std::string{"quit"});
  shards.run();

  CHECK(log.size() == 2);
  CHECK(log.back().starts_with("failed"));
  dismiss(one);
  dismiss(two);
}

TEST_CASE_METHOD(one_shard, "ask: an exception in the one asked fails the ask and ends it",
                 "[base][caf_adapter]") {
  auto broken = slow();
  auto one = asker(broken, 5s);
  shards.run();

  tell(broken, std::string{"throw"});
  shards.run();

  CHECK(log.size() == 1);
  CHECK(log.back().starts_with("failed"));
  CHECK(shards.actors() == 1);
  dismiss(one);
}

TEST_CASE_METHOD(one_shard, "ask: whoever ends takes its handlers and deadlines along",
                 "[base][caf_adapter]") {
  auto answerer = slow();
  auto kept = std::make_shared<int>(1);
  std::weak_ptr<int> seen = kept;
  auto one = doer([this, answerer, kept = std::move(kept)](auto self, std::int32_t x) {
    if (x == 2) {
      self->quit();
      return 0;
    }
    ask(
      self, answerer, 5s, std::int32_t{1}, [kept](std::int32_t) { FAIL("answered"); },
      [kept](const caf::error&) { FAIL("failed"); });
    return 0;
  });
  shards.run();
  CHECK_FALSE(seen.expired());

  tell(one, std::int32_t{2});
  shards.run();

  CHECK(seen.expired());
  shards.advance(10s);
  tell(answerer, std::string{"answer"});
  shards.run();
  dismiss(answerer);
}

TEST_CASE_METHOD(one_shard, "ask: an answer of nothing counts, too", "[base][caf_adapter]") {
  auto answerer = slow();
  auto one = doer([this, answerer](auto self, std::int32_t) {
    ask(
      self, answerer, 5s, std::string{"answer"}, [this] { log.emplace_back("done"); },
      [this](const caf::error&) { log.emplace_back("failed"); });
    return 0;
  });

  shards.run();

  CHECK(log == lines{"done"});
  dismiss(answerer);
  dismiss(one);
}

TEST_CASE_METHOD(one_shard, "ask: the parts of an answer are so many arguments",
                 "[base][caf_adapter]") {
  using pair_actor = contract<caf::result<std::int32_t, std::string>(std::int32_t)>;
  struct pair_state {
    explicit pair_state(pair_actor::pointer) {
      // nop
    }
    pair_actor::behavior_type make_behavior() {
      return {[](std::int32_t x) -> caf::result<std::int32_t, std::string> {
        return {x + 1, "and more"};
      }};
    }
  };
  auto pair = spawn_on<pair_state, pair_actor>(shards[0]).handle;
  auto one = doer([this, pair](auto self, std::int32_t) {
    // As CAF's own actors are asked, who are reached without their contract.
    ask(
      self, caf::actor_cast<caf::actor>(pair), 5s, caf::make_message(std::int32_t{1}),
      [this](std::int32_t x, const std::string& y) { log.push_back(std::to_string(x) + y); },
      [this](const caf::error&) { log.emplace_back("failed"); });
    return 0;
  });

  shards.run();

  CHECK(log == lines{"2and more"});
  dismiss(pair);
  dismiss(one);
}

TEST_CASE_METHOD(one_shard, "kill: it ends one that does not listen to dismissal",
                 "[base][caf_adapter]") {
  auto stubborn = shards.system().spawn([](caf::event_based_actor* self) -> caf::behavior {
    self->set_exit_handler([](caf::exit_msg&) {});
    return {[](std::int32_t x) { return x; }};
  });
  dismiss(stubborn);
  auto still_there = false;
  caf::scoped_actor here{shards.system()};
  here->request(stubborn, 60s, std::int32_t{1})
    .receive([&](std::int32_t) { still_there = true; }, [](const caf::error&) {});

  kill(stubborn);
  here->wait_for(stubborn);

  CHECK(still_there);
}

TEST_CASE_METHOD(one_shard, "hand over: the last in line answers whoever asked",
                 "[base][caf_adapter]") {
  using line_actor = contract<caf::result<std::int32_t>(std::int32_t)>;
  struct line_state {
    line_state(line_actor::pointer self, line_actor next) : self_(self), next_(std::move(next)) {
      // nop
    }
    line_actor::behavior_type make_behavior() {
      return {[this](std::int32_t x) -> caf::result<std::int32_t> {
        if (next_)
          return hand_over(self_, next_, x + 1);
        return x;
      }};
    }
    line_actor::pointer self_;
    line_actor next_;
  };
  auto third = spawn_on<line_state, line_actor>(shards[0], line_actor{}).handle;
  auto second = spawn_on<line_state, line_actor>(shards[0], third).handle;
  auto first = spawn_on<line_state, line_actor>(shards[0], second).handle;
  auto one = doer([this, first](auto self, std::int32_t) {
    ask(
      self, first, 5s, std::int32_t{40},
      [this](std::int32_t x) { log.push_back(std::to_string(x)); },
      [this](const caf::error&) { log.emplace_back("failed"); });
    return 0;
  });

  shards.run();

  CHECK(log == lines{"42"});
  dismiss(first);
  dismiss(second);
  dismiss(third);
  dismiss(one);
}

TEST_CASE_METHOD(one_shard, "watch: each watched actor has a function of its own",
                 "[base][caf_adapter]") {
  auto a = slow();
  auto b = slow();
  auto one = doer([this, a, b](auto self, std::int32_t) {
    watch(self, a, [this](const caf::error&) { log.emplace_back("a ended"); });
    watch(self, b, [this](const caf::error&) { log.emplace_back("b ended"); });
    watch(self, b, [this](const caf::error&) { log.emplace_back("b ended, again"); });
    return 0;
  });
  shards.run();

  tell(a, std::string{"quit"});
  shards.run();
  CHECK(log == lines{"a ended"});
  tell(b, std::string{"quit"});
  shards.run();

  CHECK(log.size() == 3);
  CHECK(std::count(log.begin(), log.end(), "b ended") == 1);
  CHECK(std::count(log.begin(), log.end(), "b ended, again") == 1);
  dismiss(one);
}

TEST_CASE_METHOD(one_shard, "watch: the reason comes along", "[base][caf_adapter]") {
  auto quits = slow();
  auto dies = slow();
  auto one = doer([this, quits, dies](auto self, std::int32_t) {
    watch(self, quits, [this](const caf::error& why) { log.push_back("quits" + to_string(why)); });
    watch(self, dies, [this](const caf::error& why) {
      log.push_back(why == caf::exit_reason::kill ? "killed" : to_string(why));
    });
    return 0;
  });
  shards.run();

  tell(quits, std::string{"quit"});
  caf::anon_send_exit(dies, caf::exit_reason::kill);
  shards.run();

  CHECK(log == lines{"quitsnone", "killed"});
  dismiss(one);
}

TEST_CASE_METHOD(one_shard, "watch: an actor that has ended already is told of at once",
                 "[base][caf_adapter]") {
  auto gone = slow();
  tell(gone, std::string{"quit"});
  shards.run();

  auto one = doer([this, gone](auto self, std::int32_t) {
    watch(self, gone, [this](const caf::error&) { log.emplace_back("ended"); });
    log.emplace_back("watched");
    return 0;
  });
  shards.run();

  CHECK(log == lines{"watched", "ended"});
  dismiss(one);
}

TEST_CASE_METHOD(one_shard, "watch: one that has ended is told nothing", "[base][caf_adapter]") {
  auto stays = slow();
  auto one = doer([this, stays](auto self, std::int32_t) {
    watch(self, stays, [this](const caf::error&) { log.emplace_back("ended"); });
    return 0;
  });
  shards.run();

  dismiss(one);
  one = nullptr;
  shards.run();
  tell(stays, std::string{"quit"});
  shards.run();

  CHECK(log.empty());
  CHECK(shards.actors() == 0);
}

TEST_CASE_METHOD(one_shard, "watch: one that is given up calls nothing and keeps nothing",
                 "[base][caf_adapter]") {
  auto stays = slow();
  auto kept = std::make_shared<int>(1);
  std::weak_ptr<int> seen = kept;
  auto other = 0;
  auto one = doer([&, kept = std::move(kept)](auto self, std::int32_t) mutable {
    auto given_up = watch(self, stays, [this, luggage = std::move(kept)](const caf::error&) {
      log.emplace_back("ended");
    });
    watch(self, stays, [&other](const caf::error&) { ++other; });
    CHECK_FALSE(seen.expired());
    given_up.end();
    return 0;
  });
  shards.run();

  CHECK(seen.expired());
  tell(stays, std::string{"quit"});
  shards.run();

  CHECK(log.empty());
  CHECK(other == 1);
  dismiss(one);
}

TEST_CASE_METHOD(one_shard, "watch: one that is given up is not called when the end is under way",
                 "[base][caf_adapter]") {
  auto goes = slow();
  std::vector<watching> held;
  auto one = doer([&](auto self, std::int32_t x) {
    if (x == 1)
      held.push_back(watch(self, goes, [this](const caf::error&) { log.emplace_back("ended"); }));
    else
      held.back().end();
    return 0;
  });
  shards.run();

  tell(goes, std::string{"quit"});
  tell(one, std::int32_t{2});
  while (shards.actors() == 2)
    REQUIRE(shards.step());
  held.back().end();
  shards.run();

  CHECK(log.empty());
  dismiss(one);
}

TEST_CASE_METHOD(one_shard,
                 "hosting: a delayed message waits for CAF's clock and comes to the shard",
                 "[base][caf_adapter][threads]") {
  // CAF keeps the time here: the shard must be one that a thread runs.
  stepped_shards running{1, stepping::threads};
  std::thread thread{[&] { running[0].run(); }};
  std::promise<bool> done;
  auto one
    = spawn_on<doer_state, doer_actor>(running[0], [&](doer_actor::pointer self, std::int32_t) {
        self->run_delayed(5ms, [&, self] {
          done.set_value(running[0].here());
          self->quit();
        });
        return 0;
      }).handle;

  tell(one, std::int32_t{1});
  auto here = done.get_future().get();
  running[0].stop();
  thread.join();

  CHECK(here);
}

TEST_CASE("hosting: an actor of CAF's scheduler told by a hosted one does not run on its shard",
          "[base][caf_adapter][threads]") {
  stepped_shards running{1, stepping::threads};
  std::thread thread{[&] { running[0].run(); }};
  std::promise<bool> told_there;
  std::promise<bool> answered_here;
  auto regular = running.system().spawn([&](caf::event_based_actor* self) -> caf::behavior {
    return {[&, self](std::int32_t x) {
      told_there.set_value(running[0].here());
      self->quit();
      return x;
    }};
  });
  auto one
    = spawn_on<doer_state, doer_actor>(running[0], [&](doer_actor::pointer self, std::int32_t) {
        ask(
          self, regular, 1min, std::int32_t{1},
          [&, self](std::int32_t) {
            answered_here.set_value(running[0].here());
            self->quit();
          },
          [&](const caf::error&) { answered_here.set_value(false); });
        return 0;
      }).handle;

  tell(one, std::int32_t{1});
  auto there = told_there.get_future().get();
  auto here = answered_here.get_future().get();
  running[0].stop();
  thread.join();

  CHECK_FALSE(there);
  CHECK(here);
}

TEST_CASE("hosting: shards ask and watch each other's actors", "[base][caf_adapter][threads]") {
  stepped_shards running{2, stepping::threads};
  std::thread first{[&] { running[0].run(); }};
  std::thread second{[&] { running[1].run(); }};
  constexpr std::int32_t rounds = 2'000;
  std::promise<bool> done;
  auto echo = spawn_on<doer_state, doer_actor>(running[1], [&](auto self, std::int32_t x) {
                if (x == 0)
                  self->quit();
                return running[1].here() ? x + 1 : 0;
              }).handle;
  auto good = true;
  auto asks
    = spawn_on<doer_state, doer_actor>(running[0], [&](doer_actor::pointer self, std::int32_t x) {
        if (x == 1)
          watch(self, echo, [&, self](const caf::error&) {
            done.set_value(good && running[0].here());
            self->quit();
          });
        ask(
          self, echo, 1min, x < rounds ? x : 0,
          [&, self, x](std::int32_t answer) {
            good = good && running[0].here() && answer == (x < rounds ? x + 1 : 1);
            if (x < rounds)
              tell(doer_actor{self}, answer);
          },
          [&](const caf::error&) { good = false; });
        return 0;
      }).handle;

  tell(asks, std::int32_t{1});
  auto all_good = done.get_future().get();
  for (std::size_t i = 0; i < running.size(); ++i)
    running[i].stop();
  first.join();
  second.join();

  CHECK(all_good);
}

TEST_CASE_METHOD(one_shard, "hosting: an exception ends the actor, and whoever watches hears of it",
                 "[base][caf_adapter]") {
  auto broken = slow();
  auto one = doer([this, broken](auto self, std::int32_t) {
    watch(self, broken,
          [this](const caf::error& why) { log.emplace_back(why ? "ended badly" : "ended well"); });
    return 0;
  });
  shards.run();

  tell(broken, std::string{"throw"});
  shards.run();

  CHECK(log == lines{"ended badly"});
  dismiss(one);
}

TEST_CASE_METHOD(one_shard, "wake: an actor that waits for it begins, once",
                 "[base][caf_adapter]") {
  std::atomic<int> begun = 0;
  std::promise<void> has_begun;
  auto sleeper
    = shards.system().spawn<caf::lazy_init>([&](caf::event_based_actor*) -> caf::behavior {
        ++begun;
        has_begun.set_value();
        return {[](std::int32_t x) { return x; }};
      });
  CHECK(begun == 0);

  wake(sleeper);
  has_begun.get_future().get();
  wake(sleeper);

  caf::scoped_actor here{shards.system()};
  here->request(sleeper, 10s, std::int32_t{7})
    .receive([](std::int32_t x) { CHECK(x == 7); }, [](const caf::error&) { FAIL_CHECK(); });
  CHECK(begun == 1);
  kill(sleeper);
}

TEST_CASE_METHOD(one_shard, "hosting: mail of an actor that nobody knows any more is handled",
                 "[base][caf_adapter]") {
  for (auto i = 0; i < 100; ++i)
    doer([this](auto self, std::int32_t) {
      log.emplace_back("run");
      self->quit();
      return 0;
    });
  CHECK(shards.actors() == 100);

  shards.run();

  CHECK(log.size() == 100);
  CHECK(shards.actors() == 0);
}

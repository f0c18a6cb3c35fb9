#include "base/caf_adapter.hpp"
#include "base/shard.hpp"
#include "tests/support/stepped_shards.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <functional>
#include <future>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;

namespace {

using lines = std::vector<std::string>;

/// Writes its name when it is flushed, and does what it was told to.
class scribbler final : public flushable {
public:
  scribbler(lines& out, std::string name, std::function<void()> also = {})
    : out_(out),
      name_(std::move(name)),
      also_(std::move(also)) {
    // nop
  }

  void flush() override {
    out_.push_back(name_);
    if (also_)
      also_();
  }

private:
  lines& out_;
  std::string name_;
  std::function<void()> also_;
};

/// A shard on a thread of its own.
class running_shard {
public:
  running_shard() : thread_([this] { shards_[0].run(); }) {
    // nop
  }

  ~running_shard() {
    shards_[0].stop();
    thread_.join();
  }

  shard& operator*() {
    return shards_[0];
  }

  shard* operator->() {
    return &shards_[0];
  }

  /// Calls `what` on the shard and waits for its result.
  template <class F>
  auto there(F what) {
    std::packaged_task<decltype(what())()> task{std::move(what)};
    auto result = task.get_future();
    shards_[0].post([&task] { task(); });
    return result.get();
  }

private:
  // One that a thread runs; only the rest of the set-up is the stepped one's.
  stepped_shards shards_{1, stepping::threads};
  std::thread thread_;
};

using echo_actor = contract<caf::result<std::int32_t>(std::int32_t)>;

struct echo_state {
  echo_state(echo_actor::pointer, lines& log, std::string called)
    : log_(log),
      name_(std::move(called)) {
    // nop
  }

  echo_actor::behavior_type make_behavior() {
    return {[this](std::int32_t x) {
      log_.push_back(name_ + std::to_string(x));
      return x;
    }};
  }

  lines& log_;
  std::string name_;
};

} // namespace

TEST_CASE("shard: what is marked soon is flushed before what is marked in bulk", "[base][shard]") {
  stepped_shards shards;
  lines out;
  scribbler bulk1{out, "bulk 1"};
  scribbler bulk2{out, "bulk 2"};
  scribbler soon1{out, "soon 1"};
  scribbler soon2{out, "soon 2"};

  shards[0].flush_in_bulk(bulk1);
  shards[0].flush_soon(soon1);
  shards[0].flush_in_bulk(bulk2);
  shards[0].flush_soon(soon2);
  shards[0].flush();

  CHECK(out == lines{"soon 1", "soon 2", "bulk 1", "bulk 2"});
}

TEST_CASE("shard: what is marked several times is flushed once, as soon as any mark says",
          "[base][shard]") {
  stepped_shards shards;
  lines out;
  scribbler both{out, "both"};
  scribbler bulk{out, "bulk"};

  shards[0].flush_in_bulk(bulk);
  shards[0].flush_in_bulk(both);
  shards[0].flush_soon(both);
  shards[0].flush_in_bulk(both);
  shards[0].flush_soon(both);
  shards[0].flush();
  shards[0].flush();

  CHECK(out == lines{"both", "bulk"});
}

TEST_CASE("shard: what is destroyed before its flush is not flushed", "[base][shard]") {
  stepped_shards shards;
  lines out;
  auto soon = std::make_unique<scribbler>(out, "soon");
  auto bulk = std::make_unique<scribbler>(out, "bulk");
  scribbler stays{out, "stays"};

  shards[0].flush_soon(*soon);
  shards[0].flush_soon(stays);
  shards[0].flush_in_bulk(*bulk);
  soon = nullptr;
  bulk = nullptr;
  shards[0].flush();

  CHECK(out == lines{"stays"});
}

TEST_CASE("shard: a flush may destroy others that wait for theirs", "[base][shard]") {
  stepped_shards shards;
  lines out;
  auto second = std::make_unique<scribbler>(out, "second");
  auto in_bulk = std::make_unique<scribbler>(out, "in bulk");
  scribbler first{out, "first", [&] {
                    second = nullptr;
                    in_bulk = nullptr;
                  }};
  scribbler third{out, "third"};

  shards[0].flush_soon(first);
  shards[0].flush_soon(*second);
  shards[0].flush_soon(third);
  shards[0].flush_in_bulk(*in_bulk);
  shards[0].flush();

  CHECK(out == lines{"first", "third"});
}

TEST_CASE("shard: a flush may destroy itself, and mark others", "[base][shard]") {
  stepped_shards shards;
  lines out;
  scribbler later{out, "later"};
  auto gone = std::make_unique<scribbler>(out, "gone");
  auto* home = &shards[0];
  auto doomed = std::make_unique<scribbler>(out, "doomed");
  doomed = std::make_unique<scribbler>(out, "doomed", [&out, home, &later] {
    home->flush_soon(later);
    out.push_back("marked");
  });

  shards[0].flush_soon(*doomed);
  shards[0].flush();

  CHECK(out == lines{"doomed", "marked", "later"});
}

TEST_CASE("shard: a stepped one handles one message a step, of the actor chosen", "[base][shard]") {
  stepped_shards shards;
  lines log;
  auto a = spawn_on<echo_state, echo_actor>(shards[0], log, "a").handle;
  auto b = spawn_on<echo_state, echo_actor>(shards[0], log, "b").handle;
  shards.run();

  for (auto i : {1, 2}) {
    tell(a, std::int32_t{i});
    tell(b, std::int32_t{i});
  }
  CHECK(shards[0].ready() == 2);
  CHECK(shards[0].step(1));
  CHECK(shards[0].step(1));
  CHECK(shards[0].ready() == 1);
  CHECK_FALSE(shards[0].step(1));
  shards.run();

  CHECK(log == lines{"b1", "b2", "a1", "a2"});
  CHECK_FALSE(shards[0].step());
  dismiss(a);
  dismiss(b);
}

TEST_CASE("shard: actors of one shard take turns, message by message", "[base][shard]") {
  stepped_shards shards;
  lines log;
  auto a = spawn_on<echo_state, echo_actor>(shards[0], log, "a").handle;
  auto b = spawn_on<echo_state, echo_actor>(shards[0], log, "b").handle;
  shards.run();

  for (auto i : {1, 2, 3})
    tell(a, std::int32_t{i});
  for (auto i : {1, 2})
    tell(b, std::int32_t{i});
  shards.run();

  CHECK(log == lines{"a1", "b1", "a2", "b2", "a3"});
  dismiss(a);
  dismiss(b);
}

TEST_CASE("shard: a stepped one starts at the same time in every run", "[base][shard]") {
  stepped_shards shards;

  auto before = shards[0].wheel().wall_ms();
  shards.advance(1s);

  CHECK(before == 1'700'000'000'000);
  CHECK(shards[0].wheel().wall_ms() == before + 1'000);
}

TEST_CASE("shard: actors run on the shard's thread, and only there", "[base][shard][threads]") {
  running_shard home;
  lines log;
  auto there = home.there([] { return std::this_thread::get_id(); });
  std::promise<std::thread::id> seen;
  struct watcher_state {
    watcher_state(echo_actor::pointer self, std::promise<std::thread::id>& out)
      : self_(self),
        out_(out) {
      // nop
    }
    echo_actor::behavior_type make_behavior() {
      return {[this](std::int32_t x) {
        out_.set_value(std::this_thread::get_id());
        self_->quit();
        return x;
      }};
    }
    echo_actor::pointer self_;
    std::promise<std::thread::id>& out_;
  };

  auto actor = spawn_on<watcher_state, echo_actor>(*home, seen).handle;
  tell(actor, std::int32_t{1});

  CHECK(seen.get_future().get() == there);
  CHECK(home.there([&] { return home->here(); }));
  CHECK_FALSE(home->here());
}

TEST_CASE("shard: messages from several threads all arrive, each thread's in order",
          "[base][shard][threads]") {
  constexpr auto senders = 3;
  constexpr std::int32_t each = 20'000;
  running_shard home;
  std::promise<bool> in_order;
  struct counter_state {
    counter_state(echo_actor::pointer self, shard& where, std::promise<bool>& out)
      : self_(self),
        home_(where),
        out_(out) {
      // nop
    }
    echo_actor::behavior_type make_behavior() {
      return {[this](std::int32_t x) {
        auto& last = last_[static_cast<std::size_t>(x / each)];
        good_ = good_ && x % each == last++ && home_.here();
        if (++count_ == senders * each) {
          out_.set_value(good_);
          self_->quit();
        }
        return x;
      }};
    }
    echo_actor::pointer self_;
    shard& home_;
    std::promise<bool>& out_;
    std::int32_t last_[senders] = {};
    std::int32_t count_ = 0;
    bool good_ = true;
  };

  auto actor = spawn_on<counter_state, echo_actor>(*home, *home, in_order).handle;
  std::vector<std::thread> threads;
  threads.reserve(senders);
  for (auto s = 0; s < senders; ++s)
    threads.emplace_back([&actor, s] {
      for (std::int32_t i = 0; i < each; ++i)
        tell(actor, s * each + i);
    });
  for (auto& x : threads)
    x.join();

  CHECK(in_order.get_future().get());
}

TEST_CASE("shard: what was marked in a turn is flushed when it ends", "[base][shard][threads]") {
  running_shard home;
  lines out;
  std::promise<lines> flushed;
  scribbler bulk{out, "bulk", [&] { flushed.set_value(out); }};
  scribbler soon{out, "soon"};

  home->post([&] {
    home->flush_in_bulk(bulk);
    home->flush_soon(soon);
    out.push_back("marked");
  });

  CHECK(flushed.get_future().get() == lines{"marked", "soon", "bulk"});
}

TEST_CASE("shard: what throws costs itself, not the shard", "[base][shard][threads]") {
  running_shard home;
  lines out;
  std::promise<void> timer_fired;
  std::promise<void> flushed;
  timer broken_timer{[] { throw std::runtime_error{"a bug in a timer"}; }};
  timer good_timer{[&] { timer_fired.set_value(); }};
  scribbler broken_flush{out, "broken", [] { throw std::runtime_error{"a bug in a flush"}; }};
  scribbler good_flush{out, "good", [&] { flushed.set_value(); }};

  home->post([] { throw std::runtime_error{"a bug in a handler"}; });
  home->post([&] {
    home->wheel().arm(broken_timer, 1ms);
    home->wheel().arm(good_timer, 1ms);
    home->flush_soon(broken_flush);
    home->flush_soon(good_flush);
  });

  flushed.get_future().get();
  timer_fired.get_future().get();
  CHECK(out == lines{"broken", "good"});
  home.there([&] {
    CHECK_FALSE(good_timer.armed());
    return true;
  });
}

TEST_CASE("shard: actors that always have mail do not keep others waiting",
          "[base][shard][threads]") {
  running_shard home;
  struct busy_state {
    busy_state(echo_actor::pointer self, std::atomic<bool>& stop) : self_(self), stop_(stop) {
      // nop
    }
    echo_actor::behavior_type make_behavior() {
      return {[this](std::int32_t x) {
        if (stop_)
          self_->quit();
        else
          tell(echo_actor{self_}, x);
        return x;
      }};
    }
    echo_actor::pointer self_;
    std::atomic<bool>& stop_;
  };
  std::atomic<bool> stop{false};
  auto busy = spawn_on<busy_state, echo_actor>(*home, stop).handle;
  tell(busy, std::int32_t{1});

  // Both would hang if the turn had no end.
  auto posted = home.there([] { return true; });
  std::promise<void> fired;
  timer it{[&] { fired.set_value(); }};
  home.there([&] {
    home->wheel().arm(it, 1ms);
    return true;
  });
  fired.get_future().get();
  stop = true;

  CHECK(posted);
}

TEST_CASE("shard: one that waits for disks wakes others while it works", "[base][shard][threads]") {
  stepped_shards base{1, stepping::threads};
  shard slow{base.system(), 1, {.wakes_at_once = true}};
  std::promise<void> heard;
  std::promise<bool> outcome;
  struct listener_state {
    listener_state(echo_actor::pointer self, std::promise<void>& out) : self_(self), out_(out) {
      // nop
    }
    echo_actor::behavior_type make_behavior() {
      return {[this](std::int32_t x) {
        out_.set_value();
        self_->quit();
        return x;
      }};
    }
    echo_actor::pointer self_;
    std::promise<void>& out_;
  };
  struct worker_state {
    worker_state(echo_actor::pointer self, echo_actor to, std::promise<void>& heard_there,
                 std::promise<bool>& out)
      : self_(self),
        to_(std::move(to)),
        heard_(heard_there.get_future()),
        out_(out) {
      // nop
    }
    echo_actor::behavior_type make_behavior() {
      return {[this](std::int32_t x) {
        tell(to_, x);
        // A disk that takes its time.
        out_.set_value(heard_.wait_for(60s) == std::future_status::ready);
        self_->quit();
        return x;
      }};
    }
    echo_actor::pointer self_;
    echo_actor to_;
    std::future<void> heard_;
    std::promise<bool>& out_;
  };
  auto to = spawn_on<listener_state, echo_actor>(base[0], heard).handle;
  auto worker = spawn_on<worker_state, echo_actor>(slow, to, heard, outcome).handle;
  std::thread fast_thread{[&] { base[0].run(); }};
  std::thread slow_thread{[&] { slow.run(); }};

  tell(worker, std::int32_t{1});

  CHECK(outcome.get_future().get());
  slow.stop();
  base[0].stop();
  slow_thread.join();
  fast_thread.join();
}

TEST_CASE("shard: in bulk, where things gather the next ones wait until their interval is over",
          "[base][shard][threads]") {
  stepped_shards base{1, stepping::threads};
  shard home{base.system(), 1, {.bulk_interval = 1h}};
  lines out;
  std::promise<void> over;
  scribbler bulk{out, "bulk", [&] { home.post([&] { home.in_turn([] {}); }); }};
  scribbler soon{out, "soon", [&] { home.post([&] { over.set_value(); }); }};
  std::thread thread{[&] { home.run(); }};

  home.post([&] {
    home.in_turn([&] {
      home.flush_in_bulk(bulk);
      home.flush_in_bulk(bulk);
    });
    home.in_turn([&] { home.flush_in_bulk(bulk); });
    home.in_turn([&] { home.flush_soon(soon); });
  });
  over.get_future().get();
  home.stop();
  thread.join();

  CHECK(out == lines{"bulk", "soon"});
}

TEST_CASE("shard: in bulk, one thing at a time does not wait", "[base][shard][threads]") {
  stepped_shards base{1, stepping::threads};
  shard home{base.system(), 1, {.bulk_interval = 1h}};
  lines out;
  std::promise<void> over;
  scribbler bulk{out, "bulk"};
  std::thread thread{[&] { home.run(); }};

  home.post([&] {
    for (auto i = 0; i < 3; ++i)
      home.in_turn([&] { home.flush_in_bulk(bulk); });
    over.set_value();
  });
  over.get_future().get();
  home.stop();
  thread.join();

  CHECK(out == lines{"bulk", "bulk", "bulk"});
}

TEST_CASE("shard: what is marked in bulk waits for what is coming, but not for ever",
          "[base][shard][threads]") {
  constexpr auto interval = 20ms;
  stepped_shards base{1, stepping::threads};
  shard home{base.system(), 1, {.bulk_interval = interval}};
  lines out;
  std::promise<void> over;
  scribbler first{out, "first"};
  scribbler second{out, "second", [&] { over.set_value(); }};
  std::optional<shard::upcoming> never_comes;
  boost::asio::steady_timer between{home.io()};
  std::thread thread{[&] { home.run(); }};

  home.post([&] {
    between.expires_after(interval + interval / 2);
    between.async_wait([&](boost::system::error_code) { out.push_back("between"); });
    home.in_turn([&] {
      home.flush_in_bulk(first);
      home.flush_in_bulk(first);
    });
    never_comes.emplace(home);
    home.in_turn([&] { home.flush_in_bulk(second); });
  });
  over.get_future().get();
  home.stop();
  thread.join();

  CHECK(out == lines{"first", "between", "second"});
}

TEST_CASE("shard: with always something left, turns do not multiply", "[base][shard][threads]") {
  stepped_shards base{1, stepping::threads};
  shard home{base.system(), 1, {.turn = 0us, .bulk_interval = 0us}};
  // Marks itself again: there is always one to flush. A turn without time flushes 63 and goes on
  // later.
  struct restless final : flushable {
    explicit restless(shard& where) : home(where) {
      // nop
    }
    void flush() override {
      ++flushed;
      if (!done)
        home.flush_in_bulk(*this);
    }
    shard& home;
    int flushed = 0;
    bool done = false;
  } busy{home};
  auto most = 0;
  auto rounds = 0;
  std::promise<void> over;
  std::function<void()> round = [&] {
    most = std::max(most, std::exchange(busy.flushed, 0));
    home.in_turn([&] { home.flush_in_bulk(busy); });
    if (++rounds < 100)
      return home.post(round);
    busy.done = true;
    over.set_value();
  };
  std::thread thread{[&] { home.run(); }};

  home.post(round);
  over.get_future().get();
  home.stop();
  thread.join();

  CHECK(rounds == 100);
  CHECK(most <= 4 * 64);
}

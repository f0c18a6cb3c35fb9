// Clients that stop reading while their room goes on: they cost the server their budget at most,
// nobody else notices, and when they read on they have missed nothing.
#include "tests/support/scratch_file.hpp"
#include "tests/support/swarm.hpp"
#include "tests/support/test_server.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

using namespace salon::testing;

namespace {

using clock = std::chrono::steady_clock;
using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;
using who = std::size_t;

constexpr std::size_t mib = 1024 * 1024;
constexpr std::size_t sleepers_count = 300;
constexpr std::size_t readers_count = 10;
constexpr std::size_t publishers_count = 4;

constexpr auto budget = "256KiB";
constexpr std::size_t budget_bytes = 256 * 1024;

// Of each line, so that text clients have something to read, too.
constexpr std::size_t padding = 200;

// What the server may take besides: what the room keeps of what was said meanwhile, and what its
// parts need to turn over so much.
constexpr std::size_t constant_bytes = 32 * mib;

seconds nap() {
  const auto* wanted = std::getenv("SALON_NAP_SECONDS");
  return seconds{wanted ? std::atoi(wanted) : 8};
}

// Says lines at a steady rate, whatever else happens.
class rate {
public:
  rate(swarm& crowd, std::vector<who> speakers, std::uint32_t in_a_second)
    : crowd_(crowd),
      speakers_(std::move(speakers)),
      in_a_second_(in_a_second) {
    // nop
  }

  void go_on() {
    auto due = duration_cast<milliseconds>(clock::now() - start_).count() * in_a_second_ / 1000;
    for (; said_ < due; ++said_)
      crowd_.say(speakers_[static_cast<std::size_t>(said_) % speakers_.size()], padding);
  }

private:
  swarm& crowd_;
  std::vector<who> speakers_;
  std::int64_t in_a_second_;
  std::int64_t said_ = 0;
  clock::time_point start_ = clock::now();
};

// Talks to itself in the room, and takes the time.
class stopwatch {
public:
  stopwatch(swarm& crowd, who speaker) : crowd_(crowd), speaker_(speaker) {
    // nop
  }

  void go_on() {
    if (crowd_.heard_own(speaker_) < crowd_.said(speaker_))
      return;
    auto now = clock::now();
    if (std::exchange(is_running_, false))
      rounds_.push_back(duration_cast<microseconds>(now - start_));
    if (now < start_ + milliseconds{10})
      return;
    is_running_ = true;
    start_ = now;
    crowd_.say(speaker_, padding);
  }

  microseconds median() {
    if (rounds_.empty())
      return microseconds::max();
    auto middle = rounds_.begin() + static_cast<std::ptrdiff_t>(rounds_.size() / 2);
    std::nth_element(rounds_.begin(), middle, rounds_.end());
    return *middle;
  }

private:
  swarm& crowd_;
  who speaker_;
  bool is_running_ = false;
  clock::time_point start_;
  std::vector<microseconds> rounds_;
};

class scene {
public:
  explicit scene(test_server& server) : server_(server), crowd_(server.port()) {
    readers_ = enter(readers_count, [](who) { return swarm::language::json; });
    publishers_ = enter(publishers_count, [](who) { return swarm::language::publisher; });
  }

  /// Every third is a text client.
  void let_sleepers_in() {
    sleepers_ = enter(
      sleepers_count,
      [](who x) { return x % 3 == 0 ? swarm::language::text : swarm::language::json; }, 16 * 1024);
    entered_at_ = said();
    for (auto each : sleepers_)
      crowd_.stop_reading(each);
  }

  /// How long it takes a reader to hear itself, when a thousand lines are said each second.
  microseconds talk(std::chrono::milliseconds how_long) {
    rate lines{crowd_, publishers_, 1'000};
    stopwatch watch{crowd_, readers_.front()};
    auto now = clock::now();
    for (auto end = now + how_long; now < end; now = clock::now()) {
      lines.go_on();
      watch.go_on();
      crowd_.run_once(milliseconds{1});
      look_at_memory(now);
    }
    return watch.median();
  }

  std::size_t memory_grown_by() const {
    return most_memory_ - std::min(memory_before_, most_memory_);
  }

  void count_memory_from_here() {
    memory_before_ = most_memory_ = server_.process().resident_bytes();
  }

  /// While the room goes on, if not as fast.
  void wake_all() {
    for (auto each : sleepers_)
      crowd_.read_on(each);
    rate lines{crowd_, publishers_, 100};
    for (auto end = clock::now() + patience; clock::now() < end;) {
      lines.go_on();
      crowd_.run_once(milliseconds{1});
      if (next_look_ < clock::now()) {
        next_look_ = clock::now() + seconds{1};
        if (server_.metric("salon_lagging_subscriptions") == 0)
          break;
      }
    }
    crowd_.run_until(
      [&] { return heard_all(readers_, said()) && heard_all(sleepers_, said() - entered_at_); });
  }

  void check_order() const {
    room_order order{crowd_.heard(readers_.front())};
    CHECK(order.flaw() == room_order::flawless);
    for (auto each : readers_)
      CHECK(order.flaw_of(crowd_.heard(each), true) == room_order::flawless);
    for (auto each : sleepers_)
      CHECK(order.flaw_of(crowd_.heard(each), false) == room_order::flawless);
  }

  std::size_t said() const {
    std::size_t all = crowd_.said(readers_.front());
    for (auto each : publishers_)
      all += crowd_.said(each);
    return all;
  }

private:
  template <class Language>
  std::vector<who> enter(std::size_t count, Language language, int receive_buffer = 0) {
    std::vector<who> all;
    for (who x = 0; x < count; ++x)
      all.push_back(crowd_.enter("hall", language(x), receive_buffer));
    crowd_.run_until(
      [&] { return std::all_of(all.begin(), all.end(), [&](who x) { return crowd_.is_in(x); }); });
    return all;
  }

  bool heard_all(const std::vector<who>& members, std::size_t lines) const {
    return std::all_of(members.begin(), members.end(),
                       [&](who x) { return crowd_.heard(x).size() >= lines; });
  }

  void look_at_memory(clock::time_point now) {
    if (now < next_look_)
      return;
    next_look_ = now + milliseconds{100};
    most_memory_ = std::max(most_memory_, server_.process().resident_bytes());
  }

  test_server& server_;
  swarm crowd_;
  std::vector<who> readers_;
  std::vector<who> publishers_;
  std::vector<who> sleepers_;
  std::size_t entered_at_ = 0;
  std::size_t memory_before_ = 0;
  std::size_t most_memory_ = 0;
  clock::time_point next_look_;
};

} // namespace

TEST_CASE("slow readers: 300 clients that stop reading cost their budget at most, and then miss "
          "nothing",
          "[sockets][slow_readers][.slow][serial]") {
  scratch_file place{"", "rooms.db"};
  test_server server{{"--store-path", place.folder() + "/store.db", "--client-queue-max-size",
                      budget, "--client-reply-bytes-max", "64KiB", "--client-send-buffer", "64KiB",
                      "--client-ping-interval", "1h", "--defaults-history-size", "1000000",
                      "--defaults-history-bytes-max", "256MiB"}};
  scene hall{server};
  auto before = hall.talk(seconds{2});
  hall.let_sleepers_in();
  hall.count_memory_from_here();

  // Until all outboxes are full, 300 more are delivered to; then it is as if they were not there.
  auto filling = hall.talk(nap() / 2);
  CHECK(server.metric("salon_subscriptions_demoted_total") == sleepers_count);
  auto meanwhile = hall.talk(nap() / 2);
  auto grown = hall.memory_grown_by();
  hall.wake_all();

  INFO("a round took " << before.count() << " us, " << filling.count() << " us while they fell "
                       << "behind, " << meanwhile.count() << " us while they slept; " << grown / mib
                       << " MiB more; " << hall.said() << " lines");
  CHECK(meanwhile <= 2 * before + milliseconds{20});
  CHECK(grown < sleepers_count * budget_bytes + constant_bytes);
  CHECK(server.metric("salon_subscriptions_demoted_total") == sleepers_count);
  CHECK(server.metric("salon_subscriptions_caught_up_total") == sleepers_count);
  CHECK(server.metric("salon_subscriptions_expired_total") == 0);
  CHECK(server.metric("salon_slow_clients_total") == 0);
  hall.check_order();
}

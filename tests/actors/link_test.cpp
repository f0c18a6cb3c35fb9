#include "actors/link.hpp"
#include "tests/actors/link_fixture.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace salon;
using namespace salon::test;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

/// A pair that is open.
struct open_pair : link_pair {
  explicit open_pair(const link_options& options = {}) : link_pair(options) {
    run();
  }
};

link_options small() {
  link_options result;
  result.queue_bytes_max = 20'000;
  result.window_bytes = 4'000;
  result.message_bytes_max = 2'000;
  result.batch_events_max = 4;
  result.batch_bytes_max = 1'000;
  return result;
}

data_frame opened(const std::string& frame) {
  return std::get<data_frame>(decode_frame(frame).value());
}

std::size_t size_of(const std::vector<std::string>& frames) {
  std::size_t result = 0;
  for (const auto& x : frames)
    result += x.size();
  return result;
}

} // namespace

TEST_CASE("link: it is open when each knows the other's epoch", "[actors][link]") {
  link_pair pair;
  auto& [now, a, b] = pair;

  auto first = a.frames(now);
  b.take(first.at(0), now);
  CHECK(b.it.standing() == link::state::greeting);
  auto answer = b.frames(now);
  a.take(answer.at(0), now);
  CHECK(a.it.standing() == link::state::open);
  pair.run();

  CHECK(first.size() == 1);
  CHECK(answer.size() == 1);
  CHECK(b.it.standing() == link::state::open);
  CHECK(a.it.peer().self == hello_of("b", 200).self);
  CHECK(b.it.peer().epoch == 100);
  CHECK(a.it.version() == 1);
}

TEST_CASE("link: the highest version that both speak is used", "[actors][link]") {
  auto now = link_time{};
  auto older = hello_of("older", 1);
  auto newer = hello_of("newer", 2);
  older.version_max = 3;
  newer.version_min = 2;
  newer.version_max = 5;
  salon::link a{{}, older, now};
  salon::link b{{}, newer, now};
  std::vector<link_event> events;

  b.take(*a.next(now), now, events);
  a.take(*b.next(now), now, events);
  b.take(*a.next(now), now, events);

  CHECK(a.standing() == link::state::open);
  CHECK(b.standing() == link::state::open);
  CHECK(a.version() == 3);
  CHECK(b.version() == 3);
}

TEST_CASE("link: without a common version both break and say which they speak", "[actors][link]") {
  auto now = link_time{};
  auto newer = hello_of("newer", 2);
  newer.version_min = 2;
  newer.version_max = 3;
  link_end a{{}, hello_of("older", 1), now};
  link_end b{{}, newer, now};

  for (auto i = 0; i < 3; ++i) {
    for (const auto& x : a.frames(now))
      b.take(x, now);
    for (const auto& x : b.frames(now))
      a.take(x, now);
  }

  CHECK(a.it.standing() == link::state::broken);
  CHECK(b.it.standing() == link::state::broken);
  CHECK_THAT(a.it.why(),
             ContainsSubstring("this node speaks version 1, newer speaks versions 2 to 3"));
  CHECK_THAT(b.it.why(),
             ContainsSubstring("this node speaks versions 2 to 3, older speaks version 1"));
}

TEST_CASE("link: events arrive once and in order, those from before it was open too",
          "[actors][link]") {
  link_pair pair;

  pair.a.post();
  pair.run();
  for (auto i = 0; i < 2'000; ++i) {
    pair.a.post();
    pair.b.post();
  }
  pair.run();

  CHECK(pair.b.came == up_to(2'001));
  CHECK(pair.a.came == up_to(2'000));
}

TEST_CASE("link: a frame has so many events and bytes, and no more join", "[actors][link]") {
  open_pair pair{small()};
  auto& [now, a, b] = static_cast<link_pair&>(pair);

  for (auto i = 0; i < 6; ++i)
    a.post();
  auto by_count = a.frames(now);
  for (auto i = 0; i < 4; ++i)
    a.post(400);
  auto by_bytes = a.frames(now);

  REQUIRE(by_count.size() == 2);
  CHECK(opened(by_count[0]).events.size() == 4);
  CHECK(opened(by_count[1]).events.size() == 2);
  REQUIRE(by_bytes.size() == 2);
  CHECK(opened(by_bytes[0]).events.size() == 3);
  CHECK(opened(by_bytes[1]).events.size() == 1);
}

TEST_CASE("link: a frame of many events is within the limit of one", "[actors][link]") {
  open_pair pair{small()};

  pair.a.post(900);
  pair.a.post(1'500);
  auto frames = pair.a.frames(pair.now);

  REQUIRE(frames.size() == 2);
  CHECK(opened(frames[0]).events.size() == 1);
}

TEST_CASE("link: no more than a window is under way, and acknowledgements let it go on",
          "[actors][link]") {
  open_pair pair{small()};
  auto& [now, a, b] = static_cast<link_pair&>(pair);
  for (auto i = 0; i < 12; ++i)
    a.post(900);

  auto first = a.frames(now);
  CHECK(size_of(first) <= 4'000);
  CHECK(first.size() == 2);
  CHECK(a.frames(now).empty());
  for (const auto& x : first)
    b.take(x, now);
  pair.run();

  CHECK(b.came == up_to(12));
  pair.advance(100ms);
  CHECK(a.it.queued_bytes() == 0);
}

TEST_CASE("link: the smaller window of the two counts", "[actors][link]") {
  link_pair pair{{}, small()};
  auto& [now, a, b] = pair;
  pair.run();

  for (auto i = 0; i < 12; ++i)
    a.post(900);

  CHECK(size_of(a.frames(now)) <= 4'000);
}

TEST_CASE("link: a message that is larger than the window goes alone", "[actors][link]") {
  auto options = small();
  options.window_bytes = 500;
  open_pair pair{options};
  auto& [now, a, b] = static_cast<link_pair&>(pair);
  for (auto i = 0; i < 5; ++i)
    a.post(1'500);

  auto first = a.frames(now);
  CHECK(first.size() == 1);
  b.take(first.at(0), now);
  pair.run();

  CHECK(b.came == up_to(5));
}

TEST_CASE("link: an acknowledgement goes along with events", "[actors][link]") {
  open_pair pair;
  auto& [now, a, b] = static_cast<link_pair&>(pair);

  a.post();
  auto frame = a.frames(now).at(0);
  b.take(frame, now);
  CHECK(b.frames(now).empty());
  b.post();
  auto answer = b.frames(now);

  REQUIRE(answer.size() == 1);
  CHECK(opened(answer[0]).acknowledged == opened(frame).number);
  CHECK(opened(answer[0]).events.size() == 1);
}

TEST_CASE("link: an acknowledgement does not wait for long, nor for a second half of the window",
          "[actors][link]") {
  open_pair pair{small()};
  auto& [now, a, b] = static_cast<link_pair&>(pair);

  a.post(900);
  b.take(a.frames(now).at(0), now);
  CHECK(b.frames(now).empty());
  CHECK(b.frames(now + link::acknowledgement_delay).size() == 1);
  CHECK(b.frames(now + link::acknowledgement_delay).empty());
  for (auto i = 0; i < 3; ++i)
    a.post(900);
  for (const auto& x : a.frames(now))
    b.take(x, now);

  CHECK(b.frames(now).size() == 1);
}

TEST_CASE("link: who has nothing to say sends a heartbeat, and nothing in between",
          "[actors][link]") {
  open_pair pair;
  auto& [now, a, b] = static_cast<link_pair&>(pair);

  CHECK(a.frames(now + 999ms).empty());
  CHECK(a.frames(now + 1s).size() == 1);
  CHECK(a.frames(now + 1999ms).empty());
  CHECK(a.frames(now + 2s).size() == 1);
}

TEST_CASE("link: two that have nothing to say stay together", "[actors][link]") {
  open_pair pair;

  pair.advance(1min);

  CHECK(pair.a.it.standing() == link::state::open);
  CHECK(pair.b.it.standing() == link::state::open);
  CHECK(pair.a.it.silence(pair.now) <= 1s);
}

TEST_CASE("link: a peer that is silent for the failure timeout is down", "[actors][link]") {
  open_pair pair;
  auto& a = pair.a.it;

  a.check(pair.now + 4999ms);
  CHECK(a.standing() == link::state::open);
  CHECK(a.silence(pair.now + 4999ms) == 4999ms);
  a.check(pair.now + 5s);

  CHECK(a.standing() == link::state::broken);
  CHECK_THAT(a.why(), ContainsSubstring("nothing came from b for 5 s"));
}

TEST_CASE("link: a peer that does not introduce itself in time is down", "[actors][link]") {
  link_pair pair;

  pair.a.it.check(pair.now + 4999ms);
  CHECK(pair.a.it.standing() == link::state::greeting);
  pair.a.it.check(pair.now + 5s);

  CHECK(pair.a.it.standing() == link::state::broken);
  CHECK_THAT(pair.a.it.why(), ContainsSubstring("within 5 s"));
}

TEST_CASE("link: a lost frame breaks it, and nothing behind the gap is delivered",
          "[actors][link]") {
  open_pair pair;
  auto& [now, a, b] = static_cast<link_pair&>(pair);

  a.post();
  b.take(a.frames(now).at(0), now);
  a.post();
  a.frames(now);
  a.post();
  b.take(a.frames(now).at(0), now);

  CHECK(b.came == up_to(1));
  CHECK(b.it.standing() == link::state::broken);
  CHECK_THAT(b.it.why(), ContainsSubstring("got lost on the way from a"));
}

TEST_CASE("link: the loss of the last frame is noticed by the next heartbeat", "[actors][link]") {
  open_pair pair;
  auto& [now, a, b] = static_cast<link_pair&>(pair);

  a.post();
  a.frames(now);
  b.take(a.frames(now + 1s).at(0), now + 1s);

  CHECK(b.it.standing() == link::state::broken);
}

TEST_CASE("link: a frame that comes twice breaks it", "[actors][link]") {
  open_pair pair;
  auto& [now, a, b] = static_cast<link_pair&>(pair);

  a.post();
  auto frame = a.frames(now).at(0);
  b.take(frame, now);
  b.take(frame, now);

  CHECK(b.came == up_to(1));
  CHECK(b.it.standing() == link::state::broken);
  CHECK_THAT(b.it.why(), ContainsSubstring("came twice or late from a"));
}

TEST_CASE("link: what overtakes the hello breaks it", "[actors][link]") {
  link_pair pair;
  auto& [now, a, b] = pair;
  a.take(b.frames(now).at(0), now);
  auto hello = a.frames(now).at(0);
  b.take(hello, now);
  a.take(b.frames(now).at(0), now);
  a.post();
  auto frame = a.frames(now).at(0);

  link_end late{{}, hello_of("b", 200), now};
  late.take(frame, now);

  CHECK(late.it.standing() == link::state::broken);
  CHECK(late.came.empty());
}

TEST_CASE("link: a message over the limit breaks it at whoever posts it", "[actors][link]") {
  open_pair pair{small()};

  pair.a.post(1'900);
  CHECK(pair.a.it.standing() == link::state::open);
  pair.a.post(2'000);

  CHECK(pair.a.it.standing() == link::state::broken);
  CHECK_THAT(pair.a.it.why(), ContainsSubstring("over the limit of 2000"));
}

TEST_CASE("link: a frame over the limit breaks it at whoever takes it", "[actors][link]") {
  auto smaller = small();
  smaller.message_bytes_max = 1'000;
  link_pair pair{small(), smaller};
  pair.run();

  pair.a.post(1'500);
  pair.run();

  CHECK(pair.b.it.standing() == link::state::broken);
  CHECK(pair.b.came.empty());
  CHECK_THAT(pair.b.it.why(), ContainsSubstring("over the limit of 1000"));
}

TEST_CASE("link: a queue that is full breaks it and is given back", "[actors][link]") {
  open_pair pair{small()};
  auto& [now, a, b] = static_cast<link_pair&>(pair);

  std::size_t most = 0;
  while (a.it.standing() == link::state::open && a.posted < 1'000) {
    a.post(100);
    a.frames(now);
    most = std::max(most, a.it.queued_bytes());
  }

  CHECK(a.it.standing() == link::state::broken);
  CHECK(most <= 20'000);
  CHECK(most > 19'000);
  CHECK(a.it.queued_bytes() == 0);
  CHECK_THAT(a.it.why(), ContainsSubstring("b does not keep up"));
}

TEST_CASE("link: what is left of an earlier link neither opens nor breaks a new one",
          "[actors][link]") {
  // Epochs are in no order.
  auto epoch = GENERATE(99u, 101u);
  link_pair earlier;
  auto now = earlier.now;
  auto left = earlier.b.frames(now);
  earlier.a.take(left.at(0), now);
  auto hello = earlier.a.frames(now).at(0);
  earlier.b.take(hello, now);
  for (auto& x : earlier.b.frames(now))
    left.push_back(std::move(x));
  earlier.b.post();
  for (auto& x : earlier.b.frames(now))
    left.push_back(std::move(x));
  REQUIRE(left.size() == 3);
  link_end a{{}, hello_of("a", epoch), now};
  link_end b{{}, hello_of("b", epoch + 100), now};
  auto say_old = [&] {
    for (const auto& x : left)
      a.take(x, now);
  };

  say_old();
  for (auto i = 0; i < 3; ++i) {
    for (const auto& x : a.frames(now))
      b.take(x, now);
    say_old();
    for (const auto& x : b.frames(now)) {
      a.take(x, now);
      say_old();
    }
    b.post();
  }

  CHECK(a.it.standing() == link::state::open);
  CHECK(a.it.peer().epoch == epoch + 100);
  CHECK(b.it.standing() == link::state::open);
  CHECK(a.came == up_to(2));
}

TEST_CASE("link: frames of other links are dropped, and no sign of life", "[actors][link]") {
  auto other = GENERATE(encode(data_frame{199, 100, 1, 0, {encode(numbered(1))}}),
                        encode(data_frame{201, 100, 1, 0, {encode(numbered(1))}}),
                        encode(data_frame{200, 99, 1, 0, {encode(numbered(1))}}),
                        encode(data_frame{200, 101, 1, 0, {encode(numbered(1))}}),
                        encode(greeting_frame{hello_of("b", 199), 0}),
                        encode(greeting_frame{hello_of("b", 201), 100}));
  open_pair pair;
  auto& [now, a, b] = static_cast<link_pair&>(pair);

  a.take(other, now + 4s);
  CHECK(a.it.standing() == link::state::open);
  CHECK(a.it.peer().epoch == 200);
  CHECK(a.came.empty());
  a.it.check(now + 5s);

  CHECK(a.it.standing() == link::state::broken);
}

TEST_CASE("link: what is no frame, no event or no truth breaks it", "[actors][link]") {
  auto wrong
    = GENERATE(std::string{}, std::string{"\xff"}, encode(data_frame{200, 100, 1, 0, {""}}),
               encode(data_frame{200, 100, 1, 99, {}}));
  open_pair pair;

  pair.a.take(wrong, pair.now);

  CHECK(pair.a.it.standing() == link::state::broken);
  CHECK_FALSE(pair.a.it.why().empty());
  CHECK(pair.a.came.empty());
}

TEST_CASE("link: one that broke stays so, says nothing and keeps nothing", "[actors][link]") {
  open_pair pair;
  auto& [now, a, b] = static_cast<link_pair&>(pair);
  a.post();
  auto frame = b.it.next(now + 1s);
  a.it.check(now + 5s);
  auto why = a.it.why();

  a.post();
  a.take(frame.value(), now + 5s);
  a.it.check(now + 20s);

  CHECK(a.it.standing() == link::state::broken);
  CHECK(a.it.why() == why);
  CHECK(a.frames(now + 20s).empty());
  CHECK(a.it.queued_bytes() == 0);
}

#pragma once

#include "actors/link.hpp"

#include <deque>
#include <string>
#include <vector>

namespace salon::test {

using link_time = link::time_point;

/// A hello that differs from others' by name and epoch.
inline link_hello hello_of(const std::string& name, std::uint64_t epoch) {
  link_hello result;
  result.self.name = name;
  result.self.life.bytes[0] = static_cast<std::uint8_t>(name.front());
  result.epoch = epoch;
  return result;
}

/// An event that is known by its number.
inline link_event numbered(std::uint64_t number, std::size_t bytes = 1) {
  link_event result;
  result.number = number;
  result.what = link_event::between_nodes{rooms_ask{number, std::string(bytes, 'x'), 1}};
  return result;
}

using numbers = std::vector<std::uint64_t>;

inline numbers up_to(std::uint64_t last, std::uint64_t first = 1) {
  numbers result;
  for (auto i = first; i <= last; ++i)
    result.push_back(i);
  return result;
}

/// One end of a link, and what came out of it.
class link_end {
public:
  link_end(const link_options& options, link_hello mine, link_time now)
    : it(options, std::move(mine), now) {
    // nop
  }

  void post(std::size_t bytes = 1) {
    it.post(numbered(++posted, bytes));
  }

  void take(const std::string& frame, link_time now) {
    std::vector<link_event> events;
    it.take(frame, now, events);
    for (const auto& x : events)
      came.push_back(x.number);
  }

  std::vector<std::string> frames(link_time now) {
    std::vector<std::string> result;
    while (auto frame = it.next(now))
      result.push_back(std::move(*frame));
    return result;
  }

  link it;
  std::uint64_t posted = 0;
  numbers came;
};

/// Two ends, and a way between them that is perfect.
class link_pair {
public:
  explicit link_pair(const link_options& options = {}) : link_pair(options, options) {
    // nop
  }

  link_pair(const link_options& of_a, const link_options& of_b)
    : a(of_a, hello_of("a", 100), now),
      b(of_b, hello_of("b", 200), now) {
    // nop
  }

  /// Until both are quiet.
  void run() {
    for (auto quiet = false; !quiet;) {
      auto from_a = a.frames(now);
      auto from_b = b.frames(now);
      for (const auto& x : from_a)
        b.take(x, now);
      for (const auto& x : from_b)
        a.take(x, now);
      quiet = from_a.empty() && from_b.empty();
    }
  }

  /// Lets time pass in ticks.
  void advance(timer_wheel::duration by) {
    for (auto until = now + by; now < until;) {
      now += timer_wheel::tick;
      run();
      a.it.check(now);
      b.it.check(now);
    }
  }

  link_time now{};
  link_end a;
  link_end b;
};

} // namespace salon::test

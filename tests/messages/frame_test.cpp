#include "messages/frame.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <string>
#include <thread>
#include <vector>

using salon::frame;

namespace {

/// Reads the header as RFC 6455, 5.2 describes it; returns the payload's length.
std::uint64_t length_in(std::string_view wire, std::size_t& header) {
  auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(wire.at(i)); };
  std::size_t extra = byte(1) == 126 ? 2 : byte(1) == 127 ? 8 : 0;
  header = 2 + extra;
  if (extra == 0)
    return byte(1);
  std::uint64_t result = 0;
  for (std::size_t i = 2; i < header; ++i)
    result = result << 8u | byte(i);
  return result;
}

} // namespace

TEST_CASE("frame: a payload of any length is framed with the shortest header",
          "[messages][frame]") {
  auto length = GENERATE(std::size_t{0}, 1, 125, 126, 127, 65'535, 65'536, 100'000);
  std::string payload(length, 'x');

  auto made = frame::text(payload);

  std::size_t header = 0;
  CHECK(length_in(made.wire(), header) == length);
  CHECK(header == (length < 126 ? 2u : length < 65'536 ? 4u : 10u));
  CHECK(static_cast<std::uint8_t>(made.wire()[0]) == 0x81);
  CHECK(made.wire().substr(header) == payload);
  CHECK(made.payload() == payload);
  CHECK(made.line() == payload + '\n');
  CHECK(made.size() == length);
}

TEST_CASE("frame: copies share the bytes and outlive the first", "[messages][frame]") {
  auto first = frame::text("hello");
  auto second = first;
  CHECK(second.payload().data() == first.payload().data());

  first = frame{};

  CHECK_FALSE(first);
  REQUIRE(second);
  CHECK(second.payload() == "hello");
}

TEST_CASE("frame: an empty reference has nothing in it", "[messages][frame]") {
  frame none;

  CHECK_FALSE(none);
  CHECK(none.size() == 0);
  CHECK(none.payload().empty());
}

TEST_CASE("frame: moving leaves nothing behind", "[messages][frame]") {
  auto from = frame::text("hello");

  auto to = std::move(from);

  CHECK_FALSE(from); // NOLINT(bugprone-use-after-move): this is what is tested
  CHECK(to.payload() == "hello");
}

TEST_CASE("frame: threads may copy and drop the same frame", "[messages][frame]") {
  auto shared = frame::text("hello");

  std::vector<std::size_t> sizes(4);
  std::vector<std::thread> threads;
  threads.reserve(sizes.size());
  for (auto& size : sizes)
    threads.emplace_back([&size, mine = shared] {
      for (int i = 0; i < 1000; ++i) {
        auto copy = mine;
        auto moved = std::move(copy);
        size += moved.size();
      }
    });
  for (auto& thread : threads)
    thread.join();

  CHECK(sizes == std::vector<std::size_t>(4, 5000));
  CHECK(shared.payload() == "hello");
}

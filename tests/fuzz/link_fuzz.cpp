// Any bytes from another node: they are read or refused, what was read can be passed on, and a link
// that gets them goes on or breaks with a sentence.
#include "actors/link.hpp"
#include "messages/link_codec.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace salon;

void expect(bool holds, const char* promise) {
  if (holds)
    return;
  std::fprintf(stderr, "broken: %s\n", promise);
  std::abort();
}

void check_event(std::string_view bytes) {
  auto event = decode_event(bytes);
  if (!event)
    return;
  auto said = encode(*event);
  auto again = decode_event(said);
  expect(again.has_value(), "an event that was read can be read again");
  expect(encode(*again) == said, "an event says the same the second time");
}

void check_frame(std::string_view bytes) {
  auto frame = decode_frame(bytes);
  if (!frame)
    return;
  auto said = std::visit([](const auto& x) { return encode(x); }, *frame);
  expect(decode_frame(said) == *frame, "a frame says the same the second time");
}

link_hello hello_of(const std::string& name, std::uint64_t epoch) {
  link_hello result;
  result.self.name = name;
  result.epoch = epoch;
  return result;
}

void check_link(std::string_view bytes, bool is_open) {
  std::vector<link_event> events;
  salon::link one({}, hello_of("one", 1'000), {});
  if (is_open)
    one.take(encode(greeting_frame{hello_of("other", 1'000), 1'000}), {}, events);

  one.take(bytes, {}, events);
  one.check({});

  using state = decltype(one.standing());
  expect((one.standing() == state::broken) == !one.why().empty(), "a link that broke says why");
  expect(one.standing() == state::open || events.empty() || !one.why().empty(),
         "nothing is delivered before the hellos");
  for (auto i = 0; one.next({}); ++i)
    expect(i < 3, "a link that got one frame has little to say");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes{reinterpret_cast<const char*>(data), size};
  check_event(bytes);
  check_frame(bytes);
  check_link(bytes, false);
  check_link(bytes, true);
  // What comes in the next frame of an open link.
  check_link(encode(data_frame{1'000, 1'000, 1, 0, {std::string{bytes}}}), true);
  return 0;
}

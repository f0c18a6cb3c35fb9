#include "messages/link_codec.hpp"
#include "tests/support/any_value.hpp"

#include <catch2/catch_test_macros.hpp>

#include <memory>

using namespace salon;
using salon::test::any_value;
using salon::test::same;

namespace {

/// Draws an event of each kind, `times` times, and shows it.
template <class Group, class Look>
void draw_each(any_value& values, int times, Look look) {
  for (std::size_t kind = 0; kind < std::variant_size_v<Group>; ++kind)
    for (auto i = 0; i < times; ++i) {
      link_event event;
      values.fill(event.attachment);
      values.fill(event.number);
      values.fill(event.is_last);
      values.fill_alternative(event.what.emplace<Group>(), kind);
      look(event);
    }
}

template <class Look>
void draw_all(std::uint32_t seed, int times, Look look) {
  any_value values{seed};
  draw_each<link_event::between_nodes>(values, times, look);
  draw_each<link_event::to_home>(values, times, look);
  draw_each<link_event::to_relay>(values, times, look);
}

template <class Group, class Kind>
link_event event_of(Kind what) {
  link_event result;
  result.what.emplace<Group>(std::move(what));
  return result;
}

template <class Group, class Kind>
Kind sent(Kind what) {
  auto came = decode_event(encode(event_of<Group>(std::move(what))));
  REQUIRE(came);
  return std::get<Kind>(std::get<Group>(came->what));
}

using home = link_event::to_home;
using relay = link_event::to_relay;
using nodes = link_event::between_nodes;

} // namespace

TEST_CASE("link codec: whatever is said comes across, member by member", "[messages][link_codec]") {
  auto kinds = 0;

  draw_all(1, 40, [&kinds](const link_event& event) {
    auto came = decode_event(encode(event));
    REQUIRE(came);
    REQUIRE(same(event, *came));
    ++kinds;
  });

  CHECK(kinds == 33 * 40);
}

TEST_CASE("link codec: what is not set comes across as that", "[messages][link_codec]") {
  auto order = std::make_shared<publish_order>();
  order->data = "{}";
  CHECK(sent<home, publish_order_ptr>(order)->from == nullptr);
  CHECK(sent<nodes>(rpc_ask{}).call.who == nullptr);
  CHECK_FALSE(sent<home>(read_history{}).since);
  CHECK(sent<home>(read_history{1, -1, stream_position{}, false}).since == stream_position{});
  CHECK(std::get<errc>(sent<relay>(answered{}).what) == errc::none);
  CHECK(sent<nodes>(node_report{}).known.empty());
}

TEST_CASE("link codec: a broadcast crosses without the clients' frames", "[messages][link_codec]") {
  auto pub = std::make_shared<publication>();
  pub->data = std::string{"\0\xff not UTF-8\n", 13};
  auto json = frame::text(std::string(1000, 'x'));

  auto bytes = encode(event_of<relay>(broadcast{"lobby", 7, pub, json, json, 3, "abcd"}));
  auto came = decode_event(bytes);

  CHECK(bytes.size() < 100);
  REQUIRE(came);
  const auto& what = std::get<broadcast>(std::get<relay>(came->what));
  CHECK(what.pub->data == pub->data);
  CHECK_FALSE(what.json);
  CHECK_FALSE(what.text);
}

TEST_CASE("link codec: an event that ends early, and any flipped bit, is read or refused",
          "[messages][link_codec]") {
  draw_all(2, 3, [](const link_event& event) {
    auto bytes = encode(event);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      // What is read can be said again: nothing in it is out of range or missing.
      if (auto came = decode_event(std::string_view{bytes}.substr(0, i)))
        REQUIRE(decode_event(encode(*came)));
      auto flipped = bytes;
      flipped[i] = static_cast<char>(flipped[i] ^ (1 << (i % 8)));
      if (auto came = decode_event(flipped))
        REQUIRE(decode_event(encode(*came)));
    }
  });
}

TEST_CASE("link codec: what is no event is refused", "[messages][link_codec]") {
  using namespace std::string_literals;
  auto event = [](const std::string& bytes) { return decode_event(bytes).has_value(); };

  CHECK_FALSE(event(""));                     // No kind.
  CHECK_FALSE(event("\x08\x07"));             // An attachment, and no kind.
  CHECK_FALSE(event("\xa2\x3f\x00"s));        // A kind of another version.
  CHECK_FALSE(event("\xff\xff"));             // No message.
  CHECK_FALSE(event("\x22\x00"s));            // A broadcast without a publication.
  CHECK_FALSE(event("\x42\x00"s));            // A join of nobody.
  CHECK_FALSE(event("\x42\x02\x12\x00"s));    // Of somebody without an id.
  CHECK_FALSE(event("\x62\x03\x0a\x01x"s));   // A leave by an id of one byte.
  CHECK_FALSE(event("\xa2\x01\x00"s));        // An attach to no room.
  CHECK_FALSE(event("\x2a\x02\x10\x02"));     // A publish of unknown content.
  CHECK_FALSE(event("\x5a\x02\x18\x63"));     // An answer with the error 99.
  CHECK_FALSE(event("\x3a\x00"s));            // An answer to nothing.
  CHECK_FALSE(event("\xf2\x01\x02\x08\x04")); // An unknown outcome.
  CHECK_FALSE(event("\xf2\x01\x0b\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")); // A negative one.
  CHECK(event("\x2a\x02\x10\x01"));
  CHECK(event("\x5a\x02\x18\x64"));
}

TEST_CASE("link codec: what a later version adds to an event is skipped",
          "[messages][link_codec]") {
  auto bytes = encode(event_of<home>(delivered{5}));

  auto came = decode_event(bytes + "\xa0\x7d\x2a");

  REQUIRE(came);
  CHECK(std::get<delivered>(std::get<home>(came->what)).count == 5);
}

TEST_CASE("link codec: frames come across", "[messages][link_codec]") {
  node_info self{"a", client_id::random(), "host:9502", false};
  greeting_frame greeting{{1, 3, self, 17, 4096}, 16};
  data_frame data{17, 16, 8, 9, {"one", "", std::string{"\0two", 4}}};

  CHECK(decode_frame(encode(greeting)) == any_frame{greeting});
  CHECK(decode_frame(encode(data)) == any_frame{data});
  CHECK(decode_frame(encode(data_frame{1, 0, 0, 0, {}})) == any_frame{data_frame{1, 0, 0, 0, {}}});
}

TEST_CASE("link codec: what is no frame is refused", "[messages][link_codec]") {
  auto nobody = greeting_frame{{1, 1, {"", {}, "", true}, 17, 0}, 0};

  CHECK_FALSE(decode_frame(""));
  CHECK_FALSE(decode_frame("\xff"));
  CHECK_FALSE(decode_frame(encode(data_frame{})));
  CHECK_FALSE(decode_frame(encode(nobody)));
}

TEST_CASE("link codec: a frame is no larger than its events and what is allowed for",
          "[messages][link_codec]") {
  constexpr auto most = ~std::uint64_t{0};
  for (std::size_t size : {0u, 1u, 127u, 128u, 20'000u, 3'000'000u})
    for (std::size_t count : {0u, 1u, 3u}) {
      auto events = std::vector<std::string>(count, std::string(size, 'x'));
      auto bytes = encode(data_frame{most, most, most, most, events});
      CHECK(bytes.size() <= frame_overhead_bytes_max + count * (size + event_overhead_bytes_max));
    }
}

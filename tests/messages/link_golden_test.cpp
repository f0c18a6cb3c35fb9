// Nodes of different releases talk to each other: bytes of each version of the link protocol, in
// link_golden/vN.hex, keep their meaning. Lines stay as they are; a new kind of event gets a new
// one, which this test prints.
#include "messages/link_codec.hpp"
#include "tests/support/any_value.hpp"

#include <catch2/catch_test_macros.hpp>

#include <fstream>
#include <map>
#include <memory>
#include <sstream>

using namespace salon;

namespace {

using nodes = link_event::between_nodes;
using home = link_event::to_home;
using relay = link_event::to_relay;

client_id id_of(std::uint8_t first) {
  client_id result;
  for (auto& x : result.bytes)
    x = first++;
  return result;
}

client_info_ptr ana() {
  return std::make_shared<client_info>(client_info{"ana", id_of(1), R"({"a":1})", R"({"b":2})"});
}

publication_ptr said(std::uint64_t offset) {
  auto result = std::make_shared<publication>();
  result->offset = offset;
  result->time = 1'700'000'000'123;
  result->data = R"({"text":"hi"})";
  result->info = *ana();
  result->tags = {{"key", "k1"}, {"color", "red"}};
  result->key = "k1";
  return result;
}

publication_ptr removed() {
  auto result = std::make_shared<publication>();
  result->offset = 9;
  result->time = -1;
  result->type = content::text;
  result->data = "\xff";
  result->kind = publication_kind::tombstone;
  result->flags = 3;
  result->refers_to = 8;
  return result;
}

publish_order_ptr wanted() {
  auto result = std::make_shared<publish_order>();
  result->from = ana();
  result->type = content::text;
  result->data = "hi";
  result->tags = {{"key", "k1"}};
  result->key = "k1";
  result->key_is_inner = true;
  result->passing = true;
  return result;
}

const stream_position here{"epch", 41};

template <class Group, class Kind>
link_event event(Kind what, std::uint64_t attachment = 0, std::uint64_t number = 0) {
  link_event result;
  result.attachment = attachment;
  result.number = number;
  result.what.emplace<Group>(std::move(what));
  return result;
}

link_event part(link_event what) {
  what.is_last = false;
  return what;
}

/// What the lines mean.
const std::map<std::string, link_event>& meanings() {
  static const std::map<std::string, link_event> result{
    {"node_report",
     event<nodes>(node_report{{{"a", id_of(1), "a:9502", true}, {"bot", id_of(2), "", false}},
                              {id_of(1), id_of(2)},
                              true,
                              7,
                              300})},
    {"census_ask", event<nodes>(census_ask{5, "lobby", 0xfedcba9876543210})},
    {"census_answer", event<nodes>(census_answer{5, true, true, true})},
    {"rooms_ask", event<nodes>(rooms_ask{6, "chat:a", 100})},
    {"rooms_answer", event<nodes>(rooms_answer{6, {{"lobby", 3}, {"chat:b", 0}}, true})},
    {"rpc_ask", event<nodes>(rpc_ask{8, {"poll.create", R"({"q":1})", ana(), {"lobby"}}})},
    {"rpc_reply", event<nodes>(rpc_reply{8, {"{}", {404, "no such poll", true}}})},
    {"services_offered", event<nodes>(services_offered{{"poll.", "weather."}})},
    {"room_state_moved",
     event<nodes>(room_state_moved{9, "lobby", true, here, 1'700'000'000'123, {said(41)}, {"b"}})},
    {"room_state_taken", event<nodes>(room_state_taken{9, true})},
    {"control_ask", event<nodes>(control_ask{9, R"({"do":"status"})"})},
    {"control_tell", event<nodes>(control_tell{9, R"({"v":1})"})},

    {"attach", event<home>(attach{"lobby", 77}, 4)},
    {"resume_order",
     part(event<home>(resume_order{1, here, {{ana(), wire_format::text, true}}}, 4))},
    {"subscribe_order",
     event<home>(subscribe_order{2, ana(), wire_format::actor, true, true, here, true}, 4)},
    {"unsubscribe", event<home>(unsubscribe{id_of(1)}, 4)},
    {"publish_order", event<home>(wanted(), 4, 12)},
    {"read_presence", event<home>(read_presence{3, true}, 4)},
    {"read_history", event<home>(read_history{3, -1, here, true}, 4)},
    {"read_stretch", event<home>(read_stretch{3, 40, true, true}, 4)},
    {"delivered", event<home>(delivered{64}, 4)},
    {"relay_detached", event<home>(detached{true}, 4)},

    {"attach_answer",
     event<relay>(attach_answer{attach_outcome::refused, "b", errc::unknown_channel}, 4)},
    {"resumed", event<relay>(resumed{"lobby", 1, errc::internal, here, true, {said(41)}}, 4)},
    {"subscribed",
     event<relay>(subscribed{"lobby", 2, errc::not_available, here, true, {said(41)}}, 4)},
    {"broadcast", event<relay>(broadcast{"lobby", 42, said(42), {}, {}, 12, "epch"}, 4)},
    {"tombstone", event<relay>(broadcast{"lobby", 9, removed(), {}, {}, 0, ""}, 4)},
    {"member_joined", event<relay>(member_joined{"lobby", ana(), {}}, 4)},
    {"member_left", event<relay>(member_left{"lobby", ana(), {}}, 4)},
    {"answered_error", event<relay>(answered{"lobby", 12, errc::too_many_requests}, 4)},
    {"answered_position", event<relay>(answered{"lobby", 12, here}, 4)},
    {"answered_presence", event<relay>(answered{"lobby", 12, presence_page{{ana()}, 2, 1}}, 4)},
    {"answered_history", event<relay>(answered{"lobby", 12, history_page{{said(41)}, here}}, 4)},
    {"stretch",
     event<relay>(stretch{"lobby", 3, true, true, {{"lobby", 40, said(40), {}, {}, 0, ""}}}, 4)},
    {"room_top", event<relay>(room_top{"lobby", 42}, 4)},
    {"member_table", event<relay>(member_table{"lobby", {ana()}}, 4)},
    {"home_detached", event<relay>(detached{true}, 4)},
  };
  return result;
}

const any_frame hello
  = greeting_frame{{1, 1, {"a", id_of(1), "a.example:9502", true}, 1001, 2'097'152}, 1000};
const any_frame data = data_frame{1001, 1000, 3, 2, {"one", "two"}};

std::string from_hex(const std::string& text) {
  std::string result;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    result += static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16));
  return result;
}

std::string to_hex(const std::string& bytes) {
  static const char digits[] = "0123456789abcdef";
  std::string result;
  for (auto x : bytes) {
    result += digits[static_cast<unsigned char>(x) >> 4];
    result += digits[static_cast<unsigned char>(x) & 15];
  }
  return result;
}

/// The lines of a version, `NAME HEX`; # begins a comment.
std::map<std::string, std::string> lines_of(const std::string& version) {
  std::ifstream file{SALON_SOURCE_DIR "/tests/messages/link_golden/" + version + ".hex"};
  std::map<std::string, std::string> result;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words{line};
    std::string name;
    std::string hex;
    if (words >> name >> hex && name != "#")
      result[name] = from_hex(hex);
  }
  return result;
}

} // namespace

TEST_CASE("link golden: every event of version 1 means what it meant", "[messages][link_golden]") {
  auto lines = lines_of("v1");

  for (const auto& [name, meaning] : meanings()) {
    INFO(name << ' ' << to_hex(encode(meaning)));
    auto read = decode_event(lines[name]);
    CHECK((read && test::same(*read, meaning)));
  }
}

TEST_CASE("link golden: the frames of version 1 mean what they meant", "[messages][link_golden]") {
  auto lines = lines_of("v1");

  INFO("frame_hello " << to_hex(encode(std::get<greeting_frame>(hello))));
  INFO("frame_data " << to_hex(encode(std::get<data_frame>(data))));
  CHECK(decode_frame(lines["frame_hello"]) == hello);
  CHECK(decode_frame(lines["frame_data"]) == data);
}

TEST_CASE("link golden: no line is without a meaning", "[messages][link_golden]") {
  auto lines = lines_of("v1");

  for (const auto& [name, bytes] : lines) {
    INFO(name);
    CHECK((name == "frame_hello" || name == "frame_data" || meanings().count(name) == 1));
  }
  CHECK(lines.size() == meanings().size() + 2);
}

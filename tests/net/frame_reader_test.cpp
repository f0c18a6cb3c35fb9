#include "net/frame_reader.hpp"
#include "tests/net/client_frames.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

using namespace salon;
using namespace salon::testing;
using namespace std::literals;

namespace {

constexpr std::size_t limit = 65'536;

// What happened, in words that compare and print.
std::string describe(const frame_event& event) {
  auto text = [&](const char* what) { return what + std::string{event.payload}; };
  auto code = std::to_string(static_cast<int>(event.code));
  switch (event.what) {
  case frame_event::kind::nothing:
    return "nothing";
  case frame_event::kind::message:
    return text("message ");
  case frame_event::kind::ping:
    return text("ping ");
  case frame_event::kind::pong:
    return text("pong ");
  case frame_event::kind::close:
    return text(("close " + code + " ").c_str());
  case frame_event::kind::failure:
    return "failure " + code;
  }
  return {};
}

using story = std::vector<std::string>;

void read_into(story& out, frame_reader& reader, std::string piece) {
  std::span<char> input{piece};
  for (;;) {
    auto event = reader.next(input);
    if (event.what == frame_event::kind::nothing) {
      CHECK(input.empty());
      return;
    }
    out.push_back(describe(event));
  }
}

story read(std::string_view bytes, std::size_t message_bytes_max = limit) {
  story out;
  frame_reader reader{message_bytes_max};
  read_into(out, reader, std::string{bytes});
  return out;
}

story read_in_pieces(std::string_view bytes, std::size_t piece) {
  story out;
  frame_reader reader{limit};
  for (std::size_t at = 0; at < bytes.size(); at += piece)
    read_into(out, reader, std::string{bytes.substr(at, piece)});
  return out;
}

std::string repeat(std::string_view what, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i)
    out += what;
  return out;
}

struct bad_case {
  const char* what;
  std::string bytes;
  int code;
};

// The mask does not matter where there is no payload.
const std::string mask = "\x01\x02\x03\x04"s;

const std::vector<bad_case> bad_cases{
  {"unmasked text", "\x81\x01x"s, 1002},
  {"unmasked and empty", "\x81\x00"s, 1002},
  {"reserved bit 1", "\xc1\x80"s + mask, 1002},
  {"reserved bit 2", "\xa1\x80"s + mask, 1002},
  {"reserved bit 3", "\x91\x80"s + mask, 1002},
  {"reserved data opcode 3", "\x83\x80"s + mask, 1002},
  {"reserved data opcode 7", "\x87\x80"s + mask, 1002},
  {"reserved control opcode 11", "\x8b\x80"s + mask, 1002},
  {"reserved control opcode 15", "\x8f\x80"s + mask, 1002},
  {"a ping over 125 bytes", "\x89\xfe\x00\x7e"s + mask, 1002},
  {"a ping with a 64-bit length", "\x89\xff"s, 1002},
  {"a fragmented ping", "\x09\x80"s + mask, 1002},
  {"a fragmented close", "\x08\x80"s + mask, 1002},
  {"125 in two bytes", "\x81\xfe\x00\x7d"s + mask, 1002},
  {"0 in two bytes", "\x81\xfe\x00\x00"s + mask, 1002},
  {"65535 in eight bytes", "\x81\xff\x00\x00\x00\x00\x00\x00\xff\xff"s + mask, 1002},
  {"a length with its top bit", "\x81\xff\x80\x00\x00\x00\x00\x00\x00\x00"s + mask, 1002},
  {"a continuation of nothing", client_frame(opcode::continuation, "x"), 1002},
  {"a text inside a text", client_frame(opcode::text, "a", false) + client_frame(opcode::text, "b"),
   1002},
  {"a binary inside a text",
   client_frame(opcode::text, "a", false) + client_frame(opcode::binary, "b"), 1002},
  {"binary", client_frame(opcode::binary, "x"), 1003},
  {"fragmented binary", client_frame(opcode::binary, "x", false), 1003},
  {"one byte over the limit", client_text(std::string(limit + 1, 'x')), 1009},
  {"the header of 2^62 bytes", "\x81\xff\x40\x00\x00\x00\x00\x00\x00\x00"s + mask, 1009},
  {"fragments over the limit",
   client_frame(opcode::text, std::string(limit, 'x'), false)
     + client_frame(opcode::continuation, "x"),
   1009},
  {"text that is no UTF-8", client_text("\xff"), 1007},
  {"text that ends inside a character", client_text("\xe2\x82"), 1007},
  {"a fragment with a wrong byte", client_frame(opcode::text, "\xe2\x28", false), 1007},
  {"a wrong byte after a cut character",
   client_frame(opcode::text, "\xe2", false) + client_frame(opcode::continuation, "\x28", false),
   1007},
  {"fragments that end inside a character",
   client_frame(opcode::text, "\xe2", false) + client_frame(opcode::continuation, "\x82"), 1007},
  {"a close frame of one byte", client_frame(opcode::close, "\x03"), 1002},
  {"a close reason that is no UTF-8", client_close(1000, "\xff"), 1007},
};

} // namespace

TEST_CASE("frame reader: texts of every length form arrive as they were sent",
          "[net][frame_reader]") {
  auto length = GENERATE(0u, 1u, 7u, 8u, 9u, 125u, 126u, 127u, 65'535u, 65'536u);
  auto text = std::string(length, 'x');

  CHECK(read(client_text(text)) == story{"message " + text});
}

TEST_CASE("frame reader: a message that came as a whole is read in place", "[net][frame_reader]") {
  auto bytes = client_text("hello") + client_text("again");
  frame_reader reader{limit};
  std::span<char> input{bytes};

  auto first = reader.next(input);
  auto second = reader.next(input);

  CHECK(first.payload.data() == bytes.data() + 6);
  CHECK(second.payload == "again");
  CHECK(reader.kept_bytes() == 0);
}

TEST_CASE("frame reader: a fragmented text arrives as one message", "[net][frame_reader]") {
  auto bytes = client_frame(opcode::text, "un", false)
               + client_frame(opcode::continuation, "", false)
               + client_frame(opcode::continuation, "brok", false)
               + client_frame(opcode::continuation, "en");

  CHECK(read(bytes) == story{"message unbroken"});
}

TEST_CASE("frame reader: control frames may come between fragments", "[net][frame_reader]") {
  auto bytes = client_frame(opcode::text, "to", false) + client_frame(opcode::ping, "p")
               + client_frame(opcode::pong, "q") + client_frame(opcode::continuation, "gether");

  CHECK(read(bytes) == story{"ping p", "pong q", "message together"});
}

TEST_CASE("frame reader: a character may be cut between fragments", "[net][frame_reader]") {
  auto bytes = client_frame(opcode::text, "\xf0\x9f", false)
               + client_frame(opcode::continuation, "\x98", false)
               + client_frame(opcode::continuation, "\x80");

  CHECK(read(bytes) == story{"message \xf0\x9f\x98\x80"});
}

TEST_CASE("frame reader: a control frame may have up to 125 bytes", "[net][frame_reader]") {
  auto payload = std::string(125, 'p');

  CHECK(read(client_frame(opcode::ping, payload)) == story{"ping " + payload});
}

TEST_CASE("frame reader: the limit holds for all fragments together", "[net][frame_reader]") {
  auto half = std::string(limit / 2, 'x');
  auto bytes = client_frame(opcode::text, half, false) + client_frame(opcode::continuation, half);

  CHECK(read(bytes) == story{"message " + half + half});
}

TEST_CASE("frame reader: what breaks the rules fails with the code for it", "[net][frame_reader]") {
  for (const auto& bad : bad_cases) {
    CAPTURE(bad.what);
    CHECK(read(bad.bytes) == story{"failure " + std::to_string(bad.code)});
  }
}

TEST_CASE("frame reader: a failure is the same wherever the bytes are cut", "[net][frame_reader]") {
  for (const auto& bad : bad_cases) {
    CAPTURE(bad.what);
    if (bad.bytes.size() < 1000)
      CHECK(read_in_pieces(bad.bytes, 1) == read(bad.bytes));
  }
}

TEST_CASE("frame reader: too much is refused by the header that announces it",
          "[net][frame_reader]") {
  auto bytes = client_text(std::string(100, 'x')).substr(0, 6);

  CHECK(read(bytes, 99) == story{"failure 1009"});
  CHECK(read(bytes, 100).empty());
}

TEST_CASE("frame reader: a wrong byte fails before its frame is complete", "[net][frame_reader]") {
  auto bytes = client_text("\xff and so on");
  bytes.pop_back();

  CHECK(read(bytes) == story{"failure 1007"});
}

TEST_CASE("frame reader: the peer's close code and reason are told", "[net][frame_reader]") {
  CHECK(read(client_close(1000, "bye")) == story{"close 1000 bye"});
  CHECK(read(client_close(1001)) == story{"close 1001 "});
  CHECK(read(client_close(4999, std::string(123, 'r')))
        == story{"close 4999 " + std::string(123, 'r')});
  CHECK(read(client_frame(opcode::close, "")) == story{"close 1005 "});
}

TEST_CASE("frame reader: only codes that may be sent are taken", "[net][frame_reader]") {
  for (auto code : {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999}) {
    CAPTURE(code);
    CHECK(read(client_close(static_cast<std::uint16_t>(code)))
          == story{"close " + std::to_string(code) + " "});
  }
  for (auto code : {0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535}) {
    CAPTURE(code);
    CHECK(read(client_close(static_cast<std::uint16_t>(code))) == story{"failure 1002"});
  }
}

TEST_CASE("frame reader: after a close or a failure nothing is read", "[net][frame_reader]") {
  CHECK(read(client_close(1000) + client_text("late")) == story{"close 1000 "});
  CHECK(read("\xff\xff"s + client_text("late")) == story{"failure 1002"});
}

TEST_CASE("frame reader: every way to cut a stream gives the same messages",
          "[net][frame_reader]") {
  auto bytes = client_text("one") + client_text("") + client_frame(opcode::ping, "p1")
               + client_text(repeat("lo\xc3\xb6ng ", 30))
               + client_frame(opcode::text, "a\xe2", false) + client_frame(opcode::ping, "p2")
               + client_frame(opcode::continuation, "\x82\xac") + client_text("two")
               + client_frame(opcode::pong, "") + client_close(1000, "bye");
  auto whole = read(bytes);
  REQUIRE(whole.size() == 9);

  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    CAPTURE(piece);
    CHECK(read_in_pieces(bytes, piece) == whole);
  }
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    CAPTURE(cut);
    story out;
    frame_reader reader{limit};
    read_into(out, reader, bytes.substr(0, cut));
    read_into(out, reader, bytes.substr(cut));
    CHECK(out == whole);
  }
}

TEST_CASE("frame reader: it keeps what is begun and nothing else", "[net][frame_reader]") {
  auto bytes = client_text("hello");
  frame_reader reader{limit};
  story out;

  read_into(out, reader, bytes.substr(0, 8));
  CHECK(reader.kept_bytes() == 2);

  read_into(out, reader, bytes.substr(8));
  CHECK(out == story{"message hello"});
  CHECK(reader.kept_bytes() == 0);
}

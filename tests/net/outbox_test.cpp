#include "net/outbox.hpp"
#include "tests/net/client_frames.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <malloc.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace salon;
using namespace salon::testing;

namespace {

using framing = outbox::framing;

// Lets a socket take up to `most` bytes; what it took.
std::string write(outbox& from, std::size_t most, std::size_t* frames = nullptr) {
  outbox::batch next;
  from.gather(next);
  std::string all;
  for (std::size_t i = 0; i < next.count(); ++i)
    all.append(static_cast<const char*>(next.parts()[i].iov_base), next.parts()[i].iov_len);
  CHECK(all.size() == next.bytes());
  all.resize(std::min(all.size(), most));
  auto finished = from.advance(all.size());
  if (frames)
    *frames += finished;
  return all;
}

std::string write_all(outbox& from, std::size_t at_a_time = std::string::npos,
                      std::size_t* frames = nullptr) {
  std::string all;
  while (!from.empty()) {
    auto part = write(from, at_a_time, frames);
    REQUIRE_FALSE(part.empty());
    all += part;
  }
  return all;
}

std::vector<server_frame> frames_of(std::string bytes) {
  auto frames = take_server_frames(bytes);
  CHECK(bytes.empty());
  return frames;
}

std::string control(opcode kind, std::string_view payload) {
  std::string bytes;
  append_control_frame(bytes, kind, payload);
  return bytes;
}

void fill(outbox& out, int messages) {
  for (auto i = 1; i <= messages; ++i)
    out.push(frame::text("m" + std::to_string(i)));
}

} // namespace

TEST_CASE("outbox: a message alone goes out as its own frame", "[net][outbox]") {
  auto how = GENERATE(framing::single, framing::lines);
  outbox out{how};
  auto message = frame::text("hello");
  out.push(message);

  CHECK(out.bytes() == 5);
  CHECK(write_all(out) == message.wire());
  CHECK(out.bytes() == 0);
}

TEST_CASE("outbox: lines that wait together share a frame", "[net][outbox]") {
  outbox out{framing::lines};
  fill(out, 3);

  CHECK(frames_of(write_all(out)) == std::vector{server_text("m1\nm2\nm3")});
}

TEST_CASE("outbox: a frame carries at most sixteen lines", "[net][outbox]") {
  outbox out{framing::lines};
  fill(out, 17);
  std::size_t count = 0;

  auto frames = frames_of(write_all(out, std::string::npos, &count));

  REQUIRE(frames.size() == 2);
  CHECK(count == 2);
  CHECK(frames[0].payload.ends_with("\nm16"));
  CHECK(frames[1].payload == "m17");
}

TEST_CASE("outbox: a frame of lines stays below its payload limit", "[net][outbox]") {
  outbox out{framing::lines};
  auto large = std::string(outbox::frame_payload_max - 2, 'x');
  out.push(frame::text(large));
  out.push(frame::text("a"));
  out.push(frame::text("b"));
  out.push(frame::text(large + "yyy"));

  auto frames = frames_of(write_all(out));

  REQUIRE(frames.size() == 3);
  CHECK(frames[0].payload.size() == outbox::frame_payload_max);
  CHECK(frames[1].payload == "b");
  CHECK(frames[2].payload == large + "yyy");
}

TEST_CASE("outbox: text messages are frames of their own, in one write", "[net][outbox]") {
  outbox out{framing::single};
  fill(out, 3);

  CHECK(frames_of(write(out, std::string::npos))
        == std::vector{server_text("m1"), server_text("m2"), server_text("m3")});
  CHECK(out.empty());
}

TEST_CASE("outbox: one write takes what fits, the next ones the rest", "[net][outbox]") {
  auto how = GENERATE(framing::single, framing::lines);
  outbox out{how};
  fill(out, 1000);
  auto before = out.bytes();
  auto first = write(out, std::string::npos);

  CHECK(out.bytes() > 0);
  CHECK(out.bytes() < before);

  std::string all;
  for (const auto& each : frames_of(first + write_all(out)))
    all += each.payload + '\n';
  std::string expected;
  for (auto i = 1; i <= 1000; ++i)
    expected += "m" + std::to_string(i) + '\n';
  CHECK(all == expected);
}

TEST_CASE("outbox: a partial write goes on where it stopped", "[net][outbox]") {
  auto how = GENERATE(framing::single, framing::lines);
  auto make = [how] {
    outbox out{how};
    out.push_urgent("HTTP");
    fill(out, 20);
    out.push(frame::text(std::string(300, 'x')));
    fill(out, 2);
    out.push_close(close_code::shutdown, "shutdown");
    return out;
  };
  auto reference = make();
  auto whole = write_all(reference);

  for (std::size_t piece = 1; piece <= whole.size(); ++piece) {
    CAPTURE(piece);
    auto out = make();
    std::size_t frames = 0;
    CHECK(write_all(out, piece, &frames) == whole);
    CHECK(frames == (how == framing::lines ? 2 : 23));
    CHECK(out.bytes() == 0);
  }
}

TEST_CASE("outbox: a frame that is begun is not changed by what comes later", "[net][outbox]") {
  outbox reference{framing::lines};
  fill(reference, 3);
  auto size = write_all(reference).size();

  for (std::size_t cut = 1; cut < size; ++cut) {
    CAPTURE(cut);
    outbox out{framing::lines};
    fill(out, 3);
    auto bytes = write(out, cut);
    out.push(frame::text("later"));
    out.push_urgent(control(opcode::pong, "p"));

    CHECK(frames_of(bytes + write_all(out))
          == std::vector<server_frame>{
            server_text("m1\nm2\nm3"), {opcode::pong, "p"}, server_text("later")});
  }
}

TEST_CASE("outbox: what is not begun is packed anew", "[net][outbox]") {
  outbox out{framing::lines};
  fill(out, 2);
  CHECK(write(out, 0).empty());
  out.push(frame::text("m3"));

  CHECK(frames_of(write_all(out)) == std::vector{server_text("m1\nm2\nm3")});
}

TEST_CASE("outbox: a control frame goes before messages that are not begun", "[net][outbox]") {
  outbox out{framing::single};
  fill(out, 2);
  out.push_urgent(control(opcode::ping, "p"));

  CHECK(frames_of(write_all(out))
        == std::vector<server_frame>{{opcode::ping, "p"}, server_text("m1"), server_text("m2")});
}

TEST_CASE("outbox: a begun control frame is finished before all else", "[net][outbox]") {
  outbox out{framing::single};
  out.push_urgent(control(opcode::ping, "first"));
  auto bytes = write(out, 3);
  fill(out, 1);
  out.push_urgent(control(opcode::ping, "second"));

  CHECK(out.bytes() == 4 + 2 + 8);
  CHECK(frames_of(bytes + write_all(out))
        == std::vector<server_frame>{
          {opcode::ping, "first"}, {opcode::ping, "second"}, server_text("m1")});
}

TEST_CASE("outbox: the close frame comes last and nothing after it", "[net][outbox]") {
  outbox out{framing::lines};
  fill(out, 1);
  out.push_close(close_code::shutdown, "shutdown");
  out.push(frame::text("late"));
  out.push_urgent(control(opcode::ping, "late"));
  out.push_close(close_code::normal, "late");

  CHECK(frames_of(write_all(out))
        == std::vector{server_text("m1"), server_close(close_code::shutdown, "shutdown")});
}

TEST_CASE("outbox: a close without a code has no body, a long reason is cut", "[net][outbox]") {
  outbox bare{framing::lines};
  bare.push_close(no_close_code, "not said");
  CHECK(frames_of(write_all(bare)) == std::vector<server_frame>{{opcode::close, ""}});

  outbox wordy{framing::lines};
  wordy.push_close(close_code::normal, std::string(200, 'r'));
  CHECK(frames_of(write_all(wordy))
        == std::vector{server_close(close_code::normal, std::string(123, 'r'))});
}

TEST_CASE("outbox: dropping spares the frame that is begun", "[net][outbox]") {
  outbox untouched{framing::lines};
  fill(untouched, 3);
  untouched.drop_messages();
  CHECK(untouched.empty());
  CHECK(untouched.bytes() == 0);

  outbox begun{framing::lines};
  fill(begun, 20);
  auto bytes = write(begun, 5);
  begun.drop_messages();
  begun.push_close(close_code::slow, "slow");
  auto frames = frames_of(bytes + write_all(begun));
  REQUIRE(frames.size() == 2);
  CHECK(frames[0].payload.ends_with("\nm16"));
  CHECK(frames[1] == server_close(close_code::slow, "slow"));
}

TEST_CASE("outbox: bytes are counted until the socket has taken them", "[net][outbox]") {
  outbox out{framing::single};
  out.push(frame::text(std::string(1000, 'x')));
  out.push(frame::text(std::string(500, 'y')));
  CHECK(out.bytes() == 1500);

  write(out, 104); // four bytes of header
  CHECK(out.bytes() >= 1396);
  CHECK(out.bytes() <= 1400);

  write_all(out);
  CHECK(out.bytes() == 0);
}

TEST_CASE("outbox: an empty one gives its memory back", "[net][outbox]") {
  auto how = GENERATE(framing::single, framing::lines);
  outbox out{how};
  out.push_urgent(std::string(500, 'h'));
  fill(out, 5000);
  CHECK(out.has_queue());

  write_all(out);

  CHECK_FALSE(out.has_queue());
}

TEST_CASE("outbox: one message at a time needs no memory of its own", "[net][outbox]") {
  auto how = GENERATE(framing::single, framing::lines);
  outbox out{how};
  for (auto i = 0; i < 3; ++i) {
    out.push(frame::text("alone"));
    CHECK_FALSE(out.has_queue());
    CHECK(out.sole() == frame::text("alone").wire());
    CHECK(out.advance(out.sole().size()) == 1);
    CHECK(out.empty());
  }
}

TEST_CASE("outbox: it keeps its queue where messages gather again and again, and only there",
          "[net][outbox]") {
  outbox out{framing::lines};
  auto gather = [&] {
    fill(out, 3);
    write_all(out);
  };
  gather();
  CHECK_FALSE(out.has_queue());
  gather();
  CHECK(out.has_queue());
  out.push(frame::text("alone"));
  out.advance(out.sole().size());
  CHECK_FALSE(out.has_queue());
}

TEST_CASE("outbox: what is taken back or dropped leaves an empty one", "[net][outbox]") {
  auto count = GENERATE(std::size_t{1}, std::size_t{2}, std::size_t{40});
  outbox out{framing::lines};
  for (std::size_t i = 0; i < count; ++i)
    out.push(frame::text("x"), lane{false, 7, i + 1});

  SECTION("taken back") {
    CHECK(out.withdraw().size() == 1);
  }
  SECTION("dropped") {
    out.drop_messages();
  }

  CHECK(out.empty());
  CHECK(out.bytes() == 0);
  out.push(frame::text("next"));
  CHECK(out.sole() == frame::text("next").wire());
}

TEST_CASE("outbox: one message that went out in part is finished", "[net][outbox]") {
  outbox out{framing::lines};
  auto message = frame::text("in two parts");
  out.push(message, lane{false, 7, 1});

  CHECK(out.advance(5) == 0);
  CHECK(out.bytes() == 12 - 5);
  CHECK(out.advance(1) == 0);
  CHECK_FALSE(out.has_queue());
  auto left = std::string{message.wire()}.substr(6);
  CHECK(out.sole() == left);

  SECTION("alone") {
    CHECK(out.advance(left.size()) == 1);
    CHECK(out.empty());
    CHECK(out.bytes() == 0);
    out.push(message);
    CHECK(out.sole() == message.wire());
  }
  SECTION("before others, whatever is taken back") {
    CHECK(out.withdraw().empty());
    out.push(frame::text("behind"));
    CHECK(write_all(out) == left + std::string{frame::text("behind").wire()});
  }
  SECTION("whatever is dropped") {
    out.drop_messages();
    CHECK(out.sole() == left);
    out.push(frame::text("behind"));
    out.drop_messages();
    CHECK(write_all(out) == left);
  }
  SECTION("before what is urgent") {
    out.push_urgent(control(opcode::pong, "p"));
    CHECK(write_all(out) == left + control(opcode::pong, "p"));
  }
}

TEST_CASE("outbox: a queue that is never empty does not grow by what went out", "[net][outbox]") {
  outbox out{framing::single};
  fill(out, 2);
  auto before = ::mallinfo2().uordblks;
  for (auto i = 0; i < 10'000; ++i) {
    out.push(frame::text("x"));
    write(out, 3);
  }

  CHECK(::mallinfo2().uordblks < before + 10'000);
  CHECK_FALSE(out.empty());
}

TEST_CASE("outbox: what belongs to a stream can be taken back, and says where it was",
          "[net][outbox]") {
  outbox out{framing::single};
  auto before = out.bytes();
  out.push(frame::text("reply"));
  out.push(frame::text("a7"), {false, 1, 7});
  out.push(frame::text("b3"), {false, 2, 3});
  out.push(frame::text("join"));
  out.push(frame::text("a8"), {false, 1, 8});

  auto lost = out.withdraw();

  REQUIRE(lost.size() == 2);
  CHECK(lost[0].stream == 1);
  CHECK(lost[0].offset == 7);
  CHECK(lost[1].stream == 2);
  CHECK(lost[1].offset == 3);
  CHECK(out.bytes() == before + 9);
  CHECK(frames_of(write_all(out)) == std::vector{server_text("reply"), server_text("join")});
  CHECK(out.withdraw().empty());
}

TEST_CASE("outbox: a frame that is begun is not taken back", "[net][outbox]") {
  auto how = GENERATE(framing::single, framing::lines);
  auto make = [how] {
    outbox out{how};
    for (std::uint64_t i = 1; i <= 40; ++i)
      out.push(frame::text("m" + std::to_string(i)), {false, 1, i});
    return out;
  };
  auto whole = make();
  auto size = write_all(whole).size();

  for (std::size_t cut = 1; cut < size; ++cut) {
    CAPTURE(cut);
    auto out = make();
    auto all = write(out, cut);
    auto lost = out.withdraw();
    all += write_all(out);
    // Whole frames, and what they lack is what was lost.
    std::size_t messages = 0;
    for (const auto& each : frames_of(all))
      messages
        += 1u
           + static_cast<std::size_t>(std::count(each.payload.begin(), each.payload.end(), '\n'));
    auto first_lost = lost.empty() ? 41 : lost.front().offset;
    CHECK(messages + 1 == first_lost);
  }
}

// Frames that no client may send: each costs its sender the connection, and nobody else anything.
#include "tests/support/bare_client.hpp"
#include "tests/support/test_server.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace salon;
using namespace salon::testing;

namespace {

struct bad_frame {
  const char* what;
  std::string bytes;
  int code;
};

const auto text_paths = {"/?room=lobby", "/connection/websocket"};

// A header by hand: first byte, length byte and what follows it; then a mask of zeros.
std::string raw_frame(int first, int length, std::string_view rest = {}, bool masked = true) {
  std::string out;
  out.push_back(static_cast<char>(first));
  out.push_back(static_cast<char>(length | (masked ? 0x80 : 0)));
  out += rest;
  if (masked)
    out.append(4, '\0');
  return out;
}

std::string fragment(std::string_view payload, bool final, bool first = false) {
  return client_frame(first ? opcode::text : opcode::continuation, payload, final);
}

// Sends each row to both endpoints, as the first thing after the upgrade, while somebody else is
// there and stays.
void check_all(const std::vector<bad_frame>& rows) {
  test_server server;
  text_member bystander{server.port(), "lobby", "Bystander"};
  for (const auto* path : text_paths) {
    for (const auto& row : rows) {
      INFO(row.what << " at " << path);
      bare_client client{server.port()};
      client.upgrade(path);
      client.send(row.bytes);
      auto end = client.read_farewell();
      CHECK(end.code == row.code);
      CHECK_FALSE(end.reason.empty());
      bystander.send_text(row.what);
      CHECK(bystander.read_text() == row.what);
    }
  }
}

} // namespace

TEST_CASE("frames: text that is not UTF-8 is answered 1007", "[sockets][frames]") {
  check_all({
    {"a lone continuation byte", client_text("\x80"), 1007},
    {"a byte that never occurs", client_text("abc\xff"), 1007},
    {"an overlong slash", client_text("\xc0\xaf"), 1007},
    {"a surrogate", client_text("\xed\xa0\x80"), 1007},
    {"beyond the last character", client_text("\xf4\x90\x80\x80"), 1007},
    {"half a character", client_text("\xe2\x82"), 1007},
    {"half a character in the last of two fragments",
     fragment("\xe2", false, true) + fragment("\x82", true), 1007},
    {"a broken one in the first of two fragments", fragment("\xe2\x28", false, true), 1007},
    {"a reason for closing that is none", client_close(1000, "\xff\xfe"), 1007},
  });
}

TEST_CASE("frames: a character may lie in several fragments", "[sockets][frames]") {
  test_server server;
  text_member ana{server.port(), "lobby"};

  ana.send(fragment("\xe2", false, true) + fragment("\x82", false));
  ana.send(client_frame(opcode::ping, "between"));
  ana.send(fragment("", false) + fragment("\xac", true));

  auto pong = ana.read_frame().value_or(server_frame{});
  CHECK(pong.kind == opcode::pong);
  CHECK(pong.payload == "between");
  CHECK(ana.read_text() == "\xe2\x82\xac");
}

TEST_CASE("frames: invalid frames are answered 1002", "[sockets][frames]") {
  auto long_control = std::string(126, 'x');
  check_all({
    {"a text that is not masked", raw_frame(0x81, 2, "hi", false), 1002},
    {"a ping that is not masked", raw_frame(0x89, 0, {}, false), 1002},
    {"reserved bit 1", raw_frame(0xc1, 0), 1002},
    {"reserved bit 2", raw_frame(0xa1, 0), 1002},
    {"reserved bit 3", raw_frame(0x91, 0), 1002},
    {"opcode 3", raw_frame(0x83, 0), 1002},
    {"opcode 11", raw_frame(0x8b, 0), 1002},
    {"a ping in fragments", raw_frame(0x09, 0), 1002},
    {"a close in fragments", raw_frame(0x08, 0), 1002},
    {"a long ping", client_frame(opcode::ping, long_control), 1002},
    {"a long close", client_close(1000, long_control), 1002},
    {"a close of one byte", client_frame(opcode::close, "\x03"), 1002},
    {"a close code that is never sent", client_close(1005), 1002},
    {"a close code below all", client_close(999), 1002},
    {"a continuation of nothing", fragment("x", true), 1002},
    {"a text within a text", fragment("x", false, true) + client_text("y"), 1002},
    {"a short length in two bytes", raw_frame(0x81, 126, std::string_view{"\0\x05", 2}), 1002},
    {"a short length in eight bytes",
     raw_frame(0x81, 127, std::string_view{"\0\0\0\0\0\0\x01\0", 8}), 1002},
    {"a length without end", raw_frame(0x81, 127, std::string_view{"\x80\0\0\0\0\0\0\0", 8}), 1002},
  });
}

TEST_CASE("frames: binary messages are answered 1003", "[sockets][frames]") {
  check_all({
    {"a binary frame", client_frame(opcode::binary, "\x01\x02"), 1003},
    {"the first of two", client_frame(opcode::binary, "\x01", false), 1003},
  });
}

TEST_CASE("frames: what is over the limit is answered 1009, in one frame or many",
          "[sockets][frames]") {
  auto big = std::string(65'537, 'x');
  auto half = std::string(40'000, 'x');
  check_all({
    {"a frame", client_text(big), 1009},
    // Before its payload: nobody waits for that.
    {"a frame's header", raw_frame(0x81, 127, std::string_view{"\0\0\0\0\0\x01\0\x01", 8}), 1009},
    {"a frame of exabytes",
     raw_frame(0x81, 127, std::string_view{"\x7f\xff\xff\xff\xff\xff\xff\xff", 8}), 1009},
    {"two fragments", fragment(half, false, true) + fragment(half, true), 1009},
    {"fragments without end", fragment(half, false, true) + fragment(half, false), 1009},
  });
}

TEST_CASE("frames: what is just within the limit arrives", "[sockets][frames]") {
  test_server server;
  text_member ana{server.port(), "lobby"};
  auto whole = std::string(65'536, 'w');
  auto half = std::string(32'768, 'h');

  ana.send_text(whole);
  ana.send(fragment(half, false, true) + fragment(half, true));

  CHECK(ana.read_text() == whole);
  CHECK(ana.read_text() == half + half);
}

TEST_CASE("frames: many tiny fragments cost no more than what is in them", "[sockets][frames]") {
  test_server server;
  text_member ana{server.port(), "lobby"};

  std::string bytes = fragment("a", false, true);
  for (auto i = 0; i < 20'000; ++i)
    bytes += fragment("", false);
  ana.send(bytes + fragment("z", true));

  CHECK(ana.read_text() == "az");
}

TEST_CASE("frames: a close frame is answered with its code, and ends the connection",
          "[sockets][frames]") {
  test_server server;
  for (const auto* path : text_paths) {
    bare_client with_code{server.port()};
    bare_client without_code{server.port()};
    with_code.upgrade(path).send(client_close(4'321, "enough"));
    without_code.upgrade(path).send(client_frame(opcode::close, {}));

    CHECK(with_code.read_farewell().code == 4'321);
    // What comes before a close frame is the room's greeting.
    auto frame = without_code.read_frame();
    while (frame && frame->kind != opcode::close)
      frame = without_code.read_frame();
    REQUIRE(frame);
    CHECK(frame->payload.empty());
    CHECK_FALSE(without_code.read_frame());
  }
}

TEST_CASE("frames: the upgrade and what comes behind it may be cut anywhere", "[sockets][frames]") {
  test_server server;
  auto bytes = upgrade_request("/?room=lobby") + client_text("one") + client_text("two");

  for (std::size_t cut = 1; cut < bytes.size(); cut += 7) {
    bare_client client{server.port()};
    client.send(bytes.substr(0, cut));
    client.send(bytes.substr(cut));
    client.shut_down();
    // Whoever sends no more is gone: what was said before that counts.
    CHECK(client.read_all().starts_with("HTTP/1.1 101 "));
  }
  CHECK(text_member{server.port(), "lobby"}.leave().code == 1000);
}

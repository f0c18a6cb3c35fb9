// Any bytes as a client: it is answered or closed, and nobody hears what was not said. The first
// byte says how the bytes come in, the second in which pieces.
#include "actors/metrics.hpp"
#include "actors/reception.hpp"
#include "base/shard.hpp"
#include "messages/utf8.hpp"
#include "net/frame_reader.hpp"
#include "net/front_context.hpp"
#include "net/http_session.hpp"
#include "tests/net/client_frames.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/init_global_meta_objects.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace salon;

void expect(bool holds, const char* promise) {
  if (holds)
    return;
  std::fprintf(stderr, "broken: %s\n", promise);
  std::abort();
}

// How the bytes come in.
constexpr unsigned as_request = 1;   // from the first byte on, else behind a good upgrade
constexpr unsigned as_text = 2;      // a text client's upgrade, else an SDK client's
constexpr unsigned with_pauses = 4;  // the user pauses after every message
constexpr unsigned with_answers = 8; // the user says every message back

/// Keeps what it hears.
struct listening_user final : transport_user {
  void on_message(std::string_view message) override {
    expect(closed == 0, "nothing is heard after the end");
    expect(!paused, "nothing is heard in a pause");
    expect(is_utf8(message), "messages are UTF-8");
    messages.emplace_back(message);
    if ((flags & with_answers) != 0)
      socket->send(frame::text(message));
    if ((flags & with_pauses) != 0) {
      paused = true;
      socket->pause();
    }
  }

  void on_pong() override {
  }

  void on_drained() override {
  }

  void on_overflow() override {
  }

  void on_closed(close_code) override {
    expect(++closed == 1, "the end is told once");
  }

  unsigned flags = 0;
  transport* socket = nullptr;
  std::vector<std::string> messages;
  bool paused = false;
  int closed = 0;
};

struct lone_reception final : reception {
  std::optional<std::string> objection(const visit&) const override {
    return std::nullopt;
  }

  received receive(transport& socket, visit) override {
    expect(!user.socket, "one request makes one connection");
    user.socket = &socket;
    return {&user, nullptr};
  }

  listening_user user;
};

/// What all inputs share.
struct world {
  static world& get() {
    static world* const only = new world;
    return *only;
  }

  front_options options = {.frame_bytes_max = 1'024};
  std::unique_ptr<caf::actor_system_config> config = [] {
    caf::core::init_global_meta_objects();
    auto made = std::make_unique<caf::actor_system_config>();
    made->set("caf.scheduler.max-threads", 1);
    return made;
  }();
  caf::actor_system system{*config};
  metrics counts{system};
  shard home{system, 0, {.stepped = true}};
};

/// One client and the front it talks to.
class visitor {
public:
  explicit visitor(unsigned flags) {
    desk_.user.flags = flags;
    std::array<int, 2> ends{};
    expect(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0, "sockets");
    client_ = ends[0];
    http_session::pointer session{new http_session{front_, ends[1], tcp::endpoint{}}};
    session->start();
    run();
  }

  ~visitor() {
    finish();
    // Whoever does not close, is closed.
    all_.home.advance(all_.options.http_timeout + all_.options.close_timeout * 2);
    run();
    expect(front_.sockets.empty(), "every socket ends");
    expect(state_.connections == 0 && front_.handshakes == 0, "every socket is counted out");
    expect((user().socket != nullptr) == (user().closed == 1), "every connection hears its end");
    ::close(client_);
  }

  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      auto sent = ::send(client_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0)
        break;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
      run();
    }
    run();
  }

  void finish() {
    ::shutdown(client_, SHUT_WR);
    run();
  }

  listening_user& user() {
    return desk_.user;
  }

  std::string heard;

private:
  void run() {
    do {
      all_.home.flush();
      if (user().paused && user().closed == 0) {
        user().paused = false;
        user().socket->resume();
      }
      read();
    } while (all_.home.io().poll() > 0);
  }

  void read() {
    std::array<char, 4'096> buffer;
    for (;;) {
      auto got = ::recv(client_, buffer.data(), buffer.size(), 0);
      if (got <= 0)
        return;
      heard.append(buffer.data(), static_cast<std::size_t>(got));
    }
  }

  world& all_ = world::get();
  front_state state_;
  lone_reception desk_;
  front_context front_{all_.home, desk_, all_.counts, all_.options, state_};
  int client_ = -1;
};

std::string upgrade(unsigned flags) {
  std::string path = (flags & as_text) != 0 ? "/?name=f" : "/connection/websocket";
  return "GET " + path
         + " HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
}

void check_answer(std::string heard) {
  if (heard.empty())
    return;
  auto end = heard.find("\r\n\r\n");
  expect(heard.starts_with("HTTP/1.1 ") && end != std::string::npos, "the first answer is HTTP");
  if (!heard.starts_with("HTTP/1.1 101 ")) {
    expect(heard.find("\r\nConnection: close") < end, "an answer ends the connection");
    return;
  }
  heard.erase(0, end + 4);
  auto frames = testing::take_server_frames(heard);
  for (std::size_t i = 0; i < frames.size(); ++i)
    expect(frames[i].kind != opcode::close || i + 1 == frames.size(), "a close frame is the last");
}

// The messages in `bytes`, read in one go.
std::vector<std::string> messages_in(std::string bytes) {
  std::vector<std::string> all;
  frame_reader reader{world::get().options.frame_bytes_max};
  std::span<char> input{bytes};
  for (;;) {
    auto event = reader.next(input);
    if (event.what == frame_event::kind::nothing)
      return all;
    if (event.what == frame_event::kind::message)
      all.emplace_back(event.payload);
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2)
    return 0;
  unsigned flags = data[0];
  std::size_t piece = data[1] == 0 ? size : data[1];
  std::string_view bytes{reinterpret_cast<const char*>(data) + 2, size - 2};

  visitor client{flags};
  if ((flags & as_request) == 0)
    client.send(upgrade(flags));
  for (std::size_t at = 0; at < bytes.size(); at += piece)
    client.send(bytes.substr(at, piece));
  client.finish();

  check_answer(client.heard);
  if ((flags & as_request) == 0)
    expect(client.user().messages == messages_in(std::string{bytes}),
           "messages are the same however they come");
  return 0;
}

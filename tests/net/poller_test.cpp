#include "base/shard.hpp"
#include "net/poller.hpp"
#include "tests/support/stepped_shards.hpp"

#include <catch2/catch_test_macros.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

using namespace salon;
using salon::testing::stepped_shards;

namespace {

/// One end of a connection in the poller's care; the test has the other.
struct polled final : pollable {
  explicit polled(poller& by) : socket(by, open(), *this) {
    // nop
  }

  ~polled() {
    hang_up();
  }

  void on_readable() override {
    ++readable;
    if (then)
      then();
  }

  void on_writable() override {
    ++writable;
  }

  void say(const std::string& text) const {
    REQUIRE(::send(other, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
  }

  void read_all() const {
    std::array<char, 64> into{};
    while (::recv(socket.native_handle(), into.data(), into.size(), MSG_DONTWAIT) > 0)
      ;
  }

  void hang_up() {
    if (other >= 0)
      ::close(std::exchange(other, -1));
  }

  int readable = 0;
  int writable = 0;
  std::function<void()> then;
  int other = -1;
  polled_socket socket;

private:
  int open() {
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
    other = ends[1];
    return ends[0];
  }
};

struct poller_fixture {
  stepped_shards shards;
  boost::asio::io_context& io = shards[0].io();
  poller sockets{shards[0]};

  /// Serves who is ready now, once.
  void serve() {
    io.poll_one();
  }
};

} // namespace

TEST_CASE_METHOD(poller_fixture, "poller: who is not read is told again, who is read is not",
                 "[net][poller]") {
  polled ana{sockets};
  ana.socket.want(true, false);
  ana.say("hello");

  serve();
  serve();
  CHECK(ana.readable == 2);

  ana.read_all();
  serve();
  CHECK(ana.readable == 2);
}

TEST_CASE_METHOD(poller_fixture, "poller: who takes a socket over is told what was wanted of it",
                 "[net][poller]") {
  polled ana{sockets};
  polled heir{sockets};
  ana.socket.want(true, false);
  ana.say("hello");

  polled_socket taken{std::move(ana.socket), heir};
  serve();
  CHECK(ana.readable == 0);
  CHECK(heir.readable == 1);

  // Also from inside its own call.
  polled bob{sockets};
  std::optional<polled_socket> passed_on;
  bob.socket.want(true, true);
  bob.then = [&] { passed_on.emplace(std::move(bob.socket), heir); };
  bob.say("hello");
  taken.close(false);
  serve();
  CHECK(bob.readable == 1);
  CHECK(bob.writable == 0);
  serve();
  CHECK(heir.writable == 1);
}

TEST_CASE_METHOD(poller_fixture, "poller: only what is wanted is told", "[net][poller]") {
  polled ana{sockets};
  ana.say("hello");
  ana.socket.want(false, false);
  serve();
  CHECK(ana.readable + ana.writable == 0);

  ana.socket.want(false, true);
  serve();
  CHECK(ana.readable == 0);
  CHECK(ana.writable == 1);

  ana.socket.want(true, false);
  serve();
  CHECK(ana.readable == 1);
  CHECK(ana.writable == 1);
}

TEST_CASE_METHOD(poller_fixture, "poller: all that are ready are served at once", "[net][poller]") {
  polled ana{sockets};
  polled bob{sockets};
  for (auto* each : {&ana, &bob}) {
    each->socket.want(true, false);
    each->say("hello");
  }

  serve();

  CHECK(ana.readable == 1);
  CHECK(bob.readable == 1);
}

TEST_CASE_METHOD(poller_fixture, "poller: one that another closes is not told any more",
                 "[net][poller]") {
  polled ana{sockets};
  polled bob{sockets};
  ana.then = [&] { bob.socket.close(false); };
  bob.then = [&] { ana.socket.close(false); };
  for (auto* each : {&ana, &bob}) {
    each->socket.want(true, false);
    each->say("hello");
  }

  serve();

  CHECK(ana.readable + bob.readable == 1);
}

TEST_CASE_METHOD(
  poller_fixture,
  "poller: a broken socket that is not read keeps nobody busy, and is told when it is",
  "[net][poller]") {
  polled ana{sockets};
  ana.socket.want(true, false);
  ana.socket.want(false, false);
  ana.hang_up();

  serve();
  CHECK(io.poll() == 0);
  CHECK(ana.readable == 0);

  ana.socket.want(true, false);
  serve();
  CHECK(ana.readable == 1);
}

TEST_CASE_METHOD(poller_fixture, "poller: who can read and write is told of both",
                 "[net][poller]") {
  polled ana{sockets};
  ana.socket.want(true, true);
  ana.say("hello");

  serve();

  CHECK(ana.readable == 1);
  CHECK(ana.writable == 1);
}

TEST_CASE_METHOD(poller_fixture, "poller: what throws costs its own socket, and no other",
                 "[net][poller]") {
  polled ana{sockets};
  polled bob{sockets};
  ana.then = [] { throw std::runtime_error{"a bug"}; };
  for (auto* each : {&ana, &bob}) {
    each->socket.want(true, false);
    each->say("hello");
  }

  serve();
  serve();

  CHECK(ana.readable == 1);
  CHECK(bob.readable == 2);
}

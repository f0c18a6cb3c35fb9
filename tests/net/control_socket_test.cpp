#include "actors/metrics.hpp"
#include "base/shard.hpp"
#include "net/control_socket.hpp"
#include "tests/support/scratch_file.hpp"
#include "tests/support/stepped_shards.hpp"

#include <catch2/catch_test_macros.hpp>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;

namespace {

constexpr uid_t nobody = 65'534;
constexpr auto ask_status = "{\"do\":\"status\"}\n";

sockaddr_un address_of(const std::string& path) {
  sockaddr_un result{};
  result.sun_family = AF_UNIX;
  std::strncpy(result.sun_path, path.c_str(), sizeof(result.sun_path) - 1);
  return result;
}

// Somebody at the socket; nothing that it does waits.
class guest {
public:
  explicit guest(const std::string& path)
    : descriptor_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    auto to = address_of(path);
    error
      = ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0 ? 0 : errno;
  }

  guest(const guest&) = delete;
  guest& operator=(const guest&) = delete;

  ~guest() {
    close();
  }

  void send(std::string_view bytes) const {
    ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }

  void finish() const {
    ::shutdown(descriptor_, SHUT_WR);
  }

  void close() {
    if (descriptor_ >= 0)
      ::close(descriptor_);
    descriptor_ = -1;
  }

  void read() {
    char buffer[16'384];
    for (;;) {
      auto got = ::recv(descriptor_, buffer, sizeof(buffer), 0);
      if (got < 0 && errno == EAGAIN)
        return;
      has_ended = got <= 0;
      if (has_ended)
        return;
      received.append(buffer, static_cast<std::size_t>(got));
    }
  }

  int error = 0; ///< Of the connect.
  std::string received;
  bool has_ended = false; ///< The server has hung up.

private:
  int descriptor_;
};

// A socket file somebody else has made: with a listener, or left behind.
class foreign_socket {
public:
  foreign_socket(const std::string& path, bool is_alive)
    : descriptor_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    auto at = address_of(path);
    REQUIRE(::bind(descriptor_, reinterpret_cast<const sockaddr*>(&at), sizeof(at)) == 0);
    if (is_alive)
      REQUIRE(::listen(descriptor_, 4) == 0);
  }

  foreign_socket(const foreign_socket&) = delete;
  foreign_socket& operator=(const foreign_socket&) = delete;

  ~foreign_socket() {
    ::close(descriptor_);
  }

private:
  int descriptor_;
};

// What is asked for is written down; the test answers.
class office {
public:
  explicit office(control_options wanted = {}) : folder_(""), counts(shards.system()) {
    options = std::move(wanted);
    options.path = path();
    control = make();
  }

  std::unique_ptr<control_socket> make() {
    return std::make_unique<control_socket>(shards[0], counts, options,
                                            [this](control_request what, control_reply reply) {
                                              requests.push_back(std::move(what));
                                              replies.push_back(std::move(reply));
                                            });
  }

  void open() const {
    auto why = control->open();
    INFO(why.value_or(""));
    REQUIRE_FALSE(why);
    control->start();
  }

  std::string refusal() const {
    auto why = control->open();
    REQUIRE(why);
    return folder_.anonymous(*why);
  }

  std::unique_ptr<guest> come() {
    auto made = std::make_unique<guest>(path());
    REQUIRE(made->error == 0);
    run();
    return made;
  }

  void run() {
    for (auto quiet = 0; quiet < 3; ++quiet) {
      if (shards[0].io().poll() > 0)
        quiet = -1;
      shards.run();
    }
  }

  void advance(timer_wheel::duration by) {
    shards.advance(by);
    run();
  }

  // What the guest has been told, when the server has hung up on it.
  std::string last_words(guest& of) {
    run();
    of.read();
    CHECK(of.has_ended);
    return of.received;
  }

  std::string folder() const {
    return folder_.folder() + "/state";
  }

  std::string path() const {
    return folder() + "/control.sock";
  }

private:
  scratch_file folder_;

public:
  stepped_shards shards;
  metrics counts;
  control_options options;
  std::unique_ptr<control_socket> control;
  std::vector<control_request> requests;
  std::vector<control_reply> replies;
};

mode_t rights_of(const std::string& path) {
  struct stat found {};
  REQUIRE(::stat(path.c_str(), &found) == 0);
  return found.st_mode & 07777;
}

std::string error(const std::string& sentence) {
  return to_json(control_failure{sentence}) + "\n";
}

} // namespace

TEST_CASE_METHOD(office, "control socket: a request of one line gets an answer of one line",
                 "[net][control_socket]") {
  open();
  auto who = come();
  who->send("{\"do\":\"move\",\"room\":\"lobby\",\"node\":\"b\"}\n");
  run();
  REQUIRE(requests.size() == 1);
  CHECK(requests.front() == control_request{control_request::action::move, "lobby", "b"});
  who->read();
  CHECK(who->received.empty());

  replies.front()("{\"v\":1}");

  CHECK(last_words(*who) == "{\"v\":1}\n");
  CHECK(counts.control_requests.value() == 1);
  CHECK(counts.control_connections.value() == 0);
}

TEST_CASE_METHOD(office,
                 "control socket: a request may come in pieces, or end with its sender's part",
                 "[net][control_socket]") {
  open();
  auto slow = come();
  for (auto byte : std::string_view{ask_status}) {
    slow->send({&byte, 1});
    advance(50ms);
  }
  auto brief = come();
  brief->send("{\"do\":\"status\"}");
  brief->finish();
  run();

  REQUIRE(replies.size() == 2);
  for (auto& each : replies)
    each("{}");

  CHECK(last_words(*slow) == "{}\n");
  CHECK(last_words(*brief) == "{}\n");
}

TEST_CASE_METHOD(office, "control socket: what is no request is told so", "[net][control_socket]") {
  open();
  auto who = come();

  who->send("status\n");

  CHECK(last_words(*who) == error("the request is not an object of JSON"));
  CHECK(requests.empty());
  CHECK(counts.control_refused.value() == 1);
}

TEST_CASE_METHOD(office, "control socket: only the first answer counts, and it may come late",
                 "[net][control_socket]") {
  open();
  auto who = come();
  who->send(ask_status);
  run();
  REQUIRE(replies.size() == 1);

  replies.front()("first");
  replies.front()("second");

  CHECK(last_words(*who) == "first\n");
  control = nullptr;
  replies.front()("third");
  run();
}

TEST_CASE_METHOD(office, "control socket: it is its owner's alone", "[net][control_socket]") {
  auto mask = ::umask(0);
  open();
  ::umask(mask);

  CHECK(rights_of(path()) == 0600);
  CHECK(rights_of(folder()) == 0700);
}

TEST_CASE_METHOD(office, "control socket: another user is turned away", "[net][control_socket]") {
  if (::geteuid() != 0)
    SKIP("only root can be somebody else");
  open();
  auto ask_as_nobody = [this] {
    auto where = path();
    auto child = ::fork();
    if (child == 0) {
      ::alarm(30);
      if (::setuid(nobody) != 0)
        ::_exit(1);
      guest who{where};
      if (who.error != 0)
        ::_exit(who.error);
      who.send(ask_status);
      while (!who.has_ended)
        who.read();
      ::_exit(who.received.find("takes orders from the user who runs it") == std::string::npos ? 2
                                                                                               : 3);
    }
    int status = 0;
    while (::waitpid(child, &status, WNOHANG) == 0)
      run();
    return WEXITSTATUS(status);
  };

  CHECK(ask_as_nobody() == EACCES);

  // Even if the rights were wrong.
  std::filesystem::permissions(folder() + "/..", std::filesystem::perms{0711});
  std::filesystem::permissions(folder(), std::filesystem::perms{0711});
  std::filesystem::permissions(path(), std::filesystem::perms{0666});
  CHECK(ask_as_nobody() == 3);
  CHECK(requests.empty());
  CHECK(counts.control_refused.value() == 1);
}

TEST_CASE_METHOD(office, "control socket: what a dead server left is replaced",
                 "[net][control_socket]") {
  std::filesystem::create_directory(folder());
  { foreign_socket left{path(), false}; }
  REQUIRE(std::filesystem::exists(path()));

  open();

  auto who = come();
  who->send(ask_status);
  run();
  CHECK(requests.size() == 1);
}

TEST_CASE_METHOD(office, "control socket: a living server keeps its own", "[net][control_socket]") {
  open();
  {
    auto second = make();
    auto why = second->open();
    REQUIRE(why);
    CHECK(*why
          == path() + ": in use by process " + std::to_string(::getpid())
               + ": stop it, or choose another path");
  }

  auto who = come();
  who->send(ask_status);
  run();
  CHECK(requests.size() == 1);
}

TEST_CASE_METHOD(office, "control socket: what is not ours stays", "[net][control_socket]") {
  std::filesystem::create_directory(folder());
  SECTION("another program's socket") {
    foreign_socket other{path(), true};

    CHECK(control->open()
          == path()
               + ": another program listens there: choose another path for the control socket");
  }
  SECTION("a file") {
    std::ofstream{path()} << "mine";

    CHECK(control->open() == path() + ": not a socket: choose another path for the control socket");
  }
  control = nullptr;
  CHECK(std::filesystem::exists(path()));
}

TEST_CASE_METHOD(office, "control socket: a place that will not do is named",
                 "[net][control_socket]") {
  options.path = folder() + "/" + std::string(100, 'x');
  CHECK(make()->open() == options.path + ": expected a path of up to 107 bytes");

  options.path = "/proc/salon/control.sock";
  CHECK(
    make()->open()
    == "/proc/salon: No such file or directory: the folder cannot be made: choose another path");

  options.path = path();
  std::filesystem::create_directory(folder());
  std::filesystem::permissions(folder(), std::filesystem::perms{0777});
  CHECK(make()->open()
        == folder()
             + ": everybody may write to it: choose another folder for the control socket, or "
               "`chmod o-w` this one");
  CHECK_FALSE(std::filesystem::exists(path()));
}

TEST_CASE_METHOD(office, "control socket: its file goes with it", "[net][control_socket]") {
  open();
  auto waiting = come();
  waiting->send(ask_status);
  run();
  CHECK(counts.control_connections.value() == 1);

  control->stop();

  CHECK_FALSE(std::filesystem::exists(path()));
  CHECK(last_words(*waiting).empty());
  CHECK(counts.control_connections.value() == 0);
  replies.front()("{}");
  run();
  CHECK_FALSE(make()->open());
}

TEST_CASE_METHOD(office, "control socket: a request that is too long ends",
                 "[net][control_socket]") {
  open();
  auto fits = come();
  fits->send(std::string(65'521, ' ') + ask_status);
  run();
  CHECK(requests.size() == 1);

  auto over = come();
  over->send(std::string(65'522, ' ') + ask_status);
  CHECK(last_words(*over) == error("the request is longer than 65536 bytes"));

  auto endless = come();
  for (auto i = 0; i < 100; ++i) {
    endless->send(std::string(10'000, 'x'));
    run();
  }
  CHECK(last_words(*endless) == error("the request is longer than 65536 bytes"));
}

TEST_CASE_METHOD(office, "control socket: a request that does not come is not waited for",
                 "[net][control_socket]") {
  open();
  auto silent = come();
  auto slow = come();
  slow->send("{\"do\":");
  advance(4'900ms);
  silent->read();
  CHECK_FALSE(silent->has_ended);

  advance(200ms);

  CHECK(last_words(*silent) == error("the request did not arrive within 5 seconds"));
  CHECK(last_words(*slow) == error("the request did not arrive within 5 seconds"));
  CHECK(counts.control_connections.value() == 0);
}

TEST_CASE_METHOD(office, "control socket: an answer that is not taken is not kept",
                 "[net][control_socket]") {
  open();
  auto who = come();
  who->send(ask_status);
  run();
  replies.front()(std::string(8'000'000, 'x'));
  run();
  CHECK(counts.control_connections.value() == 1);

  advance(5'100ms);

  CHECK(counts.control_connections.value() == 0);
}

TEST_CASE("control socket: what takes too long goes on without its asker",
          "[net][control_socket]") {
  office here{{.answer_timeout = 60s}};
  here.open();
  auto who = here.come();
  who->send(ask_status);
  here.run();
  here.advance(59s);
  who->read();
  CHECK_FALSE(who->has_ended);

  here.advance(1'100ms);

  CHECK(here.last_words(*who) == error("it is not done after 60 seconds, and goes on"));
}

TEST_CASE_METHOD(office, "control socket: who hangs up is not waited for, who only listens is",
                 "[net][control_socket]") {
  open();
  auto gone = come();
  auto listening = come();
  gone->send(ask_status);
  listening->send(ask_status);
  listening->finish();
  run();
  REQUIRE(replies.size() == 2);

  gone->close();
  run();
  CHECK(counts.control_connections.value() == 1);

  for (auto& each : replies)
    each("{}");
  CHECK(last_words(*listening) == "{}\n");
}

TEST_CASE_METHOD(office, "control socket: so many at once, and the next are told to come back",
                 "[net][control_socket]") {
  open();
  std::vector<std::unique_ptr<guest>> many;
  while (many.size() < options.connections_max)
    many.push_back(come());

  auto late = come();
  CHECK(last_words(*late)
        == error("there are 16 requests under way: come back when one of them is done"));

  many.pop_back();
  run();
  auto next = come();
  next->send(ask_status);
  run();
  CHECK(requests.size() == 1);
}

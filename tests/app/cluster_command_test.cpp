#include "app/command_line.hpp"
#include "messages/control_protocol.hpp"
#include "tests/support/scratch_file.hpp"

#include <catch2/catch_test_macros.hpp>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace salon;
using namespace salon::testing;
using namespace std::chrono_literals;

namespace {

struct outcome {
  int status = 0;
  std::string out;
  std::string err;
};

outcome salon_cluster(std::vector<std::string> words) {
  words.insert(words.begin(), {"salon", "cluster"});
  std::vector<const char*> arguments;
  arguments.reserve(words.size());
  for (const auto& x : words)
    arguments.push_back(x.c_str());
  std::ostringstream out;
  std::ostringstream err;
  auto asked
    = read_command_line(static_cast<int>(arguments.size()), arguments.data(), {}, out, err);
  CHECK_FALSE(asked.serve);
  return {asked.status, out.str(), err.str()};
}

// A server's socket, in a folder of its own.
class listening {
public:
  explicit listening(const std::string& name = "control.sock")
    : folder_(""),
      path(folder_.folder() + "/" + name),
      descriptor_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    std::filesystem::create_directories(std::filesystem::path{path}.parent_path());
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    std::strncpy(at.sun_path, path.c_str(), sizeof(at.sun_path) - 1);
    REQUIRE(::bind(descriptor_, reinterpret_cast<const sockaddr*>(&at), sizeof(at)) == 0);
    REQUIRE(::listen(descriptor_, 4) == 0);
  }

  listening(const listening&) = delete;
  listening& operator=(const listening&) = delete;

  ~listening() {
    close();
  }

  void close() {
    if (descriptor_ >= 0)
      ::close(descriptor_);
    descriptor_ = -1;
  }

  std::string folder() const {
    return folder_.folder();
  }

  // Takes one request and says `answer`, whatever that is.
  std::string serve(const std::string& answer) const {
    auto client = ::accept(descriptor_, nullptr, nullptr);
    std::string request;
    for (char byte = 0; byte != '\n' && ::recv(client, &byte, 1, 0) == 1;)
      request += byte;
    ::send(client, answer.data(), answer.size(), MSG_NOSIGNAL);
    ::close(client);
    return request;
  }

private:
  scratch_file folder_;

public:
  const std::string path;

private:
  int descriptor_;
};

// What the command says to a server that answers so, and what it has asked.
struct dialogue {
  outcome result;
  std::string request;
};

dialogue with_answer(const std::string& answer, std::vector<std::string> words) {
  listening server;
  dialogue made;
  std::thread serving{[&] { made.request = server.serve(answer); }};
  words.insert(words.end(), {"--control", server.path});
  made.result = salon_cluster(std::move(words));
  serving.join();
  return made;
}

dialogue with_answer(const control_answer& answer, std::vector<std::string> words) {
  return with_answer(to_json(answer) + "\n", std::move(words));
}

cluster_status three_nodes() {
  using standing = node_status::standing;
  cluster_status result;
  result.nodes = {{"node-a", "10.0.0.1:9601", standing::up, true, 12, 340, 0, 0ms},
                  {"node-b", "10.0.0.2:9601", standing::leaving, false, 4, 12'345, 2'560, 420ms},
                  {"node-c", "10.0.0.3:9601", standing::down, false, 0, 0, 3'500'000, 72'300ms},
                  {"bot", "", standing::suspect, false, 0, 0, 100, 9'960ms}};
  return result;
}

// Sets a variable of the environment for as long as it lives.
class variable {
public:
  variable(const char* name, const std::string& value) : name_(name) {
    if (const auto* before = std::getenv(name))
      before_ = before;
    ::setenv(name, value.c_str(), 1);
  }

  variable(const variable&) = delete;
  variable& operator=(const variable&) = delete;

  ~variable() {
    if (before_)
      ::setenv(name_, before_->c_str(), 1);
    else
      ::unsetenv(name_);
  }

private:
  const char* name_;
  std::optional<std::string> before_;
};

} // namespace

TEST_CASE("cluster status: a line for each node, with a mark at the one that was asked",
          "[app][cluster_command]") {
  auto [result, request] = with_answer(three_nodes(), {"status"});

  CHECK(request == "{\"do\":\"status\"}\n");
  CHECK(result.status == 0);
  CHECK(result.err.empty());
  CHECK(result.out
        == "  NODE    ADDRESS        STATE    ROOMS  CONNECTIONS    QUEUE  HEARTBEAT\n"
           "* node-a  10.0.0.1:9601  up          12          340        -          -\n"
           "  node-b  10.0.0.2:9601  leaving      4        12345  2.5 KiB      0.4 s\n"
           "  node-c  10.0.0.3:9601  down         0            0  3.3 MiB       72 s\n"
           "  bot     -              suspect      0            0    100 B     10.0 s\n");
}

TEST_CASE("cluster status: a server that runs alone says so", "[app][cluster_command]") {
  cluster_status alone{false, {}};
  alone.nodes.push_back({"127.0.0.1:9501", "", node_status::standing::up, true, 1, 2, 0, 0ms});

  auto result = with_answer(alone, {"status"}).result;

  CHECK(result.status == 0);
  CHECK(result.out
        == "  NODE            ADDRESS  STATE  ROOMS  CONNECTIONS  QUEUE  HEARTBEAT\n"
           "* 127.0.0.1:9501  -        up         1            2      -          -\n"
           "This server runs alone: no cluster is configured (cluster.listen).\n");
}

TEST_CASE("cluster status: --json gives the answer as it came", "[app][cluster_command]") {
  const std::string answer = R"({"v":1,"cluster":true,"nodes":[],"later":[1]})";

  auto result = with_answer(answer + "\n", {"status", "--json"}).result;

  CHECK(result.status == 0);
  CHECK(result.out == answer + "\n");
}

TEST_CASE("cluster drain: it says how many rooms have moved", "[app][cluster_command]") {
  auto [result, request] = with_answer(control_done{12}, {"drain", "node-b"});

  CHECK(request == "{\"do\":\"drain\",\"node\":\"node-b\"}\n");
  CHECK(result.status == 0);
  CHECK(result.out == "node node-b is drained: 12 rooms have moved\n");
  CHECK(with_answer(control_done{1}, {"drain", "node-b"}).result.out
        == "node node-b is drained: 1 room has moved\n");
}

TEST_CASE("cluster move: it says where the room is", "[app][cluster_command]") {
  auto [result, request] = with_answer(control_done{1}, {"move", "chat:a", "node-b"});

  CHECK(request == "{\"do\":\"move\",\"room\":\"chat:a\",\"node\":\"node-b\"}\n");
  CHECK(result.status == 0);
  CHECK(result.out == "room chat:a has moved to node-b\n");
  CHECK(with_answer(control_done{0}, {"move", "chat:a", "node-b"}).result.out
        == "room chat:a is at node-b already\n");
}

TEST_CASE("cluster: what the server refuses is told in its words", "[app][cluster_command]") {
  for (const auto* why :
       {"there is no node \"x\"", "there is no room \"lobby\"", "node node-b is leaving"}) {
    auto result = with_answer(control_failure{why}, {"move", "lobby", "x"}).result;
    CHECK(result.status == 1);
    CHECK(result.out.empty());
    CHECK(result.err == std::string{why} + "\n");
  }

  auto raw = with_answer(control_failure{"no"}, {"drain", "x", "--json"}).result;
  CHECK(raw.status == 1);
  CHECK(raw.out == "{\"v\":1,\"error\":\"no\"}\n");
  CHECK(raw.err.empty());
}

TEST_CASE("cluster: a server that does not answer well ends with 2", "[app][cluster_command]") {
  auto silent = with_answer(std::string{}, {"status"}).result;
  CHECK(silent.status == 2);
  CHECK(silent.err.ends_with("control.sock: the server hung up without an answer\n"));

  for (const auto* answer : {"hello\n", "{\"v\":2,\"nodes\":[]}\n", "{\"v\":1,\"nodes\":[{\"st"}) {
    auto odd = with_answer(std::string{answer}, {"status"}).result;
    CHECK(odd.status == 2);
    CHECK(odd.out.empty());
    CHECK(odd.err.ends_with(
      "control.sock: the server answers in a way that this version does not understand\n"));
  }

  listening deaf;
  auto late = salon_cluster({"status", "--timeout", "0.1", "--control", deaf.path});
  CHECK(late.status == 2);
  CHECK(late.err == deaf.path + ": no answer within 100 ms\n");
}

TEST_CASE("cluster: the socket is found by the server's port", "[app][cluster_command]") {
  listening server{"salon/9501.sock"};
  variable state{"XDG_STATE_HOME", server.folder()};
  outcome result{};
  std::thread serving{[&] { server.serve(to_json(control_done{1}) + "\n"); }};
  result = salon_cluster({"drain", "b"});
  serving.join();
  CHECK(result.status == 0);

  auto other = salon_cluster({"drain", "b", "--port", "9502"});
  CHECK(other.status == 2);
  CHECK(other.err
        == server.folder()
             + "/salon/9502.sock: no server listens there (is the server on another port, or "
               "another user's? --control names its socket)\n");
}

TEST_CASE("cluster: without a server, or without a place to look for it, it ends with 2",
          "[app][cluster_command]") {
  listening server;
  server.close();
  for (const auto& path : {server.path, server.folder() + "/missing"}) {
    auto result = salon_cluster({"status", "--control", path});
    CHECK(result.status == 2);
    CHECK(result.err == path + ": no server listens there\n");
  }
  auto long_path = server.folder() + "/" + std::string(100, 'x');
  CHECK(salon_cluster({"status", "--control", long_path}).err
        == long_path + ": File name too long\n");

  variable state{"XDG_STATE_HOME", ""};
  variable home{"HOME", ""};
  auto nowhere = salon_cluster({"status"});
  CHECK(nowhere.status == 2);
  CHECK(nowhere.err
        == "there is no place to look for a server: set --control, XDG_STATE_HOME or HOME\n");
}

TEST_CASE("cluster: another user's server is not spoken to", "[app][cluster_command]") {
  listening server;
  std::filesystem::permissions(server.path, std::filesystem::perms{0});
  auto child = ::fork();
  if (child == 0) {
    // Root may do everything.
    if (::geteuid() == 0 && ::setuid(65'534) != 0)
      ::_exit(100);
    auto result = salon_cluster({"status", "--control", server.path});
    auto expected = server.path
                    + ": permission denied: only the user who runs the server may speak to it, and "
                      "root\n";
    ::_exit(result.err == expected ? result.status : 101);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);

  CHECK(WEXITSTATUS(status) == 2);
}

TEST_CASE("cluster: wrong words get an answer", "[app][cluster_command]") {
  const std::vector<std::vector<std::string>> wrong{{},
                                                    {"stat"},
                                                    {"status", "more"},
                                                    {"drain"},
                                                    {"move", "lobby"},
                                                    {"move", "lobby", "b", "c"},
                                                    {"status", "--port", "0"},
                                                    {"status", "--port", "x"},
                                                    {"status", "--port", "1", "--control", "x"},
                                                    {"status", "--timeout", "0"},
                                                    {"status", "--colour"}};
  for (const auto& words : wrong) {
    CAPTURE(words);
    auto result = salon_cluster(words);
    CHECK(result.status == 2);
    CHECK(result.out.empty());
    CHECK_FALSE(result.err.empty());
  }
  CHECK(salon_cluster({"drain"}).err.find("NODE") != std::string::npos);
}

// `salon cluster` as an operator uses it.
#include "tests/support/bare_client.hpp"
#include "tests/support/scratch_file.hpp"
#include "tests/support/scripted_server.hpp"
#include "tests/support/sdk_client.hpp"
#include "tests/support/test_server.hpp"

#include <catch2/catch_test_macros.hpp>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace salon::testing;

namespace {

// A server with a control socket in a folder of its own.
struct controlled_server {
  scratch_file folder{""};
  std::string path = folder.folder() + "/control.sock";
  test_server server{{"--control-path", path}};
};

} // namespace

TEST_CASE("cluster command: a server alone tells how it is", "[sockets][cluster_command]") {
  controlled_server world;
  sdk_client ana{world.server.port()};
  ana.enter("lobby");
  text_member bob{world.server.port(), "other"};

  salon_process status{{"cluster", "status", "--control", world.path}};
  CHECK(status.wait() == 0);
  salon_process raw{{"cluster", "status", "--json", "--control", world.path}};
  CHECK(raw.wait() == 0);

  auto name = "127.0.0.1:" + std::to_string(world.server.port());
  CHECK(status.await_log("* " + name).find("up         2            2      -")
        != std::string::npos);
  status.await_log("This server runs alone");
  CHECK(raw.await_log("\"v\":1")
        == "{\"v\":1,\"cluster\":false,\"nodes\":[{\"name\":\"" + name
             + "\",\"address\":\"\",\"state\":\"up\",\"self\":true,\"rooms\":2,\"connections\":2,"
               "\"queue_bytes\":0,\"heartbeat_age_ms\":0}]}");
  CHECK(world.server.metric("salon_control_requests_total") == 2);
  world.server.await_metric("salon_control_connections", 0);
}

TEST_CASE("cluster command: a server alone moves nothing", "[sockets][cluster_command]") {
  controlled_server world;

  salon_process drain{{"cluster", "drain", "node-b", "--control", world.path}};
  CHECK(drain.wait() == 1);
  salon_process move{{"cluster", "move", "lobby", "node-b", "--control", world.path}};
  CHECK(move.wait() == 1);

  drain.await_log("this server is not in a cluster: start it with --cluster-listen");
  move.await_log("this server is not in a cluster: start it with --cluster-listen");
  world.server.process().await_log("control request do=drain node=node-b");
  world.server.process().await_log("control request do=move node=node-b room=lobby");
}

TEST_CASE("cluster command: a node that is drained lets all its clients go, however many",
          "[sockets][cluster_command]") {
  scratch_file folder{""};
  ::setenv("XDG_STATE_HOME", folder.folder().c_str(), 1);
  auto path = folder.folder() + "/control.sock";
  auto node = [](const std::string& name, std::vector<std::string> further) {
    std::vector<std::string> result{
      "--shards",         "1",           "--defaults-durability", "none",
      "--cluster-listen", "127.0.0.1:0", "--cluster-name",        name};
    result.insert(result.end(), further.begin(), further.end());
    return result;
  };
  // More than it closes within its grace.
  test_server drained{node(
    "node-a", {"--control-path", path, "--shutdown-grace", "1s", "--cluster-drain-rate", "10"})};
  auto joined = drained.process().await_log("cluster joined");
  test_server other{node("node-b", {"--cluster-join", joined.substr(joined.find("address=") + 8)})};
  other.await_metric("salon_nodes", 2);
  std::vector<std::unique_ptr<sdk_client>> clients;
  for (auto i = 0; i < 30; ++i) {
    clients.push_back(std::make_unique<sdk_client>(drained.port()));
    clients.back()->enter("room" + std::to_string(i % 3));
  }

  salon_process drain{{"cluster", "drain", "node-a", "--control", path}};
  for (auto& each : clients)
    CHECK(each->read_farewell() == farewell{3001, "shutdown"});

  CHECK(drain.wait() == 0);
  salon_process status{{"cluster", "status", "--control", path}};
  CHECK(status.wait() == 0);
  CHECK(status.await_log("* node-a").find("leaving      0            0") != std::string::npos);
  CHECK(drained.stop() == 0);
  ::unsetenv("XDG_STATE_HOME");
}

TEST_CASE("cluster command: the socket goes with its server, however that ends",
          "[sockets][cluster_command]") {
  scratch_file folder{""};
  auto path = folder.folder() + "/control.sock";
  {
    test_server server{{"--control-path", path}};
    server.process().signal(SIGKILL);
    CHECK(server.await_end() == 128 + SIGKILL);
  }
  CHECK(std::filesystem::exists(path));
  salon_process nobody{{"cluster", "status", "--control", path}};
  CHECK(nobody.wait() == 2);
  nobody.await_log(path + ": no server listens there");

  {
    test_server next{{"--control-path", path}};
    salon_process status{{"cluster", "status", "--control", path}};
    CHECK(status.wait() == 0);
  }
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("cluster command: a server is found by its port, in its user's state folder",
          "[sockets][cluster_command]") {
  scratch_file folder{""};
  ::setenv("XDG_STATE_HOME", folder.folder().c_str(), 1);
  std::optional<scripted_server> reserved{std::in_place};
  auto port = std::to_string(reserved->port());
  reserved.reset();
  {
    test_server server{{"--port", port}};
    salon_process status{{"cluster", "status", "--port", port}};
    CHECK(status.wait() == 0);
    status.await_log("* 127.0.0.1:" + port);
  }
  ::unsetenv("XDG_STATE_HOME");

  CHECK(std::filesystem::exists(folder.folder() + "/salon/" + port + ".db"));
  CHECK_FALSE(std::filesystem::exists(folder.folder() + "/salon/" + port + ".sock"));
}

TEST_CASE("cluster command: without a fixed port there is no socket, nor where it is turned off",
          "[sockets][cluster_command]") {
  scratch_file folder{""};
  ::setenv("XDG_STATE_HOME", folder.folder().c_str(), 1);
  {
    test_server server;
    test_server other{{"--control-path", ""}};
    CHECK(server.process().log_lines_with("control") == 0);
    CHECK(other.process().log_lines_with("control") == 0);
  }
  ::unsetenv("XDG_STATE_HOME");

  CHECK_FALSE(std::filesystem::exists(folder.folder() + "/salon"));
}

TEST_CASE("cluster command: a server serves without its socket, unless that was asked for",
          "[sockets][cluster_command]") {
  scratch_file blocked{"", "salon"};
  ::setenv("XDG_STATE_HOME", blocked.folder().c_str(), 1);
  std::optional<scripted_server> reserved{std::in_place};
  auto port = std::to_string(reserved->port());
  reserved.reset();
  {
    test_server server{{"--port", port, "--store-path", "memory"}};
    server.process().await_log("no control reason=\"" + blocked.path() + ": not a folder");
  }
  ::unsetenv("XDG_STATE_HOME");
}

TEST_CASE("cluster command: two servers do not share a socket", "[sockets][cluster_command]") {
  controlled_server world;

  salon_process second{{"serve", "--port", "0", "--control-path", world.path}};

  CHECK(second.wait() == 1);
  second.await_log("cannot open control");
  second.await_log("in use by process " + std::to_string(world.server.process().id()));
  salon_process status{{"cluster", "status", "--control", world.path}};
  CHECK(status.wait() == 0);
}

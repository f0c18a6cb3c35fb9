#include "server/load_config.hpp"
#include "server/options.hpp"
#include "tests/support/scratch_file.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdlib>
#include <sstream>

using namespace salon;
using namespace std::chrono_literals;
using salon::testing::scratch_file;

namespace {

using sentences = std::vector<std::string>;

setting variable(std::string name, std::string value) {
  return {std::move(name), {}, std::move(value)};
}

setting flag(const std::string& key, std::string value) {
  return {flag_name(key), key, std::move(value)};
}

sentences lines(const std::string& text) {
  sentences result;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);)
    result.push_back(line);
  return result;
}

// The mistakes in a file of these contents.
sentences errors_in(std::string_view contents) {
  scratch_file file{contents};
  auto errors = load_config({file.path(), {}, {}}).errors;
  for (auto& x : errors)
    x = file.anonymous(x);
  return errors;
}

sentences errors_in_environment(std::vector<setting> variables) {
  return load_config({{}, std::move(variables), {}}).errors;
}

} // namespace

TEST_CASE("load config: without any source there are the defaults", "[server][load_config]") {
  auto loaded = load_config({});

  CHECK(loaded.errors.empty());
  CHECK(loaded.file.empty());
  for (const auto& x : options())
    CHECK(x.get(loaded.value) == x.get(config{}));
}

TEST_CASE("load config: flags override the environment, and that the file",
          "[server][load_config]") {
  scratch_file file{"port = 1\nshards = 1\naddress = \"127.0.0.1\"\n"};
  auto loaded
    = load_config({file.path(),
                   {variable("SALON_SHARDS", "2"), variable("SALON_ADDRESS", "127.0.0.2")},
                   {flag("address", "127.0.0.3")}});

  REQUIRE(loaded.errors.empty());
  CHECK(loaded.file == file.path());
  CHECK(loaded.value.port == 1);
  CHECK(loaded.value.shards == 2);
  CHECK(loaded.value.address == "127.0.0.3");
}

TEST_CASE("load config: each option can be set by each source", "[server][load_config]") {
  for (const auto& x : options()) {
    CAPTURE(x.key);
    auto value = show(x.get(config{}));
    auto plain = x.kind == option_kind::list ? std::string{} : value;
    if (plain.starts_with('"'))
      plain = plain.substr(1, plain.size() - 2);
    scratch_file file{x.key + " = " + value};
    CHECK(load_config({file.path(), {}, {}}).errors.empty());
    CHECK(errors_in_environment({variable(variable_name(x.key), plain)}).empty());
    CHECK(load_config({{}, {}, {flag(x.key, plain)}}).errors.empty());
  }
}

TEST_CASE("load config: a variable names the file when no flag does", "[server][load_config]") {
  scratch_file one{"port = 1\n"};
  scratch_file two{"port = 2\n"};
  auto by_variable = load_config({{}, {variable("SALON_CONFIG", one.path())}, {}});
  auto by_flag = load_config({two.path(), {variable("SALON_CONFIG", one.path())}, {}});

  REQUIRE(by_variable.errors.empty());
  CHECK(by_variable.value.port == 1);
  CHECK(by_variable.file == one.path());
  REQUIRE(by_flag.errors.empty());
  CHECK(by_flag.value.port == 2);
}

TEST_CASE("load config: a namespace starts from the defaults, whichever source set them",
          "[server][load_config]") {
  scratch_file file{"[namespaces.chat]\n"
                    "presence = false\n"
                    "[namespaces.news]\n"
                    "[defaults]\n"
                    "history_size = 7\n"};
  auto loaded
    = load_config({file.path(),
                   {variable("SALON_DEFAULTS_HISTORY_TTL", "1h")},
                   {flag("defaults.keys_max", "5"),
                    {"--set namespaces.news.history_size", "namespaces.news.history_size", "8"},
                    {"--set namespaces.new.presence", "namespaces.new.presence", "false"}}});

  REQUIRE(loaded.errors.empty());
  REQUIRE(loaded.value.namespaces.size() == 3);
  const auto& chat = loaded.value.namespaces["chat"];
  CHECK(chat.history_size == 7);
  CHECK(chat.history_ttl == 1h);
  CHECK(chat.keys_max == 5);
  CHECK_FALSE(chat.presence);
  const auto& news = loaded.value.namespaces["news"];
  CHECK(news.history_size == 8);
  CHECK(news.history_ttl == 1h);
  CHECK(news.presence);
  CHECK_FALSE(loaded.value.namespaces["new"].presence);
  CHECK(loaded.value.defaults.presence);
}

TEST_CASE("load config: all mistakes of a file are told at once, in its order",
          "[server][load_config]") {
  CHECK(
    errors_in("port = 99999\n"
              "address = \"localhost\"\n"
              "insecure = \"yes\"\n"
              "[namespaces.chat]\n"
              "presence = 1\n"
              "[client]\n"
              "ping_interval = \"5\"\n"
              "pong_timeout = 8\n"
              "queue_max_size = \"1MB\"\n"
              "allowed_origins = [\"chat.example.org\"]\n"
              "[log]\n"
              "level = \"loud\"\n")
    == lines(
      "FILE:1: port = 99999: expected a whole number from 0 to 65535\n"
      "FILE:2: address = \"localhost\": expected an IP address, such as \"127.0.0.1\", \"::1\" or "
      "\"0.0.0.0\"\n"
      "FILE:3: insecure = \"yes\": expected true or false\n"
      "FILE:5: namespaces.chat.presence = 1: expected true or false\n"
      "FILE:7: client.ping_interval = \"5\": expected a duration from 1s to 1h, such as \"25s\"\n"
      "FILE:8: client.pong_timeout = 8: expected a duration from 100ms to 10m, such as \"8s\"\n"
      "FILE:9: client.queue_max_size = \"1MB\": expected a size from 4KiB to 1GiB, such as "
      "\"1MiB\"\n"
      "FILE:10: client.allowed_origins = [\"chat.example.org\"]: expected a list of origins, such "
      "as [\"https://chat.example.org:8443\"], or [\"*\"]\n"
      "FILE:12: log.level = \"loud\": expected \"trace\", \"debug\", \"info\", \"warn\", "
      "\"error\" or \"off\"\n"));
}

TEST_CASE("load config: a value is shown as it was written", "[server][load_config]") {
  CHECK(
    errors_in("port = 99999999999999999999\n")
    == sentences{"FILE:1: port = 99999999999999999999: expected a whole number from 0 to 65535"});
  CHECK(errors_in("port = 95.010\n")
        == sentences{"FILE:1: port = 95.010: expected a whole number from 0 to 65535"});
  CHECK(errors_in("port = \"9501\"\n")
        == sentences{"FILE:1: port = \"9501\": expected a whole number from 0 to 65535"});
}

TEST_CASE("load config: a cluster is told by each source", "[server][load_config]") {
  scratch_file file{
    "[cluster]\nlisten = \"127.0.0.1:9601\"\njoin = [\"localhost:1\", \"[::1]:2\"]\n"};
  const std::vector<config_sources> sources{
    {file.path(), {}, {}},
    {{},
     {variable("SALON_CLUSTER_LISTEN", "127.0.0.1:9601"),
      variable("SALON_CLUSTER_JOIN", "localhost:1,[::1]:2")},
     {}},
    {{},
     {},
     {flag("cluster.listen", "127.0.0.1:9601"), flag("cluster.join", "localhost:1, [::1]:2")}}};
  for (const auto& source : sources) {
    auto loaded = load_config(source);
    CHECK(loaded.errors.empty());
    CHECK(loaded.value.cluster.listen == "127.0.0.1:9601");
    CHECK(loaded.value.cluster.join == std::vector<std::string>{"localhost:1", "[::1]:2"});
  }
}

TEST_CASE("load config: places in a cluster have a host and a port", "[server][load_config]") {
  CHECK(errors_in("[cluster]\n"
                  "listen = \"9601\"\n"
                  "join = [\"node-b:9601\", \"node-c\"]\n"
                  "advertise = \"127.0.0.1:0\"\n"
                  "name = \"a b\"\n")
        == lines("FILE:2: cluster.listen = \"9601\": expected a host and a port, such as "
                 "\"127.0.0.1:9601\" or \"[::1]:9601\", or \"\"\n"
                 "FILE:3: cluster.join = [\"node-b:9601\", \"node-c\"]: expected a list of hosts "
                 "and ports, such as [\"10.0.0.1:9601\", \"node-b:9601\"]\n"
                 "FILE:4: cluster.advertise = \"127.0.0.1:0\": expected a host and a port that is "
                 "not 0, such as \"node-a:9601\", or \"\"\n"
                 "FILE:5: cluster.name = \"a b\": expected up to 255 letters, digits and signs, "
                 "such as \"node-a\", or \"\"\n"));
  for (const auto* where : {"0.0.0.0:1", "[::]:1", "a:0", "a:b", ""}) {
    CAPTURE(where);
    CHECK(errors_in("cluster.join = [\"" + std::string{where} + "\"]\n").size() == 1);
  }
}

TEST_CASE("load config: durability names what this version has", "[server][load_config]") {
  CHECK(errors_in("[defaults]\ndurability = \"tape\"\n")
        == sentences{
          "FILE:2: defaults.durability = \"tape\": expected \"none\", \"process\" or \"disk\""});
}

TEST_CASE("load config: a channel_regex has to be one", "[server][load_config]") {
  CHECK(
    errors_in("[namespaces.chat]\nchannel_regex = \"[a-z\"\n")
    == sentences{"FILE:2: namespaces.chat.channel_regex = \"[a-z\": expected a regular expression "
                 "(ECMAScript)"});
  CHECK(errors_in("[namespaces.chat]\nchannel_regex = \"[a-z]+\"\n").empty());
}

TEST_CASE("load config: unknown keys are told with the known one that is near",
          "[server][load_config]") {
  CHECK(errors_in("prot = 1\n") == sentences{"FILE:1: unknown key prot: did you mean port?"});
  CHECK(errors_in("[client]\npong_timout = \"8s\"\n")
        == sentences{"FILE:2: unknown key client.pong_timout: did you mean client.pong_timeout?"});
  CHECK(errors_in("[websocket]\nping_interval = \"8s\"\n")
        == sentences{"FILE:2: unknown key websocket.ping_interval: did you mean "
                     "client.ping_interval?"});
  CHECK(errors_in("[namespaces.chat]\nhistroy_size = 1\n")
        == sentences{"FILE:2: unknown key namespaces.chat.histroy_size: did you mean "
                     "namespaces.chat.history_size?"});
  CHECK(errors_in("colour = 1\n")
        == sentences{"FILE:1: unknown key colour: `salon options` lists the known ones"});
  CHECK(errors_in("[colours]\n")
        == sentences{"FILE:1: unknown key colours: `salon options` lists the known ones"});
  CHECK(errors_in("[colours]\n\"a b\" = 1\n")
        == sentences{"FILE:2: unknown key colours.\"a b\": `salon options` lists the known ones"});
}

TEST_CASE("load config: sections are tables, and options are not", "[server][load_config]") {
  CHECK(errors_in("client = 5\n") == sentences{"FILE:1: client = 5: expected a table"});
  CHECK(errors_in("namespaces = 5\n") == sentences{"FILE:1: namespaces = 5: expected a table"});
  CHECK(errors_in("[namespaces]\nchat = 5\n")
        == sentences{"FILE:2: namespaces.chat = 5: expected a table"});
  CHECK(errors_in("[[namespaces]]\nname = \"chat\"\n")
        == sentences{"FILE:1: namespaces = a list of tables: expected a table"});
  CHECK(errors_in("[port]\n")
        == sentences{"FILE:1: port = a table: expected a whole number from 0 to 65535"});
  CHECK(errors_in("[client]\n[namespaces]\n[namespaces.chat]\n").empty());
}

TEST_CASE("load config: a namespace's name has its rules, told once", "[server][load_config]") {
  CHECK(
    errors_in("[namespaces.x]\nhistory_size = 1\npresence = true\n")
    == sentences{"FILE:2: namespaces.x.history_size: expected a namespace of two or more letters, "
                 "digits, \"-\" and \"_\""});
  CHECK(
    errors_in("[namespaces.\"a:b\"]\n")
    == sentences{"FILE:1: namespaces.\"a:b\": expected a namespace of two or more letters, digits, "
                 "\"-\" and \"_\""});
}

TEST_CASE("load config: what is no TOML is told, beside the mistakes of other sources",
          "[server][load_config]") {
  scratch_file file{"port = \n"};
  auto errors
    = load_config({file.path(), {variable("SALON_PORT", "x")}, {flag("shards", "y")}}).errors;

  REQUIRE(errors.size() == 3);
  CHECK(file.anonymous(errors[0]).starts_with("FILE:1: not valid TOML: "));
  CHECK(errors[1] == "SALON_PORT = \"x\": expected a whole number from 0 to 65535");
  CHECK(errors[2] == "--shards = \"y\": expected a whole number from 0 to 1024");
}

TEST_CASE("load config: a file that is not there is told", "[server][load_config]") {
  CHECK(load_config({"/nowhere/salon.toml", {}, {}}).errors
        == sentences{"/nowhere/salon.toml: cannot be read: No such file or directory"});
}

TEST_CASE("load config: the environment's mistakes name the variable", "[server][load_config]") {
  CHECK(errors_in_environment({variable("SALON_PORT", "70000")})
        == sentences{"SALON_PORT = 70000: expected a whole number from 0 to 65535"});
  CHECK(errors_in_environment({variable("SALON_PORT", "")})
        == sentences{"SALON_PORT = \"\": expected a whole number from 0 to 65535"});
  CHECK(
    errors_in_environment({variable("SALON_CLIENT_PING_INTERVAL", "25")})
    == sentences{"SALON_CLIENT_PING_INTERVAL = \"25\": expected a duration from 1s to 1h, such as "
                 "\"25s\""});
  CHECK(errors_in_environment({variable("SALON_INSECURE", "1")})
        == sentences{"SALON_INSECURE = \"1\": expected true or false"});
}

TEST_CASE("load config: unknown variables are told", "[server][load_config]") {
  CHECK(errors_in_environment({variable("SALON_PROT", "1")})
        == sentences{"SALON_PROT: unknown variable: did you mean SALON_PORT?"});
  CHECK(errors_in_environment({variable("SALON_CONFIGURATION_FILE", "a")})
        == sentences{
          "SALON_CONFIGURATION_FILE: unknown variable: `salon options` lists the known ones"});
  CHECK(errors_in_environment({variable("SALON_NAMESPACES_CHAT_PRESENCE", "true")})
        == sentences{
          "SALON_NAMESPACES_CHAT_PRESENCE: unknown variable: namespaces are set in the file, "
          "or with --set"});
}

TEST_CASE("load config: flags' mistakes name the flag", "[server][load_config]") {
  auto errors_of = [](const std::string& key, const std::string& value) {
    return load_config({{}, {}, {{"--set " + key, key, value}}}).errors;
  };
  CHECK(load_config({{}, {}, {flag("port", "-1")}}).errors
        == sentences{"--port = -1: expected a whole number from 0 to 65535"});
  CHECK(
    errors_of("namespaces.chat.history_size", "many")
    == sentences{"--set namespaces.chat.history_size = \"many\": expected a whole number from 0 to "
                 "1000000"});
  CHECK(errors_of("namespaces.chat", "1")
        == sentences{"--set namespaces.chat = \"1\": expected a table"});
  CHECK(errors_of("colour", "1")
        == sentences{"--set colour: unknown key colour: `salon options` lists the known ones"});
}

TEST_CASE("load config: options that contradict each other are told with their place",
          "[server][load_config]") {
  CHECK(
    errors_in("[client]\npong_timeout = \"30s\"\n")
    == sentences{"FILE:2: client.pong_timeout = \"30s\": expected less than client.ping_interval, "
                 "which is \"25s\""});
  CHECK(errors_in_environment({variable("SALON_CLIENT_PING_INTERVAL", "8s")})
        == sentences{"SALON_CLIENT_PING_INTERVAL = \"8s\": expected more than client.pong_timeout, "
                     "which is \"8s\""});
  CHECK(errors_in("address = \"0.0.0.0\"\n")
        == sentences{
          "FILE:1: address = \"0.0.0.0\": other machines reach it, and this version has no "
          "authentication: use a loopback address such as \"127.0.0.1\", or let everybody in "
          "with --insecure"});
  CHECK(errors_in("address = \"0.0.0.0\"\ninsecure = true\n").empty());
}

TEST_CASE("load config: namespaces are not blamed for what they have from the defaults",
          "[server][load_config]") {
  CHECK(errors_in("[defaults]\n"
                  "force_push_join_leave = true\n"
                  "join_leave = false\n"
                  "[namespaces.chat]\n"
                  "presence = false\n")
        == sentences{"FILE:2: defaults.force_push_join_leave = true: expected false, since "
                     "defaults.join_leave is false"});
}

TEST_CASE("load config: the environment is read by its prefix", "[server][load_config]") {
  REQUIRE(setenv("SALON_TEST_B", "x=y", 1) == 0);
  REQUIRE(setenv("SALON_TEST_A", "", 1) == 0);
  REQUIRE(setenv("SALONTEST", "1", 1) == 0);
  std::vector<std::pair<std::string, std::string>> found;
  for (const auto& x : environment_settings()) {
    CHECK(x.name.starts_with("SALON_"));
    if (x.name.starts_with("SALON_TEST_"))
      found.emplace_back(x.name, x.value);
  }
  for (const auto* name : {"SALON_TEST_A", "SALON_TEST_B", "SALONTEST"})
    unsetenv(name);

  CHECK(found
        == std::vector<std::pair<std::string, std::string>>{{"SALON_TEST_A", ""},
                                                            {"SALON_TEST_B", "x=y"}});
}

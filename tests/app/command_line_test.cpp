#include "app/command_line.hpp"
#include "server/option_docs.hpp"
#include "server/options.hpp"
#include "server/version.hpp"
#include "tests/support/scratch_file.hpp"

#include <catch2/catch_test_macros.hpp>

#include <sstream>

using namespace salon;
using namespace std::chrono_literals;
using salon::testing::scratch_file;

namespace {

struct outcome {
  command asked;
  std::string out;
  std::string err;
};

// What `salon WORDS` does.
outcome salon_with(const std::vector<std::string>& words,
                   const std::vector<setting>& environment = {}) {
  std::vector<const char*> arguments{"salon"};
  for (const auto& x : words)
    arguments.push_back(x.c_str());
  std::ostringstream out;
  std::ostringstream err;
  auto asked = read_command_line(static_cast<int>(arguments.size()), arguments.data(), environment,
                                 out, err);
  return {std::move(asked), out.str(), err.str()};
}

config served(const std::vector<std::string>& words, const std::vector<setting>& environment = {}) {
  auto result = salon_with(words, environment);
  CHECK(result.out.empty());
  CHECK(result.err.empty());
  REQUIRE(result.asked.serve);
  return *result.asked.serve;
}

void check_refused(const std::vector<std::string>& words, const std::string& sentence) {
  CAPTURE(words);
  auto result = salon_with(words);
  CHECK_FALSE(result.asked.serve);
  CHECK(result.asked.status == 2);
  CHECK(result.out.empty());
  CHECK(result.err == sentence + "\n");
}

} // namespace

TEST_CASE("command line: without arguments it prints its help", "[app][command_line]") {
  auto result = salon_with({});

  CHECK_FALSE(result.asked.serve);
  CHECK(result.asked.status == 0);
  CHECK(result.err.empty());
  for (const auto* word : {"Usage: salon", "serve", "check", "options", "--version"}) {
    CAPTURE(word);
    CHECK(result.out.find(word) != std::string::npos);
  }
  CHECK(salon_with({"--help"}).out == result.out);
}

TEST_CASE("command line: the help of serve names each flag", "[app][command_line]") {
  for (const auto* name : {"serve", "check"}) {
    auto result = salon_with({name, "--help"});
    CHECK(result.asked.status == 0);
    CHECK_FALSE(result.asked.serve);
    CHECK(result.out.find("--config FILE") != std::string::npos);
    CHECK(result.out.find("--set KEY=VALUE") != std::string::npos);
    for (const auto& x : options()) {
      CAPTURE(x.key);
      CHECK(result.out.find("  " + flag_name(x.key) + " ") != std::string::npos);
    }
  }
}

TEST_CASE("command line: --version prints name and number", "[app][command_line]") {
  auto result = salon_with({"--version"});

  CHECK(result.asked.status == 0);
  CHECK_FALSE(result.asked.serve);
  CHECK(result.out == "salon " + std::string{version()} + "\n");
}

TEST_CASE("command line: serve alone serves the defaults", "[app][command_line]") {
  auto c = served({"serve"});

  for (const auto& x : options()) {
    CAPTURE(x.key);
    CHECK(x.get(c) == x.get(config{}));
  }
}

TEST_CASE("command line: each option has a flag", "[app][command_line]") {
  for (const auto& x : options()) {
    CAPTURE(x.key);
    auto given = x.get(config{});
    auto value = show(given);
    if (const auto* text = std::get_if<std::string>(&given))
      value = *text;
    if (x.kind == option_kind::list)
      value.clear();
    auto c = value.empty() ? served({"serve", flag_name(x.key), ""})
                           : served({"serve", flag_name(x.key) + "=" + value});
    CHECK(x.get(c) == given);
  }
}

TEST_CASE("command line: --store is short for --store-path", "[app][command_line]") {
  CHECK(served({"serve", "--store", "postgres://ana@db/chat"}).store_path
        == "postgres://ana@db/chat");
  CHECK(served({"serve", "--store=memory"}).store_path == "memory");
}

TEST_CASE("command line: a list's members are separated by commas", "[app][command_line]") {
  auto c = served({"serve", "--client-allowed-origins", "*", "--cluster-listen", "127.0.0.1:9601",
                   "--cluster-join", "127.0.0.1:9602,[::1]:9603"});

  CHECK(c.front.allowed_origins == std::vector<std::string>{"*"});
  CHECK(c.cluster.listen == "127.0.0.1:9601");
  CHECK(c.cluster.join == std::vector<std::string>{"127.0.0.1:9602", "[::1]:9603"});
}

TEST_CASE("command line: a flag's value may be a word of its own, and the last one counts",
          "[app][command_line]") {
  auto c = served({"serve", "--port", "1", "--client-ping-interval", "10s", "--port=2"});

  CHECK(c.port == 2);
  CHECK(c.connection.ping_interval == 10s);
}

TEST_CASE("command line: what is true or false needs no value to be true", "[app][command_line]") {
  CHECK(served({"serve", "--insecure"}).insecure);
  CHECK_FALSE(served({"serve", "--insecure", "--insecure=false"}).insecure);
  CHECK_FALSE(served({"serve", "--defaults-presence=false"}).defaults.presence);
}

TEST_CASE("command line: flags override the environment, and that the file",
          "[app][command_line]") {
  scratch_file file{"port = 1\nshards = 1\n[log]\nlevel = \"debug\"\n"};
  const std::vector<setting> environment{{"SALON_SHARDS", {}, "2"},
                                         {"SALON_LOG_LEVEL", {}, "warn"}};
  auto c = served({"serve", "--config", file.path(), "--log-level", "error"}, environment);

  CHECK(c.port == 1);
  CHECK(c.shards == 2);
  CHECK(c.log_level == log::level::error);
}

TEST_CASE("command line: --set reaches namespaces, as often as it is given",
          "[app][command_line]") {
  auto c = served({"serve", "--set", "namespaces.chat.history_size=10", "--set",
                   "namespaces.chat.channel_regex=a=b", "--set=port=7"});

  REQUIRE(c.namespaces.contains("chat"));
  CHECK(c.namespaces["chat"].history_size == 10);
  CHECK(c.namespaces["chat"].channel_regex == "a=b");
  CHECK(c.port == 7);
}

TEST_CASE("command line: a mistake serves nothing and ends with 2", "[app][command_line]") {
  check_refused({"serve", "--port", "70000"},
                "--port = 70000: expected a whole number from 0 to 65535");
  check_refused({"serve", "--port", "-1"}, "--port = -1: expected a whole number from 0 to 65535");
  check_refused({"serve", "--port"}, "--port: expected a value");
  check_refused({"serve", "--insecure=maybe"}, "--insecure = \"maybe\": expected true or false");
  check_refused({"serve", "--config", "/nowhere/salon.toml"},
                "/nowhere/salon.toml: cannot be read: No such file or directory");
  check_refused({"serve", "--config", ""}, "--config: expected a file");
  check_refused({"serve", "--set", "port"},
                "--set \"port\": expected KEY=VALUE, such as defaults.history_size=10");
  check_refused({"serve", "--set", "=1"},
                "--set \"=1\": expected KEY=VALUE, such as defaults.history_size=10");
  check_refused({"serve", "--set", "colour=1"},
                "--set colour: unknown key colour: `salon options` lists the known ones");
}

TEST_CASE("command line: words it does not know are told with what they may mean",
          "[app][command_line]") {
  check_refused({"serv"}, "serv: unexpected argument: did you mean serve?");
  check_refused({"--colour"}, "--colour: unexpected argument: `salon --help` lists what there is");
  check_refused({"serve", "--prot", "1"}, "--prot: unexpected argument: did you mean --port?");
  check_refused({"serve", "--prot=1"}, "--prot=1: unexpected argument: did you mean --port?");
  check_refused({"serve", "9501"},
                "9501: unexpected argument: `salon serve --help` lists what there is");
  check_refused({"check", "salon.toml"},
                "salon.toml: unexpected argument: `salon check --help` lists what there is");
  check_refused({"options", "--markdwon"},
                "--markdwon: unexpected argument: did you mean --markdown?");
}

TEST_CASE("command line: other machines are let in only when told to", "[app][command_line]") {
  check_refused({"serve", "--address", "0.0.0.0"},
                "--address = \"0.0.0.0\": other machines reach it, and this version has no "
                "authentication: use a loopback address such as \"127.0.0.1\", or let everybody in "
                "with --insecure");
  CHECK(served({"serve", "--address", "0.0.0.0", "--insecure"}).address == "0.0.0.0");
}

TEST_CASE("command line: check says that a file is fine, or all that is wrong",
          "[app][command_line]") {
  scratch_file good{"port = 1\n"};
  auto fine = salon_with({"check", "--config", good.path()});
  CHECK_FALSE(fine.asked.serve);
  CHECK(fine.asked.status == 0);
  CHECK(good.anonymous(fine.out) == "FILE: ok\n");
  CHECK(fine.err.empty());

  scratch_file bad{"port = -1\nprot = 1\n"};
  auto wrong = salon_with({"check", "--config", bad.path()});
  CHECK_FALSE(wrong.asked.serve);
  CHECK(wrong.asked.status == 2);
  CHECK(wrong.out.empty());
  CHECK(bad.anonymous(wrong.err)
        == "FILE:1: port = -1: expected a whole number from 0 to 65535\n"
           "FILE:2: unknown key prot: did you mean port?\n");
}

TEST_CASE("command line: check without a file looks at environment and flags",
          "[app][command_line]") {
  scratch_file file{""};
  CHECK(salon_with({"check"}).out == "no file: ok\n");
  CHECK(salon_with({"check"}, {{"SALON_PROT", {}, "1"}}).err
        == "SALON_PROT: unknown variable: did you mean SALON_PORT?\n");
  CHECK(file.anonymous(salon_with({"check"}, {{"SALON_CONFIG", {}, file.path()}}).out)
        == "FILE: ok\n");
  check_refused({"check", "--shards", "x"},
                "--shards = \"x\": expected a whole number from 0 to 1024");
}

TEST_CASE("command line: options prints a configuration file, or the documentation's tables",
          "[app][command_line]") {
  CHECK(salon_with({"options"}).out == options_as_toml());
  CHECK(salon_with({"options", "--markdown"}).out == options_as_markdown());
  CHECK(salon_with({"options"}).asked.status == 0);
}

TEST_CASE("command line: mistakes in a chat are told before there is any", "[app][command_line]") {
  for (const auto& [words, sentence] :
       std::vector<std::pair<std::vector<std::string>, std::string>>{
         {{"chat", "wss://a"}, "wss://a: this version speaks no TLS: expected ws:// or http://\n"},
         {{"chat", "--room", "a b"}, "--room \"a b\": expected up to 255 letters"},
         {{"chat", "--name", std::string(65, 'x')}, "--name: expected up to 64 bytes of UTF-8\n"},
         {{"chat", "--name", "\xff"}, "--name: expected up to 64 bytes of UTF-8\n"},
         {{"chat", "--nmae", "ana"}, "--nmae"},
         {{"chat", "--name"}, "--name: expected a value\n"},
         {{"chat", "a", "b"}, "b"}}) {
    auto result = salon_with(words);

    INFO(result.err);
    CHECK_FALSE(result.asked.serve);
    CHECK(result.asked.status == 2);
    CHECK(result.err.find(sentence) != std::string::npos);
    CHECK(result.out.empty());
  }
}

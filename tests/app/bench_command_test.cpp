// What `salon bench` refuses before it opens a connection. What it does is in
// tests/sockets/load_test.cpp.
#include "app/command_line.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

using namespace salon;

namespace {

struct outcome {
  int status;
  std::string out;
  std::string err;
};

outcome bench(const std::vector<std::string>& words) {
  std::vector<const char*> arguments{"salon", "bench"};
  for (const auto& x : words)
    arguments.push_back(x.c_str());
  std::ostringstream out;
  std::ostringstream err;
  auto asked
    = read_command_line(static_cast<int>(arguments.size()), arguments.data(), {}, out, err);
  CHECK_FALSE(asked.serve);
  return {asked.status, out.str(), err.str()};
}

void check_refused(const std::vector<std::string>& words, const std::string& begin) {
  CAPTURE(words);
  auto [status, out, err] = bench(words);
  CHECK(status == 2);
  CHECK(out.empty());
  CHECK(err.substr(0, begin.size()) == begin);
}

} // namespace

TEST_CASE("bench command: loads that make no sense are refused with a sentence",
          "[app][bench_command]") {
  check_refused({"--members", "5", "--publishers", "6"}, "--publishers 6: expected at most");
  check_refused({"--members", "5", "--mode", "slow", "--slow", "5"}, "--slow 5: expected at most");
  check_refused({"--mode", "slow"}, "--mode slow and --slow N: expected both or none");
  check_refused({"--slow", "3"}, "--mode slow and --slow N: expected both or none");
  check_refused({"--payload", "17"}, "--payload 17: expected at least 18 with this protocol");
  check_refused({"--payload", "20", "--protocol", "sdk"}, "--payload 20: expected at least 29");
  check_refused({"--mode", "storm"}, "--mode storm: expected --protocol sdk");
  check_refused({"--mode", "storm", "--protocol", "sdk", "--rooms", "2"},
                "--mode storm: expected --protocol sdk, which can recover, and one room");
  check_refused({"--mode", "storm", "--protocol", "sdk"}, "--mode storm: expected --rate R");
  check_refused({"--mode", "storm", "--protocol", "sdk", "--rate", "5", "--members", "100"},
                "--steady 100: expected at least --publishers, and fewer than --members");
  check_refused({"--rooms", "100000", "--members", "1000000"}, "100000000000 connections: ");
}

TEST_CASE("bench command: words that are none are refused", "[app][bench_command]") {
  check_refused({"--mode", "fast"},
                "salon: --mode: 'fast': expected one of churn idle publish slow storm\n");
  check_refused({"--protocol", "smoke"},
                "salon: --protocol: 'smoke': expected one of nats sdk socketio text\n");
  check_refused({"--rooms", "0"}, "salon: --rooms: ");
  check_refused({"--seconds", "never"}, "salon: ");
  check_refused({"ws://"}, "ws://: expected a host");
  check_refused({"ws://127.0.0.1:1/", "ws://"}, "ws://: expected a host");
}

TEST_CASE("bench command: its help is text", "[app][bench_command]") {
  auto [status, out, err] = bench({"--help"});

  CHECK(status == 0);
  CHECK(out.find("--mode MODE") != std::string::npos);
  CHECK(std::ranges::none_of(out, [](unsigned char x) { return x < ' ' && x != '\n'; }));
}

TEST_CASE("bench command: without a server it says where it looked, and ends with 2",
          "[app][bench_command]") {
  // Port 1 of this machine is nobody's.
  auto [status, out, err] = bench({"ws://127.0.0.1:1/", "--members", "1", "--patience", "60"});

  CHECK(status == 2);
  CHECK(out.empty());
  CHECK(err == "salon bench: ws://127.0.0.1:1/: connection 0: Connection refused\n");
}

TEST_CASE("bench command: a process has one number, what follows is a server",
          "[app][bench_command]") {
  auto [status, out, err] = bench({"--pid", "1", "--pid", "2", "ws://127.0.0.1:1/",
                                   "ws://127.0.0.1:2/", "--members", "1", "--patience", "60"});

  CHECK(status == 2);
  CHECK(out.empty());
  CHECK(err
        == "salon bench: ws://127.0.0.1:1/ ws://127.0.0.1:2/: connection 0: Connection refused\n");
}

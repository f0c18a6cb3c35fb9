#include "tests/support/test_server.hpp"

#include "tests/support/bare_client.hpp"

#include <catch2/catch_test_macros.hpp>

#include <csignal>
#include <exception>
#include <iostream>
#include <sstream>
#include <stdexcept>

namespace salon::testing {

namespace {

std::vector<std::string> serve(const std::vector<std::string>& options) {
  std::vector<std::string> words{"serve", "--port", "0"};
  words.insert(words.end(), options.begin(), options.end());
  return words;
}

std::uint16_t port_in(const std::string& line) {
  // In either format of the log.
  auto at = line.find_first_of("0123456789", line.find("port"));
  if (at == std::string::npos)
    throw std::runtime_error{"no port in: " + line};
  return static_cast<std::uint16_t>(std::stoul(line.substr(at)));
}

} // namespace

test_server::test_server(const std::vector<std::string>& options, salon_process::limits of)
  : process_(serve(options), of),
    port_(port_in(process_.await_log("listening"))),
    exceptions_(std::uncaught_exceptions()) {
  // nop
}

test_server::~test_server() {
  if (is_ended_)
    return;
  if (std::uncaught_exceptions() > exceptions_) {
    auto log = process_.log();
    std::cerr << "-- the server's last words:\n"
              << log.substr(log.size() > 4'000 ? log.size() - 4'000 : 0) << '\n';
    return;
  }
  try {
    CHECK(get(port_, "/health").status == 200);
    auto status = stop();
    INFO(process_.log());
    CHECK(status == 0);
  } catch (const std::exception& wrong) {
    FAIL_CHECK(wrong.what());
  }
}

int test_server::stop() {
  process_.signal(SIGTERM);
  return await_end();
}

int test_server::await_end() {
  is_ended_ = true;
  return process_.wait();
}

std::map<std::string, double> test_server::metrics() const {
  std::map<std::string, double> result;
  std::istringstream page{get(port_, "/metrics").body};
  for (std::string line; std::getline(page, line);) {
    auto end = line.find(' ', line.find('}') == std::string::npos ? 0 : line.find('}'));
    if (!line.starts_with('#') && end != std::string::npos)
      result[line.substr(0, end)] = std::stod(line.substr(end));
  }
  return result;
}

double test_server::metric(const std::string& name) const {
  auto all = metrics();
  auto found = all.find(name);
  return found == all.end() ? 0 : found->second;
}

void test_server::await_metric(const std::string& name, double value) const {
  auto end = std::chrono::steady_clock::now() + patience;
  auto now = metric(name);
  while (now != value) {
    if (std::chrono::steady_clock::now() > end)
      throw std::runtime_error{name + " is " + std::to_string(now) + ", not "
                               + std::to_string(value)};
    now = metric(name);
  }
}

} // namespace salon::testing

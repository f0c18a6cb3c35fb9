// Operators rely on the names of configuration keys, metrics and log events. docs/ lists them, and
// docs/released.txt those that a release has promised.
#include "actors/metrics.hpp"
#include "server/options.hpp"
#include "server/server.hpp"
#include "tests/tree/source_tree.hpp"

#include <caf/actor_system_config.hpp>
#include <catch2/catch_test_macros.hpp>

#include <map>
#include <sstream>

using namespace salon::tree;

namespace {

using names = std::vector<std::string>;

/// What is in one list and not in the other.
complaints differences(const names& in_code, const names& listed, const std::string& list) {
  complaints found;
  auto lacks = [&](const std::string& name) { return name + " is not listed in " + list; };
  auto has = [&](const std::string& name) {
    return name + " is listed in " + list + " and not in the code";
  };
  for (const auto& name : in_code)
    if (!contains(listed, name))
      found.push_back(lacks(name));
  for (const auto& name : listed)
    if (!contains(in_code, name))
      found.push_back(has(name));
  return found;
}

/// The names of the events that `text` logs.
names log_events(const std::string& text) {
  auto code = without_comments(text);
  auto found = all_matches(code, R"re(log::(?:trace|debug|info|warn|error)\(\s*"([^"]+)")re");
  for (auto& name : all_matches(code, R"re(log::write\([^,"]+,\s*"([^"]+)")re"))
    found.push_back(std::move(name));
  return found;
}

/// Calls of the logger whose event is not a literal: no list can know them.
std::size_t unnamed_log_events(const std::string& text) {
  auto code = without_comments(text);
  return all_matches(code, R"re(log::((?:trace|debug|info|warn|error)\(\s*[^"\s]))re").size();
}

/// The names of Salon's metrics in what Prometheus reads.
names exposed_metrics(const std::string& prometheus) {
  return all_matches(prometheus, R"((?:^|\n)# TYPE (salon_\w+) )");
}

/// Promised names (`key|metric|event NAME`, one a line; # begins a comment) that `listed` lacks.
complaints vanished(const std::string& released, const std::map<std::string, names>& listed) {
  complaints found;
  std::istringstream lines{released};
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.front() == '#')
      continue;
    auto space = line.find(' ');
    auto kind = listed.find(line.substr(0, space));
    if (space == std::string::npos || kind == listed.end())
      found.push_back("no such line in a list of releases: " + line);
    else if (!contains(kind->second, line.substr(space + 1)))
      found.push_back("released, and now gone: " + line);
  }
  return found;
}

} // namespace

TEST_CASE("lists: the configuration keys are those in docs/configuration.md", "[tree][lists]") {
  names keys;
  for (const auto& x : salon::options())
    keys.push_back(x.key);

  CHECK(keys.size() > 10);
  CHECK(differences(keys, table_names(read("docs/configuration.md")), "docs/configuration.md")
        == complaints{});
}

TEST_CASE("lists: the metrics are those in docs/metrics.md", "[tree][lists]") {
  salon::init_messages();
  caf::actor_system_config config;
  caf::actor_system system{config};
  salon::metrics all{system};
  all.closed(salon::close_code{});
  all.deliveries_on(0);
  all.failed(1);
  all.responded(200);
  all.stranger_left("lost");

  auto exposed = exposed_metrics(all.prometheus());

  CHECK(exposed.size() > 10);
  CHECK(differences(exposed, table_names(read("docs/metrics.md")), "docs/metrics.md")
        == complaints{});
}

TEST_CASE("lists: the log events are those in docs/log-events.md", "[tree][lists]") {
  names events;
  std::size_t unnamed = 0;
  for (const auto& x : product_files()) {
    if (x.path.starts_with("base/log."))
      continue;
    for (auto& name : log_events(x.text))
      events.push_back(std::move(name));
    unnamed += unnamed_log_events(x.text);
  }

  CHECK(unnamed == 0);
  CHECK(differences(events, table_names(read("docs/log-events.md")), "docs/log-events.md")
        == complaints{});
}

TEST_CASE("lists: the mutants are those in docs/reliability.md", "[tree][lists]") {
  names mutants;
  for (const auto& x : product_files())
    for (auto& name : all_matches(without_comments(x.text), R"re(has_mutant\("([^"]+)"\))re"))
      mutants.push_back(std::move(name));
  for (const auto& x : cpp_files("tests/simulation"))
    for (auto& name : all_matches(without_comments(x.text), R"re(has_mutant\("([^"]+)"\))re"))
      mutants.push_back(std::move(name));
  auto runs = all_matches(read("tests/crash/CMakeLists.txt"), R"re(crash_mutant\("([^"]+)")re");
  for (auto& name :
       all_matches(read("tests/simulation/CMakeLists.txt"), R"re(simulation_mutant\("([^"]+)")re"))
    runs.push_back(std::move(name));

  CHECK(mutants.size() > 3);
  CHECK(differences(mutants, table_names(read("docs/reliability.md")), "docs/reliability.md")
        == complaints{});
  CHECK(differences(mutants, runs, "tests/crash or tests/simulation") == complaints{});
}

TEST_CASE("lists: what a release has promised is still there", "[tree][lists]") {
  std::map<std::string, names> listed{{"key", table_names(read("docs/configuration.md"))},
                                      {"metric", table_names(read("docs/metrics.md"))},
                                      {"event", table_names(read("docs/log-events.md"))}};

  CHECK(vanished(read("docs/released.txt"), listed) == complaints{});
}

TEST_CASE("lists: planted differences are found", "[tree][lists]") {
  CHECK(differences({"a", "b"}, {"b", "c"}, "x.md")
        == complaints{"a is not listed in x.md", "c is listed in x.md and not in the code"});
  CHECK(log_events("log::warn(\n \"too slow\", {}); // log::info(\"b\")\nlog::write(l, \"c\");")
        == names{"too slow", "c"});
  CHECK(unnamed_log_events("log::info(text); log::info(\"a\");") == 1);
  CHECK(exposed_metrics("# TYPE caf_x gauge\n# HELP salon_a b\n# TYPE salon_a gauge\nsalon_a 1")
        == names{"salon_a"});
}

TEST_CASE("lists: a planted promise that vanished is found", "[tree][lists]") {
  std::map<std::string, names> listed{{"key", {"a.b"}}, {"metric", {}}, {"event", {"too slow"}}};

  CHECK(vanished("# 0.1\n\nkey a.b\nevent too slow\n", listed).empty());
  CHECK(vanished("key a.c\nmetric salon_x\n", listed).size() == 2);
  CHECK(vanished("nonsense\nflag x\n", listed).size() == 2);
}

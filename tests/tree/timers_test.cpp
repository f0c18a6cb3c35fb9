// CAF's timers stay off the way of a message: time comes from base/clock, deadlines from `ask`.
#include "tests/tree/source_tree.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace salon::tree;

namespace {

/// The uses of CAF's clock in `text`, unless the file is in base/.
complaints caf_timers(const std::string& path, const std::string& text) {
  complaints found;
  if (path.starts_with("base/"))
    return found;
  constexpr auto pattern
    = R"(\b(run_delayed\w*|run_scheduled\w*|delayed_send|delayed_anon_send|scheduled_send)\b)";
  constexpr auto call = R"((?:->|\.)\s*(request)\s*\()";
  auto code = without_comments(text);
  for (auto wanted : {pattern, call})
    for (const auto& name : all_matches(code, wanted))
      found.push_back(path + " uses CAF's " + name);
  return found;
}

} // namespace

TEST_CASE("timers: nothing outside base uses CAF's clock", "[tree][timers]") {
  complaints found;
  auto files = product_files();
  for (auto& x : cpp_files("examples"))
    files.push_back(std::move(x));

  for (const auto& x : files)
    for (auto& complaint : caf_timers(x.path, x.text))
      found.push_back(std::move(complaint));

  CHECK(files.size() > 20);
  CHECK(found == complaints{});
}

TEST_CASE("timers: each planted use is found", "[tree][timers]") {
  CHECK(caf_timers("actors/a.cpp", "self->run_delayed(5s, f);").size() == 1);
  CHECK(caf_timers("net/a.cpp", "self_->delayed_send(self_, 5s, tick{});").size() == 1);
  CHECK(caf_timers("server/a.cpp", "self->request(room, 5s, x).then(f);").size() == 1);
  CHECK(caf_timers("examples/a.cpp", "self\n  ->request (room, 5s, x);").size() == 1);
  CHECK(caf_timers("base/a.cpp", "self->run_delayed(5s, f);").empty());
  CHECK(caf_timers("actors/a.cpp", "// never run_delayed here\n request{1};").empty());
}

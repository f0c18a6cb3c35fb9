// Who keeps leases when nodes cannot hear each other.
#include "store/lease_contest.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace salon;

namespace {

/// A database that all reach, and nodes named by a letter each.
class database {
public:
  /// Nodes of different groups do not hear each other.
  void split(std::vector<std::string> groups) {
    groups_ = std::move(groups);
  }

  void renew(char name) {
    expires_[name] = ++time_;
  }

  void expire(char name) {
    expires_.erase(name);
  }

  /// Each of them looks, and renews or gives up.
  void look(const std::string& names) {
    for (auto name : names)
      if (is_lost(name))
        expire(name);
      else
        renew(name);
  }

  bool is_lost(char name) {
    std::vector<lease_holder> holders;
    for (auto [who, until] : expires_)
      holders.push_back({life(who), {who}, company_of(who).number, until});
    return contests_[name].is_lost({life(name), {name}}, company_of(name), holders);
  }

  std::string holders() const {
    std::string all;
    for (auto [name, until] : expires_)
      all += name;
    return all;
  }

private:
  static std::string life(char name) {
    return std::string{"life of "} + name;
  }

  lease_company company_of(char name) const {
    auto mine = std::find_if(groups_.begin(), groups_.end(),
                             [name](const auto& x) { return x.find(name) != std::string::npos; });
    lease_company all{{}, static_cast<std::uint64_t>(mine - groups_.begin()) + 1};
    for (auto each : *mine)
      all.lives.push_back(life(each));
    return all;
  }

  std::int64_t time_ = 0;
  std::vector<std::string> groups_;
  std::map<char, std::int64_t> expires_;
  std::map<char, lease_contest> contests_;
};

/// All have leases, and are then split into `groups` for a while.
database after_split(const std::string& all, std::vector<std::string> groups) {
  database log;
  log.split({all});
  log.look(all);
  log.split(std::move(groups));
  for (auto i = 0; i < 4; ++i)
    log.look(all);
  return log;
}

std::string winners(const std::string& all, std::vector<std::string> groups) {
  return after_split(all, std::move(groups)).holders();
}

} // namespace

TEST_CASE("lease contest: of nodes that cannot hear each other the larger group has the say",
          "[store][lease_contest]") {
  CHECK(winners("abc", {"abc"}) == "abc");
  CHECK(winners("abc", {"a", "bc"}) == "bc");
  CHECK(winners("abc", {"ab", "c"}) == "ab");
  CHECK(winners("abcde", {"ab", "cde"}) == "cde");
}

TEST_CASE("lease contest: of groups of one size that with the smallest name has the say",
          "[store][lease_contest]") {
  CHECK(winners("ab", {"a", "b"}) == "a");
  CHECK(winners("abcd", {"bc", "ad"}) == "ad");
  CHECK(winners("abc", {"a", "b", "c"}) == "a");
  // Not each one against all others together: nobody would be left.
  CHECK(winners("abcde", {"b", "ad", "c", "e"}) == "ad");
}

TEST_CASE("lease contest: who has died is no rival, though its lease lasts for a while",
          "[store][lease_contest]") {
  database log;
  log.split({"abc"});
  log.look("abc");
  log.split({"ab", "c"});

  // a and b have died: c alone goes on.
  for (auto i = 0; i < 4; ++i)
    log.look("c");

  CHECK(log.holders() == "abc");
  CHECK_FALSE(log.is_lost('c'));
}

TEST_CASE("lease contest: who hears the others again gets a lease again",
          "[store][lease_contest]") {
  auto log = after_split("abc", {"ab", "c"});
  REQUIRE(log.holders() == "ab");

  log.split({"abc"});
  log.look("abc");

  CHECK(log.holders() == "abc");
}

TEST_CASE("lease contest: when those who had the say are gone, others have it",
          "[store][lease_contest]") {
  auto log = after_split("abc", {"ab", "c"});

  log.expire('a');
  log.expire('b');
  log.look("c");

  CHECK(log.holders() == "c");
}

TEST_CASE("lease contest: a server that is in no cluster has no rivals", "[store][lease_contest]") {
  lease_contest contest;
  for (std::int64_t i = 0; i < 4; ++i)
    CHECK_FALSE(contest.is_lost({"mine", "b"}, {}, {{"other", "a", 1, i}, {"third", "c", 1, i}}));
}

TEST_CASE("lease contest: servers that are in no cluster have no say", "[store][lease_contest]") {
  lease_contest contest;
  for (std::int64_t i = 0; i < 4; ++i)
    CHECK_FALSE(
      contest.is_lost({"mine", "b"}, {{"mine"}, 7}, {{"one", "a", 0, i}, {"two", "c", 0, i}}));
}

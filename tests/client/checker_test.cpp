// A record of two members and two publishers that is in order, and what becomes of it when somebody
// lies.
#include "client/checker.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <algorithm>

using namespace salon;
using namespace salon::records;
using Catch::Matchers::ContainsSubstring;

namespace {

using story = std::vector<record>;

template <class Fact>
void say(story& all, const std::string& who, Fact what) {
  all.push_back({who, std::move(what)});
}

/// Ana and the text client Tim are in the room, Bob publishes with keys, Cas without. After 3 the
/// server dies: Bob repeats what was not acknowledged, Ana recovers 4 and 5.
story in_order() {
  story all;
  for (const auto* id : {"b1", "b2", "b3", "b4"})
    say(all, "bob", attempted{"hall", id, "key-" + std::string{id}});
  say(all, "bob", attempted{"hall", "b3", "key-b3"});
  for (const auto* id : {"c1", "c2"})
    say(all, "cas", attempted{"hall", id, ""});
  say(all, "bob", acknowledged{"hall", "b1", "abc", 1});
  say(all, "cas", acknowledged{"hall", "c1", "", 0});
  say(all, "bob", acknowledged{"hall", "b2", "abc", 3});
  say(all, "bob", acknowledged{"hall", "b3", "abc", 4});
  say(all, "bob", acknowledged{"hall", "b4", "abc", 6});

  say(all, "ana", subscribed{"hall", "abc", 0, {}, false, {}});
  say(all, "ana", received{"hall", {1, "b1"}});
  say(all, "ana", received{"hall", {2, "c1"}});
  say(all, "ana", received{"hall", {3, "b2"}});
  say(all, "ana", lost{});
  say(all, "ana",
      subscribed{"hall", "abc", 3, stream_position{"abc", 3}, true, {{4, "b3"}, {5, "c2"}}});
  say(all, "ana", received{"hall", {6, "b4"}});

  say(all, "tim", subscribed{"hall", "", 0, {}, false, {}});
  say(all, "tim", received{"hall", {0, "c1"}});
  say(all, "tim", received{"hall", {0, "b2"}});
  say(all, "tim", lost{});
  say(all, "tim", subscribed{"hall", "", 0, {}, false, {}});
  say(all, "tim", received{"hall", {0, "b4"}});

  say(all, "", head{"hall", "abc", 6, 1});
  auto offset = std::uint64_t{0};
  for (const auto* id : {"b1", "c1", "b2", "b3", "c2", "b4"})
    say(all, "", logged{"hall", ++offset, id, 0});
  return all;
}

/// The first of `who`'s facts of that kind for which `is` holds.
template <class Fact, class Is>
story::iterator find(story& all, const std::string& who, Is is) {
  auto found = std::find_if(all.begin(), all.end(), [&](const record& x) {
    const auto* fact = std::get_if<Fact>(&x.what);
    return x.who == who && fact && is(*fact);
  });
  REQUIRE(found != all.end());
  return found;
}

template <class Fact, class Is>
Fact& the(story& all, const std::string& who, Is is) {
  return std::get<Fact>(find<Fact>(all, who, is)->what);
}

auto has_id(const std::string& id) {
  return [id](const auto& x) { return x.id == id; };
}

auto has_offset(std::uint64_t offset) {
  return [offset](const auto& x) { return x.offset == offset; };
}

auto heard_at(std::uint64_t offset) {
  return [offset](const received& x) { return x.what.offset == offset; };
}

subscribed& recovery_of_ana(story& all) {
  return the<subscribed>(all, "ana", [](const subscribed& x) { return x.recovering.has_value(); });
}

/// All complaints, one a line.
std::string verdict(const story& all, recovery_promise promise = {}) {
  std::string lines;
  for (const auto& each : check(all, promise))
    lines += each + '\n';
  return lines;
}

} // namespace

TEST_CASE("checker: a record in which every promise was kept is passed", "[client][checker]") {
  CHECK(verdict(in_order()).empty());
}

TEST_CASE("checker: an acknowledged publication that the log has not is a loss",
          "[client][checker]") {
  SECTION("at its end") {
    auto all = in_order();
    all.erase(find<logged>(all, "", has_id("b4")));
    the<head>(all, "", [](const head&) { return true; }).top = 5;
    CHECK_THAT(verdict(all), ContainsSubstring("room hall, offset 6: bob had \"b4\" acknowledged, "
                                               "the log has nothing there"));
  }
  SECTION("in its middle") {
    auto all = in_order();
    all.erase(find<logged>(all, "", has_id("b2")));
    CHECK_THAT(verdict(all), ContainsSubstring("room hall, offset 3 is missing in the log"));
  }
  SECTION("when the acknowledgement does not say where") {
    auto all = in_order();
    the<logged>(all, "", has_id("c1")).id = "c2";
    CHECK_THAT(verdict(all),
               ContainsSubstring("room hall: \"c1\", acknowledged to cas, is not in the log"));
  }
  SECTION("with the whole room") {
    auto all = in_order();
    std::erase_if(all, [](const record& x) { return x.who.empty(); });
    CHECK_THAT(verdict(all), ContainsSubstring("room hall is not in the log"));
  }
}

TEST_CASE("checker: one acknowledged at another place than the log has it is a lie",
          "[client][checker]") {
  auto all = in_order();
  the<acknowledged>(all, "bob", has_id("b2")).offset = 4;

  CHECK_THAT(verdict(all), ContainsSubstring("offset 4: bob had \"b2\" acknowledged, the log has "
                                             "\"b3\""));
}

TEST_CASE("checker: a publication that the log has twice is doubled", "[client][checker]") {
  auto all = in_order();
  say(all, "", logged{"hall", 7, "b3", 0});
  the<head>(all, "", [](const head&) { return true; }).top = 7;

  CHECK_THAT(verdict(all), ContainsSubstring("offset 7: the log has \"b3\" more than once"));
}

TEST_CASE("checker: what was said twice without a key may be there twice", "[client][checker]") {
  auto all = in_order();
  say(all, "cas", attempted{"hall", "c2", ""});
  say(all, "ana", received{"hall", {7, "c2"}});
  say(all, "", logged{"hall", 7, "c2", 0});
  the<head>(all, "", [](const head&) { return true; }).top = 7;
  std::erase_if(all, [](const record& x) { return x.who == "tim"; });

  CHECK(verdict(all).empty());
}

TEST_CASE("checker: what nobody published does not belong in the log", "[client][checker]") {
  auto all = in_order();
  std::erase_if(all, [](const record& x) { return x.who == "cas"; });

  CHECK_THAT(verdict(all),
             ContainsSubstring("offset 2: the log has \"c1\", which nobody published"));
}

TEST_CASE("checker: what one publisher said has to stay in its order", "[client][checker]") {
  auto all = in_order();
  std::iter_swap(find<attempted>(all, "cas", has_id("c1")),
                 find<attempted>(all, "cas", has_id("c2")));

  CHECK_THAT(verdict(all), ContainsSubstring("offset 5: \"c2\" stands behind what cas said later"));
}

TEST_CASE("checker: a member that got something once more got it doubled", "[client][checker]") {
  auto all = in_order();
  all.insert(find<received>(all, "ana", heard_at(3)), {"ana", received{"hall", {2, "c1"}}});

  CHECK_THAT(verdict(all), ContainsSubstring("offset 2: ana got \"c1\" when 3 was next"));
}

TEST_CASE("checker: a member that heard two in another order heard them swapped",
          "[client][checker]") {
  SECTION("with their offsets") {
    auto all = in_order();
    std::iter_swap(find<received>(all, "ana", heard_at(2)),
                   find<received>(all, "ana", heard_at(3)));
    CHECK_THAT(verdict(all), ContainsSubstring("offset 3: ana got \"b2\" when 2 was next"));
  }
  SECTION("under each other's offset") {
    auto all = in_order();
    the<received>(all, "ana", heard_at(2)).what.id = "b2";
    the<received>(all, "ana", heard_at(3)).what.id = "c1";
    CHECK_THAT(verdict(all), ContainsSubstring("offset 2: ana got \"b2\", the log has \"c1\""));
  }
  SECTION("without offsets") {
    auto all = in_order();
    auto first
      = [](const std::string& id) { return [id](const received& x) { return x.what.id == id; }; };
    std::iter_swap(find<received>(all, "tim", first("c1")),
                   find<received>(all, "tim", first("b2")));
    CHECK_THAT(verdict(all), ContainsSubstring("offset 2: tim got \"c1\" when 4 was next"));
  }
}

TEST_CASE("checker: what was delivered and is not in the log is a phantom", "[client][checker]") {
  SECTION("at the end") {
    auto all = in_order();
    say(all, "ana", received{"hall", {7, "b5"}});
    CHECK_THAT(verdict(all),
               ContainsSubstring("offset 7: ana got \"b5\", the log has nothing there"));
  }
  SECTION("without an offset") {
    auto all = in_order();
    say(all, "tim", received{"hall", {0, "b5"}});
    CHECK_THAT(verdict(all), ContainsSubstring("tim got \"b5\", which is not in the log"));
  }
  SECTION("to somebody who is not in the room") {
    auto all = in_order();
    say(all, "eve", received{"hall", {6, "b4"}});
    CHECK_THAT(verdict(all), ContainsSubstring("eve got \"b4\" without being in the room"));
  }
}

TEST_CASE("checker: a gap is a loss unless the member was told", "[client][checker]") {
  auto all = in_order();

  SECTION("live") {
    all.erase(find<received>(all, "ana", heard_at(2)));
    CHECK_THAT(verdict(all), ContainsSubstring("offset 3: ana got \"b2\" when 2 was next"));
  }
  SECTION("in the answer of a recovery") {
    recovery_of_ana(all).publications.erase(recovery_of_ana(all).publications.begin());
    CHECK_THAT(verdict(all), ContainsSubstring("offset 5: ana got \"c2\" when 4 was next"));
  }
  SECTION("behind the answer of a recovery") {
    recovery_of_ana(all).publications.pop_back();
    CHECK_THAT(verdict(all), ContainsSubstring("offset 6: ana got \"b4\" when 5 was next"));
  }
  SECTION("at the end") {
    all.erase(find<received>(all, "ana", heard_at(6)));
    CHECK_THAT(verdict(all), ContainsSubstring("offset 6: ana never got it"));
  }
  SECTION("to a text client") {
    say(all, "tim", lost{});
    say(all, "tim", subscribed{"hall", "", 0, {}, false, {}});
    say(all, "tim", received{"hall", {0, "b2"}});
    say(all, "tim", received{"hall", {0, "c2"}});
    CHECK_THAT(verdict(all), ContainsSubstring("offset 5: tim got \"c2\" when 4 was next"));
  }
}

TEST_CASE("checker: a member that was told of a gap may have one", "[client][checker]") {
  auto all = in_order();
  recovery_of_ana(all) = {"hall", "abc", 5, stream_position{"abc", 3}, false, {}};

  CHECK(verdict(all, {.publications_max = 1}).empty());
  CHECK(verdict(all, {.kept_min = 1}).empty());
}

TEST_CASE("checker: recovered:false where nothing was gone is a lie", "[client][checker]") {
  auto all = in_order();
  recovery_of_ana(all) = {"hall", "abc", 5, stream_position{"abc", 3}, false, {}};

  CHECK_THAT(verdict(all, {.publications_max = 2, .kept_min = 2}),
             ContainsSubstring("offset 3: ana was told recovered:false, though the 2 it missed "
                               "were all there"));
}

TEST_CASE("checker: recovered:true beyond what is recovered is a lie", "[client][checker]") {
  CHECK_THAT(verdict(in_order(), {.publications_max = 1}),
             ContainsSubstring("ana was told recovered:true, though 2 are more than one answer may "
                               "hold"));
}

TEST_CASE("checker: recovered:true from another epoch is a lie", "[client][checker]") {
  auto all = in_order();
  recovery_of_ana(all).recovering->epoch = "xyz";

  CHECK_THAT(verdict(all), ContainsSubstring("recovered:true, though the epoch is another"));
}

TEST_CASE("checker: who goes on from elsewhere has lost or doubled something",
          "[client][checker]") {
  auto all = in_order();
  recovery_of_ana(all).recovering->offset = 2;

  CHECK_THAT(verdict(all),
             ContainsSubstring("offset 2: ana went on from there, though 4 was next"));
}

TEST_CASE("checker: an epoch that changes is a broken promise", "[client][checker]") {
  SECTION("for a member") {
    auto all = in_order();
    the<subscribed>(all, "ana", has_offset(0)).epoch = "xyz";
    CHECK_THAT(verdict(all),
               ContainsSubstring("room hall: ana was told epoch xyz, the log's is abc"));
  }
  SECTION("for a publisher") {
    auto all = in_order();
    the<acknowledged>(all, "bob", has_id("b1")).epoch = "xyz";
    CHECK_THAT(verdict(all), ContainsSubstring("room hall: bob was told epoch xyz"));
  }
}

TEST_CASE("checker: about what was trimmed all have to agree", "[client][checker]") {
  auto all = in_order();
  the<head>(all, "", [](const head&) { return true; }).first = 4;
  std::erase_if(all, [](const record& x) {
    const auto* entry = std::get_if<logged>(&x.what);
    return entry && entry->offset < 4;
  });
  REQUIRE(verdict(all).empty());

  the<received>(all, "ana", heard_at(1)).what.id = "c2";
  CHECK_THAT(verdict(all), ContainsSubstring("offset 1: ana got \"c2\", others know \"b1\""));
}

TEST_CASE("checker: a record is read from a line of JSON", "[client][checker]") {
  auto read = read_record(
    R"({"who":"ana","event":"subscribed","room":"hall","epoch":"abc","offset":3,"recovered":true,)"
    R"("recovering":{"epoch":"abc","offset":3},"at":1,)"
    R"("publications":[{"offset":4,"id":"b\u0033"},{"offset":5,"id":"c2"}]})");

  REQUIRE(read);
  CHECK(read->who == "ana");
  const auto& answer = std::get<subscribed>(read->what);
  CHECK(answer.room == "hall");
  CHECK(answer.epoch == "abc");
  CHECK(answer.recovered);
  CHECK(answer.recovering == stream_position{"abc", 3});
  REQUIRE(answer.publications.size() == 2);
  CHECK(answer.publications[0].id == "b3");
  CHECK(answer.publications[1].offset == 5);
}

TEST_CASE("checker: a line that is no record is not read", "[client][checker]") {
  for (const auto* line : {
         "",
         "[]",
         R"({"who":"ana","event":"slept"})",
         R"({"who":"ana","event":"received","room":"hall","offset":-1,"id":"b1"})",
         R"({"who":"ana","event":"received","room":"hall","offset":"1","id":"b1"})",
         R"({"who":"ana","event":"subscribed","room":"hall","publications":[1]})",
         R"({"who":"ana","event":"lost")",
       })
    CHECK_FALSE(read_record(line));
}

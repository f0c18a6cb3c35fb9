#include "server/options.hpp"
#include "server/units.hpp"

#include <catch2/catch_test_macros.hpp>

#include <map>
#include <regex>
#include <set>

using namespace salon;

namespace {

const option& at(std::string_view key) {
  const auto* found = find_option(options(), key);
  if (found == nullptr)
    throw std::out_of_range{"no option " + std::string{key}};
  return *found;
}

// The bounds in `accepted`, such as `a size from 1KiB to 16MiB, such as "64KiB"`.
struct bounds {
  std::int64_t min;
  std::int64_t max;
};

std::int64_t read_bound(const std::string& text, const std::string& accepted) {
  if (accepted.starts_with("a duration"))
    return parse_duration(text)->count();
  return *parse_size(text);
}

std::optional<bounds> bounds_of(const option& x) {
  static const std::regex pattern{"a .* from ([0-9a-zA-Z]+) to ([0-9a-zA-Z]+).*"};
  std::smatch found;
  if (!std::regex_match(x.accepted, found, pattern))
    return std::nullopt;
  return bounds{read_bound(found[1], x.accepted), read_bound(found[2], x.accepted)};
}

option_value make_value(const option& x, std::int64_t number) {
  if (x.accepted.starts_with("a duration"))
    return (number < 0 ? "-" : "") + duration_text(std::chrono::microseconds{std::abs(number)});
  return number;
}

} // namespace

TEST_CASE("options: each default is among the accepted values and reads back",
          "[server][options]") {
  const config fresh;
  for (const auto& x : options()) {
    CAPTURE(x.key);
    auto other = fresh;
    REQUIRE(x.set(other, x.get(fresh)));
    CHECK(x.get(other) == x.get(fresh));
  }
}

TEST_CASE("options: both ends of a range are accepted, and nothing beyond", "[server][options]") {
  auto ranges = 0;
  for (const auto& x : options()) {
    auto range = bounds_of(x);
    if (!range)
      continue;
    CAPTURE(x.key, x.accepted);
    ++ranges;
    config c;
    CHECK(x.set(c, make_value(x, range->min)));
    CHECK(x.set(c, make_value(x, range->max)));
    auto kept = x.get(c);
    CHECK_FALSE(x.set(c, make_value(x, range->min - 1)));
    CHECK_FALSE(x.set(c, make_value(x, range->max + 1)));
    CHECK(x.get(c) == kept);
  }
  CHECK(ranges > 30);
}

TEST_CASE("options: a yes-or-no option takes both, and changes only itself", "[server][options]") {
  for (const auto& x : options()) {
    if (x.kind != option_kind::boolean)
      continue;
    CAPTURE(x.key);
    const config fresh;
    auto changed = fresh;
    REQUIRE(x.set(changed, !std::get<bool>(x.get(fresh))));
    for (const auto& other : options())
      CHECK((other.get(changed) == other.get(fresh)) == (other.key != x.key));
  }
}

TEST_CASE("options: values of another kind are refused", "[server][options]") {
  for (const auto& x : options()) {
    CAPTURE(x.key);
    config c;
    CHECK_FALSE(x.set(c, foreign_value{"1979-05-27"}));
    if (x.kind != option_kind::boolean)
      CHECK_FALSE(x.set(c, true));
    if (x.kind != option_kind::number && x.kind != option_kind::size)
      CHECK_FALSE(x.set(c, std::int64_t{1}));
    if (x.kind != option_kind::list)
      CHECK_FALSE(x.set(c, std::vector<std::string>{"*"}));
    if (x.kind == option_kind::boolean || x.kind == option_kind::number
        || x.kind == option_kind::list)
      CHECK_FALSE(x.set(c, "1"));
  }
}

TEST_CASE("options: keys, variables and flags are unmistakable", "[server][options]") {
  std::set<std::string> names;
  for (const auto& x : options()) {
    CAPTURE(x.key);
    CHECK(std::regex_match(x.key, std::regex{"([a-z]+\\.)?[a-z][a-z_]*"}));
    CHECK(names.insert(x.key).second);
    CHECK(names.insert(variable_name(x.key)).second);
    CHECK(names.insert(flag_name(x.key)).second);
  }
  CHECK(variable_name("client.ping_interval") == "SALON_CLIENT_PING_INTERVAL");
  CHECK(flag_name("client.ping_interval") == "--client-ping-interval");
}

TEST_CASE("options: each is explained by a sentence on one line", "[server][options]") {
  for (const auto& x : options()) {
    CAPTURE(x.key, x.about);
    CHECK(x.about.ends_with("."));
    CHECK(x.about.find('\n') == std::string::npos);
    CHECK_FALSE(x.accepted.empty());
  }
}

TEST_CASE("options: names of levels and formats mean what they say", "[server][options]") {
  config c;
  std::map<std::string, log::level> levels{
    {"trace", log::level::trace}, {"debug", log::level::debug}, {"info", log::level::info},
    {"warn", log::level::warn},   {"error", log::level::error}, {"off", log::level::off}};
  for (const auto& [name, level] : levels) {
    CAPTURE(name);
    REQUIRE(at("log.level").set(c, name));
    CHECK(c.log_level == level);
  }
  CHECK_FALSE(at("log.level").set(c, "warning"));
  REQUIRE(at("log.format").set(c, "json"));
  CHECK(c.log_format == log::format::json);
}

TEST_CASE("options: an address is a number, not a name", "[server][options]") {
  config c;
  for (const auto* good : {"127.0.0.1", "0.0.0.0", "::1", "::", "fe80::1", "192.0.2.7"}) {
    CAPTURE(good);
    CHECK(at("address").set(c, good));
  }
  for (const auto* bad : {"", "localhost", "127.0.0", "127.0.0.256", "::1::", "[::1]",
                          "127.0.0.1:80", "fe80::1%lo"}) {
    CAPTURE(bad);
    CHECK_FALSE(at("address").set(c, bad));
  }
}

TEST_CASE("options: an origin is a scheme, a host and perhaps a port", "[server][options]") {
  using list = std::vector<std::string>;
  config c;
  CHECK(at("client.allowed_origins").set(c, list{}));
  CHECK(at("client.allowed_origins").set(c, list{"*"}));
  CHECK(at("client.allowed_origins").set(c, list{"https://a.example", "http://[::1]:8080"}));
  for (const auto* bad :
       {"", "a.example", "https://", "https://a.example/", "://a", "https://a b"}) {
    CAPTURE(bad);
    CHECK_FALSE(at("client.allowed_origins").set(c, list{"*", bad}));
  }
}

TEST_CASE("options: the queue's size holds for the socket and for the connection",
          "[server][options]") {
  config c;
  REQUIRE(at("client.queue_max_size").set(c, "2MiB"));
  CHECK(c.connection.outbox_bytes_max == 2'097'152);
  CHECK(c.front.outbox_bytes_max == 2'097'152);
}

TEST_CASE("options: a duration finer than its member is refused", "[server][options]") {
  config c;
  CHECK_FALSE(at("client.ping_interval").set(c, "1500001us"));
  CHECK(at("client.ping_interval").set(c, "1500000us"));
  CHECK(at("shard.turn").set(c, "1500us"));
}

TEST_CASE("options: a room has the same options in defaults and in a namespace",
          "[server][options]") {
  std::size_t in_defaults = 0;
  for (const auto& x : options())
    in_defaults += x.key.starts_with("defaults.") ? 1 : 0;
  CHECK(in_defaults == room_option_table().size());
  for (const auto& x : room_option_table()) {
    CAPTURE(x.key);
    config c;
    CHECK(at("defaults." + x.key).get(c) == x.get(c.defaults));
  }
}

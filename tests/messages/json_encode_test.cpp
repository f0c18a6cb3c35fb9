#include "messages/json_codec.hpp"
#include "messages/text_codec.hpp"

#include <boost/json.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <memory>
#include <random>
#include <string>

using namespace salon;
using namespace salon::protocol;

namespace {

const client_id ana{{1, 2, 3}};
const client_id bob{{0xff}};
constexpr auto ana_text = "01020300-0000-0000-0000-000000000000";
constexpr auto bob_text = "ff000000-0000-0000-0000-000000000000";

publication_ptr numbered(std::uint64_t offset) {
  publication pub;
  pub.offset = offset;
  pub.data = std::to_string(offset);
  return std::make_shared<const publication>(std::move(pub));
}

} // namespace

TEST_CASE("json encoder: an error names its code and message", "[messages][json_encode]") {
  CHECK(encode_reply(5, error_of(errc::not_available))
        == R"({"id":5,"error":{"code":108,"message":"not available"}})");
  CHECK(encode_reply(6, error_of(errc::too_many_requests))
        == R"({"id":6,"error":{"code":111,"message":"too many requests","temporary":true}})");
  CHECK(encode_reply(7, error_result{400, "no \"dice\"", false})
        == R"({"id":7,"error":{"code":400,"message":"no \"dice\""}})");
}

TEST_CASE("json encoder: connect says who the client is and how pings go",
          "[messages][json_encode]") {
  CHECK(encode_reply(1, connect_result{"c1", "salon 0.1", R"({"a":1})", 25, true})
        == R"({"id":1,"connect":{"client":"c1","version":"salon 0.1","data":{"a":1},)"
           R"("ping":25,"pong":true}})");
  CHECK(encode_reply(1, connect_result{"c1", "", "", 0, false})
        == R"({"id":1,"connect":{"client":"c1"}})");
}

TEST_CASE("json encoder: subscribe leaves out what is empty, false or zero",
          "[messages][json_encode]") {
  CHECK(encode_reply(2, subscribe_result{}) == R"({"id":2,"subscribe":{}})");

  subscribe_result x;
  x.recoverable = x.positioned = x.recovered = x.was_recovering = true;
  x.epoch = "aBcD";
  x.offset = 14;
  x.data = "[1]";
  x.publications = {numbered(15), numbered(16)};
  CHECK(encode_reply(9, x)
        == R"({"id":9,"subscribe":{"epoch":"aBcD","recoverable":true,"positioned":true,)"
           R"("offset":14,"was_recovering":true,"recovered":true,"data":[1],)"
           R"("publications":[{"data":15,"offset":15},{"data":16,"offset":16}]}})");
}

TEST_CASE("json encoder: unsubscribe and publish answer with nothing", "[messages][json_encode]") {
  CHECK(encode_reply(4'294'967'295u, unsubscribe_result{})
        == R"({"id":4294967295,"unsubscribe":{}})");
  CHECK(encode_reply(3, publish_result{}) == R"({"id":3,"publish":{}})");
}

TEST_CASE("json encoder: presence maps client ids to people", "[messages][json_encode]") {
  CHECK(encode_reply(1, presence_result{}) == R"({"id":1,"presence":{"presence":{}}})");

  presence_result x{{{"", ana, R"({"name":"ana"})", ""}, {"42", bob, "", "[]"}}};
  CHECK(encode_reply(1, x)
        == std::string{R"({"id":1,"presence":{"presence":{")"} + ana_text
             + R"(":{"user":"","client":")" + ana_text + R"(","conn_info":{"name":"ana"}},")"
             + bob_text + R"(":{"user":"42","client":")" + bob_text + R"(","chan_info":[]}}}})");
}

TEST_CASE("json encoder: presence statistics are numbers even when nobody is here",
          "[messages][json_encode]") {
  CHECK(encode_reply(1, presence_stats_result{3, 2})
        == R"({"id":1,"presence_stats":{"num_clients":3,"num_users":2}})");
  CHECK(encode_reply(1, presence_stats_result{})
        == R"({"id":1,"presence_stats":{"num_clients":0,"num_users":0}})");
}

TEST_CASE("json encoder: history lists publications and the top", "[messages][json_encode]") {
  CHECK(
    encode_reply(1, history_result{{numbered(1)}, "kQzT", 1})
    == R"({"id":1,"history":{"publications":[{"data":1,"offset":1}],"epoch":"kQzT","offset":1}})");
  CHECK(encode_reply(1, history_result{{}, "kQzT", 0}) == R"({"id":1,"history":{"epoch":"kQzT"}})");
}

TEST_CASE("json encoder: rpc passes its data on", "[messages][json_encode]") {
  CHECK(encode_reply(1, rpc_result{R"({"v":1})"}) == R"({"id":1,"rpc":{"data":{"v":1}}})");
  CHECK(encode_reply(1, rpc_result{}) == R"({"id":1,"rpc":{}})");
}

TEST_CASE("json encoder: a publication has data, info, offset and tags, in this order",
          "[messages][json_encode]") {
  publication pub;
  pub.offset = 18446744073709551615u;
  pub.data = R"({"t":"hi"})";
  pub.info = client_info{"42", ana, "", ""};
  pub.tags = {{"kind", "typing"}, {"a\"b", ""}};

  CHECK(encode_publication_push("chat:general", pub)
        == std::string{R"({"push":{"channel":"chat:general","pub":{"data":{"t":"hi"},)"}
             + R"("info":{"user":"42","client":")" + ana_text
             + R"("},"offset":18446744073709551615,"tags":{"kind":"typing","a\"b":""}}}})");
}

TEST_CASE("json encoder: a publication nobody counts has no offset", "[messages][json_encode]") {
  publication pub;
  pub.data = "1";

  CHECK(encode_publication_push("a", pub) == R"({"push":{"channel":"a","pub":{"data":1}}})");
}

TEST_CASE("json encoder: a text client's line becomes an object", "[messages][json_encode]") {
  publication pub;
  pub.type = content::text;

  CHECK(encode_publication_push("a", pub)
        == R"({"push":{"channel":"a","pub":{"data":{"text":""}}}})");
  pub.data = "say \"hi\"\n";
  CHECK(encode_publication_push("a", pub)
        == R"({"push":{"channel":"a","pub":{"data":{"text":"say \"hi\"\n"}}}})");
}

TEST_CASE("json encoder: no raw newline gets out, whoever wrote the JSON",
          "[messages][json_encode]") {
  publication pub;
  pub.data = "{\n\"a\":\r\n1}";
  pub.info = client_info{"", ana, "{\n}", "[\n]"};

  CHECK(encode_publication_push("a", pub).find_first_of("\r\n") == std::string::npos);
  CHECK(encode_reply(1, rpc_result{"{\n}"}) == R"({"id":1,"rpc":{"data":{}}})");
  CHECK(encode_reply(1, connect_result{"c", "", "[\n1]", 0, false})
        == R"({"id":1,"connect":{"client":"c","data":[1]}})");
}

TEST_CASE("json encoder: join, leave and unsubscribe are pushes", "[messages][json_encode]") {
  client_info info{"", ana, R"({"name":"ana"})", ""};
  auto who = std::string{R"({"info":{"user":"","client":")"} + ana_text
             + R"(","conn_info":{"name":"ana"}}}}})";

  CHECK(encode_join_push("c", info) == R"({"push":{"channel":"c","join":)" + who);
  CHECK(encode_leave_push("c", info) == R"({"push":{"channel":"c","leave":)" + who);
  CHECK(encode_unsubscribe_push("c", unsubscribe_code::server_unsubscribe)
        == R"({"push":{"channel":"c","unsubscribe":{"code":2000,"reason":"server unsubscribe"}}})");
  CHECK(encode_unsubscribe_push("c", unsubscribe_code::insufficient_state)
        == R"({"push":{"channel":"c","unsubscribe":{"code":2500,"reason":"insufficient state"}}})");
}

TEST_CASE("json encoder: another parser reads what was meant", "[messages][json_encode]") {
  std::mt19937 random{GENERATE(range(0u, 100u))};
  auto random_text = [&random] {
    std::string text(random() % 12, '\0');
    for (auto& c : text)
      c = static_cast<char>(random() % 128);
    return text;
  };
  publication pub;
  pub.type = random() % 2 ? content::text : content::json;
  pub.data = pub.type == content::text ? random_text() : "[" + std::to_string(random()) + "]";
  pub.offset = random() % 3;
  if (random() % 2)
    pub.info = client_info{random_text(), client_id::random(), text::info_of(random_text()), ""};
  if (random() % 2)
    pub.tags = {{random_text(), random_text()}};
  auto channel = random_text();

  auto push = boost::json::parse(encode_publication_push(channel, pub)).at("push").as_object();

  CHECK(push.at("channel").as_string() == channel);
  const auto& read = push.at("pub").as_object();
  if (pub.type == content::text)
    CHECK(read.at("data").at("text").as_string() == pub.data);
  else
    CHECK(boost::json::serialize(read.at("data")) == pub.data);
  CHECK((read.contains("offset") ? read.at("offset").to_number<std::uint64_t>() : 0) == pub.offset);
  CHECK(read.contains("tags") == !pub.tags.empty());
  for (const auto& [name, value] : pub.tags)
    CHECK(read.at("tags").at(name).as_string() == value);
  REQUIRE(read.contains("info") == pub.info.has_value());
  if (pub.info) {
    CHECK(read.at("info").at("user").as_string() == pub.info->user);
    CHECK(read.at("info").at("client").as_string() == to_string(pub.info->client));
  }
}

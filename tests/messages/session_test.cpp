#include "messages/json_codec.hpp"

#include <catch2/catch_test_macros.hpp>

#include <memory>
#include <string>

using namespace salon;
using namespace salon::protocol;

namespace {

/// The transcript calls the only client c1; on the wire it has a UUID.
std::string with_short_id(std::string text, const client_id& id) {
  auto long_name = to_string(id);
  for (auto at = text.find(long_name); at != std::string::npos; at = text.find(long_name, at))
    text.replace(at, long_name.size(), "c1");
  return text;
}

template <class T>
T read_one(json_command_reader& reader, std::uint32_t id) {
  auto next = reader.next();
  REQUIRE(next);
  CHECK(next->id == id);
  REQUIRE(std::holds_alternative<T>(next->request));
  return std::get<T>(next->request);
}

template <class T>
T read_only(std::string_view frame, std::uint32_t id) {
  json_command_reader reader{frame};
  auto request = read_one<T>(reader, id);
  CHECK_FALSE(reader.next());
  CHECK_FALSE(reader.bad());
  return request;
}

} // namespace

TEST_CASE("session: a minimal session looks as the protocol shows it", "[messages][session]") {
  auto client = client_id::random();

  read_only<connect_request>(R"({"id":1,"connect":{}})", 1);
  CHECK(
    with_short_id(encode_reply(1, connect_result{to_string(client), "salon", "", 25, true}), client)
    == R"({"id":1,"connect":{"client":"c1","version":"salon","ping":25,"pong":true}})");

  json_command_reader batch{
    "{\"id\":2,\"subscribe\":{\"channel\":\"chat:a\"}}\n"
    "{\"id\":3,\"publish\":{\"channel\":\"chat:a\",\"data\":{\"t\":\"x\"}}}"};
  CHECK(read_one<subscribe_request>(batch, 2).channel == "chat:a");
  auto publish = read_one<publish_request>(batch, 3);
  CHECK_FALSE(batch.next());
  CHECK_FALSE(batch.bad());
  subscribe_result subscribed;
  subscribed.epoch = "kQzT";
  subscribed.recoverable = subscribed.positioned = true;
  CHECK(encode_reply(2, subscribed)
        == R"({"id":2,"subscribe":{"epoch":"kQzT","recoverable":true,"positioned":true}})");

  publication pub;
  pub.offset = 1;
  pub.data = publish.data;
  pub.info = client_info{"", client, "", ""};
  CHECK(with_short_id(encode_publication_push(publish.channel, pub), client)
        == R"({"push":{"channel":"chat:a","pub":{"data":{"t":"x"},)"
           R"("info":{"user":"","client":"c1"},"offset":1}}})");
  CHECK(encode_reply(3, publish_result{}) == R"({"id":3,"publish":{}})");

  CHECK(read_only<history_request>(R"({"id":4,"history":{"channel":"chat:a","limit":10}})", 4).limit
        == 10);
  history_result page{{std::make_shared<const publication>(pub)}, "kQzT", 1};
  CHECK(with_short_id(encode_reply(4, page), client)
        == R"({"id":4,"history":{"publications":[{"data":{"t":"x"},)"
           R"("info":{"user":"","client":"c1"},"offset":1}],"epoch":"kQzT","offset":1}})");

  read_only<std::monostate>(json_ping, 0);

  CHECK(read_only<rpc_request>(R"({"id":5,"rpc":{"method":"nope"}})", 5).method == "nope");
  CHECK(encode_reply(5, error_of(errc::not_available))
        == R"({"id":5,"error":{"code":108,"message":"not available"}})");
  CHECK(encode_reply(6, error_of(errc::already_subscribed))
        == R"({"id":6,"error":{"code":105,"message":"already subscribed"}})");
  CHECK(encode_reply(7, error_of(errc::unknown_channel))
        == R"({"id":7,"error":{"code":102,"message":"unknown channel"}})");

  json_command_reader last{R"({"id":8})"};
  CHECK_FALSE(last.next());
  CHECK(last.bad());
  CHECK(reason_of(close_code::bad_request) == "bad request");
}

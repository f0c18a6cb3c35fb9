#include "messages/json_codec.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <string>
#include <vector>

using namespace salon;
using namespace salon::protocol;

namespace {

struct decoded {
  std::vector<command> commands;
  bool bad = false;
};

decoded decode(std::string_view frame) {
  json_command_reader reader{frame};
  decoded all;
  while (auto next = reader.next())
    all.commands.push_back(std::move(*next));
  all.bad = reader.bad();
  CHECK_FALSE(reader.next());
  return all;
}

command decode_one(std::string_view frame) {
  auto all = decode(frame);
  REQUIRE_FALSE(all.bad);
  REQUIRE(all.commands.size() == 1);
  return all.commands.front();
}

template <class T>
T request_in(std::string_view frame) {
  auto only = decode_one(frame);
  REQUIRE(std::holds_alternative<T>(only.request));
  return std::get<T>(only.request);
}

std::string publish_of(std::string_view data) {
  return R"({"id":1,"publish":{"channel":"c","data":)" + std::string{data} + "}}";
}

std::string repeated(std::string_view text, int times) {
  std::string result;
  for (; times > 0; --times)
    result += text;
  return result;
}

} // namespace

TEST_CASE("json decoder: connect is read", "[messages][json_decode]") {
  auto x = request_in<connect_request>(
    R"({"id":1,"connect":{"token":"t","data":{"name":"ana"},"name":"js","version":"5.7",)"
    R"("subs":{"#42":{"recover":true}},"headers":{"a":"b"},"flag":1}})");

  CHECK(x.token == "t");
  CHECK(x.data == R"({"name":"ana"})");
  CHECK(x.name == "js");
  CHECK(x.version == "5.7");
}

TEST_CASE("json decoder: subscribe is read", "[messages][json_decode]") {
  auto x = request_in<subscribe_request>(
    R"({"id":9,"subscribe":{"channel":"chat:a","token":"t","data":[1],"recover":true,)"
    R"("epoch":"aBcD","offset":18446744073709551615,"positioned":true,"recoverable":true,)"
    R"("join_leave":true,"delta":"fossil","flag":3,"type":1}})");

  CHECK(x.channel == "chat:a");
  CHECK(x.token == "t");
  CHECK(x.data == "[1]");
  CHECK(x.epoch == "aBcD");
  CHECK(x.offset == 18446744073709551615u);
  CHECK(x.recover);
  CHECK(x.positioned);
  CHECK(x.recoverable);
  CHECK(x.join_leave);
  CHECK(x.delta == "fossil");
  CHECK(x.flag == 3);
  CHECK(x.type == 1);
}

TEST_CASE("json decoder: what subscribe leaves out is empty, false or zero",
          "[messages][json_decode]") {
  auto x = request_in<subscribe_request>(R"({"id":2,"subscribe":{"channel":"a","recover":false}})");

  CHECK(x.token.empty());
  CHECK(x.data.empty());
  CHECK(x.epoch.empty());
  CHECK(x.offset == 0);
  CHECK_FALSE((x.recover || x.positioned || x.recoverable || x.join_leave));
  CHECK(x.flag == 0);
  CHECK(x.type == 0);
}

TEST_CASE("json decoder: the small requests are read", "[messages][json_decode]") {
  CHECK(request_in<unsubscribe_request>(R"({"id":1,"unsubscribe":{"channel":"a"}})").channel
        == "a");
  CHECK(request_in<presence_request>(R"({"id":1,"presence":{"channel":"a"}})").channel == "a");
  CHECK(request_in<presence_stats_request>(R"({"id":1,"presence_stats":{"channel":"a"}})").channel
        == "a");
  CHECK(request_in<send_request>(R"({"send":{"data":{"a":1}}})").data == R"({"a":1})");
  CHECK(request_in<refresh_request>(R"({"id":1,"refresh":{"token":"t"}})").token == "t");
  CHECK(decode_one(R"({"id":1,"ping":{}})").request.index() == request{ping_request{}}.index());

  auto rpc = request_in<rpc_request>(R"({"id":1,"rpc":{"method":"m","data":"x"}})");
  CHECK(rpc.method == "m");
  CHECK(rpc.data == R"("x")");

  auto sub
    = request_in<sub_refresh_request>(R"({"id":1,"sub_refresh":{"channel":"a","token":"t"}})");
  CHECK(sub.channel == "a");
  CHECK(sub.token == "t");
}

TEST_CASE("json decoder: history is read with and without a position", "[messages][json_decode]") {
  auto top = request_in<history_request>(R"({"id":1,"history":{"channel":"a"}})");
  CHECK(top.channel == "a");
  CHECK(top.limit == 0);
  CHECK_FALSE(top.since);
  CHECK_FALSE(top.reverse);

  auto page = request_in<history_request>(
    R"({"id":1,"history":{"channel":"a","limit":-1,"since":{"offset":7,"epoch":"e"},"reverse":true}})");
  CHECK(page.limit == -1);
  CHECK(page.since == stream_position{"e", 7});
  CHECK(page.reverse);

  CHECK(request_in<history_request>(R"({"id":1,"history":{"channel":"a","since":{}}})").since
        == stream_position{});
}

TEST_CASE("json decoder: the id is kept up to 32 bits", "[messages][json_decode]") {
  CHECK(decode_one(R"({"id":4294967295,"ping":{}})").id == 4'294'967'295u);
  CHECK(decode_one(R"({"ping":{},"id":1})").id == 1);
}

TEST_CASE("json decoder: a command without id and request is a pong", "[messages][json_decode]") {
  auto text = GENERATE(as<std::string_view>{}, "{}", " {} ", "{}\n", R"({"id":0})",
                       R"({"id":null,"connect":null})", R"({"other":[1]})");

  auto pong = decode_one(text);

  CHECK(pong.id == 0);
  CHECK(std::holds_alternative<std::monostate>(pong.request));
}

TEST_CASE("json decoder: commands of one frame come in order", "[messages][json_decode]") {
  auto all = decode("{\"id\":1,\"connect\":{}}\n{\"id\":2,\"subscribe\":{\"channel\":\"a\"}}\r\n"
                    "{} \t{\"id\":3,\"ping\":{}}\n");

  REQUIRE_FALSE(all.bad);
  REQUIRE(all.commands.size() == 4);
  CHECK(std::holds_alternative<connect_request>(all.commands[0].request));
  CHECK(std::holds_alternative<subscribe_request>(all.commands[1].request));
  CHECK(std::holds_alternative<std::monostate>(all.commands[2].request));
  CHECK(all.commands[3].id == 3);
}

TEST_CASE("json decoder: commands before a mistake are read", "[messages][json_decode]") {
  auto all = decode("{\"id\":1,\"connect\":{}}\n{\"id\":2");

  CHECK(all.bad);
  REQUIRE(all.commands.size() == 1);
  CHECK(all.commands[0].id == 1);
}

TEST_CASE("json decoder: of several requests the first in the protocol's order counts",
          "[messages][json_decode]") {
  auto all = std::vector<std::string>{"connect", "ping",     "subscribe",      "unsubscribe",
                                      "publish", "presence", "presence_stats", "history",
                                      "rpc",     "send",     "refresh",        "sub_refresh"};
  for (std::size_t first = 0; first < all.size(); ++first) {
    std::string text = R"({"id":1)";
    for (auto i = all.size(); i > first; --i)
      text += ",\"" + all[i - 1] + "\":{}";

    auto found = decode_one(text + "}").request.index();
    INFO(text);
    CHECK(found == decode_one(R"({"id":1,")" + all[first] + R"(":{}})").request.index());
  }
}

TEST_CASE("json decoder: mistakes are refused", "[messages][json_decode]") {
  auto text = GENERATE(
    as<std::string_view>{}, "", "\n", " \r\n\t", "x", "[]", "1", "null", "{", "{}}", "{}{}",
    "{},{}", R"({"id":8})", R"({"id":8,"unknown":{}})", R"({"id":8,"connect":null})",
    R"({"connect":{}})", R"({"id":0,"publish":{"channel":"a","data":1}})", R"({"id":0,"ping":{}})",
    R"({"ping":{},"send":{}})", R"({"id":-1,"ping":{}})", R"({"id":4294967296,"ping":{}})",
    R"({"id":1.0,"ping":{}})", R"({"id":1e0,"ping":{}})", R"({"id":"1","ping":{}})",
    R"({"id":true,"ping":{}})", R"({"id":1,"ping":1})", R"({"id":1,"ping":[]})",
    R"({"id":1,"ping":{},"sub_refresh":7})", R"({"id":1,"connect":"x"})",
    R"({"id":1,"connect":{"token":1}})", R"({"id":1,"connect":{"name":{}}})",
    R"({"id":1,"subscribe":{"channel":1}})", R"({"id":1,"subscribe":{"channel":["a"]}})",
    R"({"id":1,"subscribe":{"recover":"true"}})", R"({"id":1,"subscribe":{"recover":1}})",
    R"({"id":1,"subscribe":{"offset":-1}})", R"({"id":1,"subscribe":{"offset":"1"}})",
    R"({"id":1,"subscribe":{"offset":18446744073709551616}})", R"({"id":1,"history":{"since":7}})",
    R"({"id":1,"history":{"since":{"offset":{}}}})",
    R"({"id":1,"history":{"limit":9223372036854775808}})", R"({"id":1,"history":{"limit":1.5}})",
    R"({"id":1,"subscribe":{"channel":"\ud800"}})", R"({"id":1,"subscribe":{"channel":"a\q"}})",
    R"({"id":1,"rpc":{"method":"m","data":}})", R"({"id":1,"rpc":{"method":"m","data":1,}})",
    R"({"id":1,"connect":{"subs":{1}}})", "{\"id\":1,\"connect\":{\"name\":\"a\nb\"}}");

  CAPTURE(text);
  CHECK(decode(text).bad);
}

TEST_CASE("json decoder: a null member is an absent one", "[messages][json_decode]") {
  auto x = request_in<publish_request>(
    R"({"id":1,"connect":null,"publish":{"channel":"a","data":null,"key":null}})");
  CHECK(x.channel == "a");
  CHECK(x.data.empty());

  CHECK(request_in<publish_request>(R"({"id":1,"publish":{"channel":null}})").channel.empty());
}

TEST_CASE("json decoder: member names may be written with escapes", "[messages][json_decode]") {
  auto x = request_in<publish_request>(
    R"({"\u0069d":1,"publis\u0068":{"ch\u0061nnel":"\u0063hat:a","d\u0061ta":1}})");

  CHECK(x.channel == "chat:a");
  CHECK(x.data == "1");
}

TEST_CASE("json decoder: valid payloads arrive byte for byte", "[messages][json_decode]") {
  auto data = GENERATE(
    as<std::string>{}, R"({"t":"hi"})", R"({ "a" : [ 1 ,	2 ] })", "1e999999",
    "123456789012345678901234567890.000", "-0", R"({"a":1,"a":2,"a":{"a":3}})",
    R"("\ud800 \u0000 \/ \u0041")", R"("line\nbreak")", R"("")", "[]", "false",
    R"({"id":7,"publish":{"channel":"other"}})", "\"caf\xc3\xa9 \xf0\x9f\x98\x80 \xe2\x80\xa8\"");

  CHECK(request_in<publish_request>(publish_of(data)).data == data);
}

TEST_CASE("json decoder: a payload may nest as deep as a frame is long",
          "[messages][json_decode]") {
  auto arrays = repeated("[", 32'000) + repeated("]", 32'000);
  auto objects = repeated(R"({"a":)", 10'000) + "1" + repeated("}", 10'000);

  CHECK(request_in<publish_request>(publish_of(arrays)).data == arrays);
  CHECK(request_in<publish_request>(publish_of(objects)).data == objects);
  CHECK(decode(publish_of(repeated("[", 64'000))).bad);
  CHECK(decode(publish_of(repeated(R"({"a":)", 12'000))).bad);
}

TEST_CASE("json decoder: raw newlines in a payload are taken out", "[messages][json_decode]") {
  auto x = request_in<publish_request>(publish_of("{\n  \"a\": [\r\n1,\n2],\n\"b\":\"x\\ny\"\n}"));

  CHECK(x.data == R"({  "a": [1,2],"b":"x\ny"})");
}

TEST_CASE("json decoder: invalid payloads are refused", "[messages][json_decode]") {
  auto data = GENERATE(as<std::string>{}, R"("\x41")", R"("\u12g4")", R"("\)", "\"a\nb\"",
                       "\"\x1f\"", "01", "1.", "+1", "NaN", "{\"a\":1,}", "[1,]", "{'a':1}", "tru",
                       "\"open", "{]", "[}", "1 1");

  CHECK(decode(publish_of(data)).bad);
}

// Any bytes as a frame: they are read or refused, and what was read is passed on unharmed.
#include "messages/json_codec.hpp"
#include "messages/json_scanner.hpp"
#include "messages/json_string.hpp"
#include "messages/text_codec.hpp"
#include "tests/support/json_oracle.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace salon;
using namespace salon::protocol;
using salon::test::verdict;

void expect(bool holds, const char* promise) {
  if (holds)
    return;
  std::fprintf(stderr, "broken: %s\n", promise);
  std::abort();
}

std::string quoted(std::string_view text) {
  std::string result;
  json::append_quoted(result, text);
  return result;
}

/// The value behind a path of member names, which is there.
std::string_view dig(std::string_view text, std::initializer_list<std::string_view> path) {
  for (auto name : path) {
    json::object_reader members{text};
    auto found = std::string_view{};
    while (auto member = members.next())
      if (member->name == name)
        found = member->value;
    expect(!members.bad() && !found.empty(), "what is encoded has its members");
    text = found;
  }
  return text;
}

void check_payload(std::string_view data) {
  if (data.empty())
    return;
  expect(test::judge(data) != verdict::invalid, "a payload is valid JSON");
  expect(json::is_valid(data), "a payload is valid JSON by our own scanner");
  expect(data.find_first_of("\r\n") == data.npos, "a payload has no raw newlines");
}

void check_push(const publish_request& x) {
  publication pub;
  pub.offset = 1;
  pub.data = x.data;
  auto push = encode_publication_push(x.channel, pub);

  expect(test::judge(push) != verdict::invalid, "a push is valid JSON");
  expect(push.find('\n') == push.npos, "a push is one line");
  expect(json::unquote(dig(push, {"push", "channel"})) == x.channel, "the channel comes through");
  if (!x.data.empty())
    expect(dig(push, {"push", "pub", "data"}) == x.data, "the payload comes through");
}

void check_repeated(const publish_request& x) {
  auto again = R"({"id":1,"publish":{"channel":)" + quoted(x.channel) + R"(,"data":)"
               + (x.data.empty() ? "null" : x.data) + "}}";
  json_command_reader reader{again};
  auto read = reader.next();
  expect(read && std::holds_alternative<publish_request>(read->request), "a copy is read again");
  const auto& copy = std::get<publish_request>(read->request);
  expect(copy.channel == x.channel && copy.data == x.data, "a copy says the same");
  expect(!reader.next() && !reader.bad(), "a copy is one command");
}

void check_request(const request& x) {
  if (const auto* connect = std::get_if<connect_request>(&x))
    check_payload(connect->data);
  if (const auto* subscribe = std::get_if<subscribe_request>(&x))
    check_payload(subscribe->data);
  if (const auto* rpc = std::get_if<rpc_request>(&x))
    check_payload(rpc->data);
  if (const auto* send = std::get_if<send_request>(&x))
    check_payload(send->data);
  if (const auto* publish = std::get_if<publish_request>(&x)) {
    check_payload(publish->data);
    check_push(*publish);
    check_repeated(*publish);
  }
}

void check_commands(std::string_view frame) {
  json_command_reader reader{frame};
  while (auto command = reader.next())
    check_request(command->request);
  expect(!reader.next(), "the end of a frame is the end");
}

void check_scanner(std::string_view text) {
  auto judged = test::judge(text);
  expect(judged == verdict::unknown || json::is_valid(text) == (judged == verdict::valid),
         "two parsers agree");
}

void check_text(std::string_view bytes) {
  expect(json::unquote(quoted(bytes)) == bytes, "a quoted text is read back");
  publication pub;
  pub.type = content::text;
  pub.data = bytes;
  auto json = text::json_of(pub);
  expect(test::judge(json) == verdict::valid, "a line becomes valid JSON");
  pub.type = content::json;
  pub.data = json;
  expect(text::line_of(pub) == bytes, "a line comes through JSON");
  pub.data = bytes;
  text::line_of(pub);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes{reinterpret_cast<const char*>(data), size};
  check_scanner(bytes);
  check_commands(bytes);
  check_text(bytes);
  return 0;
}

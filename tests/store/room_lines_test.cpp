#include "store/room_lines.hpp"
#include "tests/store/store_fixture.hpp"

using namespace salon;
using namespace salon::testing;

namespace {

constexpr auto room_text = R"({"room":"lobby","epoch":"abcdefgh","top":7,"first":3,)"
                           R"("last_publish":1000,"durability":"disk","publications_max":10,)"
                           R"("bytes_max":20,"ttl_ms":30,"age_max_ms":0,"meta_ttl_ms":50,)"
                           R"("keys_max":60,"key_window_ms":70})";

// `text` with `from` in it replaced.
std::string with(std::string text, const std::string& from, const std::string& to) {
  auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

void check_room_refused(const std::string& line, const std::string& why) {
  CAPTURE(line);
  auto read = read_room_line(line);
  REQUIRE(read.has_error());
  CHECK(read.error().sentence == why);
}

void check_refused(const std::string& line, const std::string& why) {
  CAPTURE(line);
  auto read = read_publication_line(line);
  REQUIRE(read.has_error());
  CHECK(read.error().sentence == why);
}

} // namespace

TEST_CASE("room lines: a room comes back as it was", "[store][room_lines]") {
  auto room = read_room_line(room_text);

  REQUIRE(room.has_value());
  CHECK(room->room == "lobby");
  CHECK(room->top == 7);
  CHECK(room->first == 3);
  CHECK(room->durability == durability::disk);
  CHECK(room->kept.key_window.count() == 70);
  CHECK(room_line(*room) == room_text);
  CHECK(is_room_line(room_text));
}

TEST_CASE("room lines: a publication comes back as it was", "[store][room_lines]") {
  auto pub = made_of_all(7);
  auto line = publication_line(*pub, 12'345'678'901'234'567'890u);
  auto plain = made(3);

  auto read = read_publication_line(line);
  auto read_plain = read_publication_line(publication_line(*plain, std::nullopt));

  REQUIRE(read.has_value());
  CHECK(*read->pub == *pub);
  CHECK(read->data_hash == 12'345'678'901'234'567'890u);
  CHECK(line.find('\n') == std::string::npos);
  CHECK_FALSE(is_room_line(line));
  REQUIRE(read_plain.has_value());
  CHECK(*read_plain->pub == *plain);
}

TEST_CASE("room lines: a publication is one line of plain JSON", "[store][room_lines]") {
  publication pub;
  pub.offset = 1;
  pub.time = 2;
  pub.data = R"({"text":"ä"})";

  CHECK(publication_line(pub, std::nullopt)
        == R"({"offset":1,"time":2,"type":"json","data":"{\"text\":\"ä\"}"})");
}

TEST_CASE("room lines: data that is no UTF-8 comes back as it was", "[store][room_lines]") {
  publication pub;
  pub.offset = 1;
  pub.type = content::text;
  pub.data = "a\xff\x80";

  auto line = publication_line(pub, std::nullopt);
  auto read = read_publication_line(line);

  CHECK(line == R"({"offset":1,"time":0,"type":"text","data_hex":"61ff80"})");
  REQUIRE(read.has_value());
  CHECK(*read->pub == pub);
}

TEST_CASE("room lines: a wrong line about a room says what is wrong", "[store][room_lines]") {
  check_room_refused("{", "this is no JSON object");
  check_room_refused(std::string{room_text} + "x", "this is no JSON object");
  check_room_refused(with(room_text, "lobby", "\xff"), "this is not UTF-8");
  check_room_refused(with(room_text, "lobby", "a b"), "\"room\" is not the name of a room");
  check_room_refused(with(room_text, R"("top":7,)", ""), "\"top\" is missing");
  check_room_refused(with(room_text, R"("top":7)", R"("top":-7)"),
                     "\"top\" is not a whole number in its range");
  check_room_refused(with(room_text, R"("top":7)", R"("top":18446744073709551615)"),
                     "\"first\" is beyond \"top\" + 1, or one of them is no offset");
  check_room_refused(with(room_text, R"("first":3)", R"("first":9)"),
                     "\"first\" is beyond \"top\" + 1, or one of them is no offset");
  check_room_refused(with(room_text, R"("first":3)", R"("first":0)"),
                     "\"first\" is beyond \"top\" + 1, or one of them is no offset");
  check_room_refused(with(room_text, "disk", "disc"),
                     "\"durability\" is none of those that are known");
  check_room_refused(with(room_text, R"("ttl_ms":30)", R"("ttl_ms":-1)"), "\"ttl_ms\" is negative");
  check_room_refused(with(room_text, R"("top":7)", R"("top":7,"topp":8)"),
                     "\"topp\" is not known here");
  check_room_refused(with(room_text, R"("top":7)", R"("top":7,"top":7)"), "\"top\" comes twice");
}

TEST_CASE("room lines: a wrong line about a publication says what is wrong",
          "[store][room_lines]") {
  const std::string line
    = R"({"offset":1,"time":2,"type":"json","data":"{}","user":"ana",)"
      R"("client":"00000000-0000-4000-8000-000000000000","tags":{"a":"b"},"key":"k"})";
  REQUIRE(read_publication_line(line).has_value());

  check_refused("[]", "this is no JSON object");
  check_refused(with(line, R"("offset":1,)", ""), "\"offset\" is missing");
  check_refused(with(line, R"("data":"{}",)", ""), "\"data\" is missing");
  check_refused(with(line, R"("{}")", R"("{")"), "\"data\" is not one line of what \"type\" says");
  check_refused(with(line, R"("{}")", R"("[\n]")"),
                "\"data\" is not one line of what \"type\" says");
  check_refused(with(line, R"("data":"{}")", R"("data_hex":"6")"),
                "\"data_hex\" is not in hexadecimal digits");
  check_refused(with(line, R"("{}")", R"("\ud800")"), "\"data\" is not a string");
  check_refused(with(line, "json", "yaml"), "\"type\" is none of those that are known");
  check_refused(with(line, "0000-", "000-"), "\"client\" is not a UUID");
  check_refused(with(line, R"({"a":"b"})", R"({"a":1})"), "\"tags\" is not an object of strings");
  check_refused(with(line, R"("k")", R"("k","key_hash":"x")"),
                "\"key_hash\" is not a whole number");
  check_refused(with(line, R"("k")", R"("k","flags":4294967296)"),
                "\"flags\" is not a whole number in its range");
}

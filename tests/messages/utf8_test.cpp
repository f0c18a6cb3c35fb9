#include "messages/utf8.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace salon;
using namespace std::literals;

namespace {

// What the checker says, with `text` cut at `at`.
bool checked_in_two(std::string_view text, std::size_t at) {
  utf8_checker checker;
  return checker.feed(text.substr(0, at)) && checker.feed(text.substr(at)) && checker.complete();
}

const std::vector<std::string_view> good{
  ""sv,
  "plain ASCII, longer than a machine word"sv,
  "\x00\x7f"sv,
  "\xc2\x80"sv,
  "\xdf\xbf"sv,
  "\xe0\xa0\x80"sv,
  "\xed\x9f\xbf"sv,
  "\xee\x80\x80"sv,
  "\xef\xbf\xbf"sv,
  "\xf0\x90\x80\x80"sv,
  "\xf4\x8f\xbf\xbf"sv,
  "eight ch\xc3\xa4rs, then \xe2\x82\xac and \xf0\x9f\x98\x80 in the middle"sv,
};

const std::vector<std::string_view> bad{
  "\x80"sv, // a continuation alone
  "\xbf"sv,
  "\xc0\x80"sv, // overlong
  "\xc1\xbf"sv,
  "\xe0\x9f\xbf"sv,
  "\xf0\x8f\xbf\xbf"sv,
  "\xed\xa0\x80"sv, // surrogates
  "\xed\xbf\xbf"sv,
  "\xf4\x90\x80\x80"sv, // beyond U+10FFFF
  "\xf5\x80\x80\x80"sv,
  "\xff"sv,
  "\xc3("sv, // no continuation
  "\xe2\x82("sv,
  "\xf0\x9f\x98("sv,
  "text \xe2\x82"sv, // cut
  "text \xf0"sv,
};

} // namespace

TEST_CASE("utf8: what RFC 3629 allows is valid, wherever it is cut", "[messages][utf8]") {
  for (auto text : good) {
    CAPTURE(text);
    CHECK(is_utf8(text));
    for (std::size_t at = 0; at <= text.size(); ++at)
      CHECK(checked_in_two(text, at));
  }
}

TEST_CASE("utf8: anything else is not, wherever it is cut", "[messages][utf8]") {
  for (auto text : bad) {
    CAPTURE(text);
    CHECK_FALSE(is_utf8(text));
    for (std::size_t at = 0; at <= text.size(); ++at)
      CHECK_FALSE(checked_in_two(text, at));
  }
}

TEST_CASE("utf8: every code point but the surrogates is valid", "[messages][utf8]") {
  auto wrong = 0;
  for (char32_t point = 0; point <= 0x10ffff; ++point) {
    std::string text;
    auto tail
      = [&](int shift) { text.push_back(static_cast<char>(0x80 | (point >> shift & 0x3f))); };
    if (point < 0x80) {
      text.push_back(static_cast<char>(point));
    } else if (point < 0x800) {
      text.push_back(static_cast<char>(0xc0 | point >> 6));
      tail(0);
    } else if (point < 0x10000) {
      text.push_back(static_cast<char>(0xe0 | point >> 12));
      tail(6);
      tail(0);
    } else {
      text.push_back(static_cast<char>(0xf0 | point >> 18));
      tail(12);
      tail(6);
      tail(0);
    }
    auto surrogate = point >= 0xd800 && point <= 0xdfff;
    if (is_utf8(text) == surrogate)
      ++wrong;
  }

  CHECK(wrong == 0);
}

TEST_CASE("utf8: a wrong byte is noticed at once", "[messages][utf8]") {
  utf8_checker checker;

  CHECK(checker.feed("so far so good \xe2\x82"));
  CHECK_FALSE(checker.complete());
  CHECK_FALSE(checker.feed("x"));
}

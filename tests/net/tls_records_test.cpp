#include "net/tls_records.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace salon;

namespace {

using state = tls_records::state;

/// A record with `length` bytes of nothing in particular.
std::string record(int type, std::size_t length) {
  std::string header{static_cast<char>(type), 3, 3, static_cast<char>(length >> 8),
                     static_cast<char>(length & 0xff)};
  return header + std::string(length, 'x');
}

tls_records after(const std::string& bytes) {
  tls_records result;
  result.take(bytes);
  return result;
}

} // namespace

TEST_CASE("tls records: a handshake's first header is enough", "[net][tls_records]") {
  CHECK(after(record(22, 300).substr(0, 4)).standing() == state::unknown);
  CHECK(after(record(22, 300).substr(0, 5)).standing() == state::tls);
  CHECK(after(record(22, 16'384).substr(0, 5)).standing() == state::tls);
}

TEST_CASE("tls records: what does not begin a handshake is something else", "[net][tls_records]") {
  CHECK(after("GET / HTTP/1.1\r\n\r\n").standing() == state::other);
  CHECK(after(std::string(32, '\0')).standing() == state::other);
  CHECK(after(record(23, 10)).standing() == state::other);
  CHECK(after(record(22, 0)).standing() == state::other);
  CHECK(after(record(22, 16'385)).standing() == state::other);
  CHECK(after(std::string{"\x16\x02\x00\x00\x05", 5}).standing() == state::other);
}

TEST_CASE("tls records: it makes no difference how the bytes are cut", "[net][tls_records]") {
  auto bytes = record(22, 300) + record(20, 1) + record(23, 40) + record(23, 19);

  for (std::size_t piece = 1; piece <= bytes.size(); piece += 6) {
    tls_records seen;
    for (std::size_t at = 0; at < bytes.size(); at += piece)
      seen.take(std::string_view{bytes}.substr(at, piece));
    CHECK(seen.standing() == state::tls);
    CHECK(seen.has_alert());

    seen.take("GET / ");
    CHECK(seen.standing() == state::other);
  }
}

TEST_CASE("tls records: an alert is seen, also an encrypted one", "[net][tls_records]") {
  CHECK(after(record(21, 2)).has_alert());
  CHECK(after(record(22, 100) + record(21, 2)).has_alert());
  CHECK(after(record(22, 100) + record(23, 19)).has_alert());
  CHECK_FALSE(after(record(22, 100) + record(22, 19) + record(23, 49)).has_alert());
}

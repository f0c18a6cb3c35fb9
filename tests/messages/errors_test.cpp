#include "messages/client_protocol.hpp"
#include "messages/errors.hpp"

#include <boost/json.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <string_view>
#include <tuple>

using salon::close_code;
using salon::errc;
using salon::unsubscribe_code;

TEST_CASE("errors: each error has the protocol's number, sentence and temporary mark",
          "[messages][errors]") {
  auto [number, message, temporary] = GENERATE(table<unsigned, std::string_view, bool>({
    {100, "internal server error", true},
    {101, "unauthorized", false},
    {102, "unknown channel", false},
    {103, "permission denied", false},
    {104, "method not found", false},
    {105, "already subscribed", false},
    {106, "limit exceeded", false},
    {107, "bad request", false},
    {108, "not available", false},
    {109, "token expired", false},
    {110, "expired", false},
    {111, "too many requests", true},
    {112, "unrecoverable position", false},
  }));

  auto error = salon::protocol::error_of(static_cast<errc>(number));

  CHECK(error.code == number);
  CHECK(error.message == message);
  CHECK(error.temporary == temporary);
}

TEST_CASE("errors: each close code has the protocol's reason", "[messages][errors]") {
  auto [number, reason] = GENERATE(table<unsigned, std::string_view>({
    {1002, "protocol error"},
    {1003, "unsupported data"},
    {1007, "invalid payload"},
    {1009, "message too big"},
    {3000, "connection closed"},
    {3001, "shutdown"},
    {3004, "internal server error"},
    {3008, "slow"},
    {3009, "write error"},
    {3010, "insufficient state"},
    {3011, "force reconnect"},
    {3012, "no pong"},
    {3500, "invalid token"},
    {3501, "bad request"},
    {3502, "stale"},
    {3503, "force disconnect"},
    {3504, "connection limit"},
    {3507, "permission denied"},
    {3508, "not available"},
  }));

  CHECK(salon::reason_of(static_cast<close_code>(number)) == reason);
}

TEST_CASE("errors: no close reason is empty, JSON or too long for a close frame",
          "[messages][errors]") {
  // The SDK for JavaScript looks at the code only when the reason is no JSON and not empty.
  for (unsigned number = 1000; number < 4000; ++number) {
    auto reason = salon::reason_of(static_cast<close_code>(number));
    boost::json::error_code not_json;
    boost::json::parse(reason, not_json);

    REQUIRE_FALSE(reason.empty());
    REQUIRE(reason.size() <= 123);
    REQUIRE(not_json);
  }
}

TEST_CASE("errors: unsubscribe codes have the protocol's reasons", "[messages][errors]") {
  CHECK(salon::reason_of(unsubscribe_code{2000}) == "server unsubscribe");
  CHECK(salon::reason_of(unsubscribe_code{2500}) == "insufficient state");
}

#include "base/endpoint.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace salon;

TEST_CASE("endpoint: is written as in a URL", "[base][endpoint]") {
  using boost::asio::ip::make_address;
  CHECK(to_text({make_address("127.0.0.1"), 9501}) == "127.0.0.1:9501");
  CHECK(to_text({make_address("2001:db8::1"), 80}) == "[2001:db8::1]:80");
}

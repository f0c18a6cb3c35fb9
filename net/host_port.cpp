#include "net/host_port.hpp"

#include <boost/asio/ip/address.hpp>

#include <charconv>

namespace salon {

namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto* end = text.data() + text.size();
  auto [stop, wrong] = std::from_chars(text.data(), end, port);
  if (text.empty() || wrong != std::errc{} || stop != end)
    return std::nullopt;
  return port;
}

} // namespace

std::optional<host_port> parse_host_port(std::string_view text) {
  auto colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return std::nullopt;
  auto host = text.substr(0, colon);
  auto port = parse_port(text.substr(colon + 1));
  auto in_brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (in_brackets)
    host = host.substr(1, host.size() - 2);
  // Without brackets nobody knows where an IPv6 address ends.
  if (!port || host.empty()
      || (!in_brackets && host.find_first_of("[]:") != std::string_view::npos))
    return std::nullopt;
  return host_port{std::string{host}, *port};
}

bool is_loopback(const host_port& where) {
  if (where.host == "localhost")
    return true;
  boost::system::error_code wrong;
  auto address = boost::asio::ip::make_address(where.host, wrong);
  return !wrong && address.is_loopback();
}

} // namespace salon

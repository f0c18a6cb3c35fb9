#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <string>

namespace salon {

using tcp = boost::asio::ip::tcp;

/// The address and port of `of`, as they are written in a URL: `127.0.0.1:9501`, `[::1]:9501`.
std::string to_text(const tcp::endpoint& of);

} // namespace salon

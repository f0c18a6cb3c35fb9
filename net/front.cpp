#include "net/front.hpp"

#include "base/shard.hpp"

#include <utility>

namespace salon {

front::door::door(const front_place& place, metrics& counts, const front_options& options,
                  front_state& state)
  : context{place.home, place.desk, counts, options, state},
    accepting(context) {
  context.on_socket_gone = [this] { accepting.on_socket_gone(); };
}

front::front(const std::vector<front_place>& places, metrics& counts, front_options options)
  : options_(std::move(options)) {
  for (const auto& place : places)
    doors_.push_back(std::make_unique<door>(place, counts, options_, state_));
}

front::~front() {
  for (auto& each : doors_) {
    each->accepting.stop();
    while (!each->context.sockets.empty())
      each->context.sockets.front().drop();
  }
}

std::optional<std::string> front::listen(const std::string& address, std::uint16_t port) {
  auto sentence = [&](const std::string& why) {
    return "Cannot listen on address " + address + ", port " + std::to_string(port) + ": " + why;
  };
  boost::system::error_code wrong;
  auto at = boost::asio::ip::make_address(address, wrong);
  if (wrong)
    return sentence("this is no IPv4 or IPv6 address");
  port_ = port;
  for (auto& each : doors_) {
    auto role = each == doors_.front() ? listener::role::first : listener::role::further;
    if (auto why = each->accepting.open({at, port_}, role))
      return sentence(*why);
    port_ = each->accepting.local().port();
  }
  for (auto& each : doors_)
    each->context.home.post([&accepting = each->accepting] { accepting.start(); });
  return std::nullopt;
}

void front::drain() {
  state_.draining = true;
  for (auto& each : doors_)
    each->context.home.post([&door = *each] {
      door.accepting.stop();
      for (auto next = door.context.sockets.begin(); next != door.context.sockets.end();) {
        auto& socket = *next++;
        socket.drain();
      }
    });
}

} // namespace salon

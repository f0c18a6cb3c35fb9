#include "tests/support/sdk_client.hpp"

#include <stdexcept>
#include <utility>

namespace salon::testing {

bool answers(std::string_view reply, int id) {
  auto start = "{\"id\":" + std::to_string(id);
  return reply.starts_with(start + ',') || reply.starts_with(start + '}');
}

sdk_client::sdk_client(std::uint16_t port, std::string_view request, tuning how)
  : bare_client(port, how) {
  upgrade("/connection/websocket");
  ask("\"connect\":" + std::string{request});
}

int sdk_client::command(std::string_view request) {
  auto id = ++last_id_;
  auto text = "{\"id\":" + std::to_string(id) + ',';
  send_text(text.append(request).append("}"));
  return id;
}

std::string sdk_client::ask(std::string_view request) {
  auto id = command(request);
  for (;;) {
    auto message = receive();
    if (answers(message, id))
      return message;
    kept_.push_back(std::move(message));
  }
}

void sdk_client::enter(std::string_view room) {
  auto request = "\"subscribe\":{\"channel\":\"" + std::string{room};
  auto reply = ask(request + "\",\"join_leave\":true}");
  if (reply.find("\"subscribe\"") == std::string::npos)
    throw std::runtime_error{"not let into " + std::string{room} + ": " + reply};
}

void sdk_client::publish(std::string_view room, std::string_view data) {
  auto request = "\"publish\":{\"channel\":\"" + std::string{room} + "\",\"data\":";
  auto reply = ask(request.append(data).append("}"));
  if (reply.find("\"publish\":{}") == std::string::npos)
    throw std::runtime_error{"not published: " + reply};
}

std::string sdk_client::receive() {
  for (;;) {
    while (received_.empty()) {
      auto frame = read_text();
      for (std::size_t begin = 0; begin <= frame.size();) {
        auto end = std::min(frame.find('\n', begin), frame.size());
        received_.push_back(frame.substr(begin, end - begin));
        begin = end + 1;
      }
    }
    auto message = std::move(received_.front());
    received_.pop_front();
    if (message != "{}")
      return message;
    send_text("{}");
  }
}

std::string sdk_client::next() {
  if (kept_.empty())
    return receive();
  auto message = std::move(kept_.front());
  kept_.pop_front();
  return message;
}

std::string sdk_client::next_with(std::string_view part) {
  for (;;) {
    auto message = next();
    if (message.find(part) != std::string::npos)
      return message;
  }
}

} // namespace salon::testing

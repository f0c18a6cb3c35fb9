#include "client/load_wire.hpp"

#include "client/json_members.hpp"
#include "client/sdk_frames.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace salon {

namespace {

constexpr char mark_begin = '~';
constexpr std::size_t publisher_digits = 6;
constexpr std::size_t number_digits = 9;

std::optional<std::uint32_t> read_digits(std::string_view text) noexcept {
  std::uint32_t value = 0;
  for (auto c : text) {
    if (c < '0' || c > '9')
      return std::nullopt;
    value = value * 10 + static_cast<std::uint32_t>(c - '0');
  }
  return value;
}

void append_digits(std::string& out, std::uint32_t value, std::size_t digits) {
  auto end = out.size() + digits;
  out.resize(end);
  for (std::size_t i = 1; i <= digits; ++i, value /= 10)
    out[end - i] = static_cast<char>('0' + value % 10);
}

// Tells of every mark in `text`. Returns what is behind the last.
std::string_view find_marks(std::string_view text, load_hearing& to) {
  for (;;) {
    auto at = text.find(mark_begin);
    if (at == std::string_view::npos || text.size() - at < load_mark::bytes)
      return text;
    text.remove_prefix(at + 1);
    auto publisher = read_digits(text.substr(0, publisher_digits));
    auto number = read_digits(text.substr(publisher_digits + 1, number_digits));
    if (!publisher || !number)
      continue;
    text.remove_prefix(load_mark::bytes - 1);
    to.on_publication({*publisher, *number});
  }
}

// -- plain text ---------------------------------------------------------------

class text_wire final : public load_wire {
public:
  std::string target(const std::string& room) const override {
    return "/?room=" + room;
  }

  std::string greeting(const std::string&, const load_position&) const override {
    return {};
  }

  std::size_t payload_bytes_min() const override {
    return load_mark::bytes;
  }

  std::string publish(const std::string&, const load_mark& mark,
                      std::size_t payload_bytes) const override {
    return write_marked(mark, payload_bytes);
  }

  void read(std::string_view message, const std::string&, load_position&,
            load_hearing& to) const override {
    find_marks(message, to);
  }
};

// -- the Centrifuge protocol --------------------------------------------------

class sdk_wire final : public load_wire {
public:
  std::string target(const std::string&) const override {
    return "/connection/websocket";
  }

  std::string greeting(const std::string& room, const load_position& since) const override {
    auto recovery = since.epoch.empty() ? std::string{}
                                        : R"(,"recover":true,"epoch":")" + since.epoch
                                            + R"(","offset":)" + std::to_string(since.offset);
    return R"({"id":1,"connect":{}})"
           "\n"
           R"({"id":2,"subscribe":{"channel":")"
           + room + '"' + recovery + "}}";
  }

  std::size_t payload_bytes_min() const override {
    return load_mark::bytes + before.size() + after.size();
  }

  std::string publish(const std::string& room, const load_mark& mark,
                      std::size_t payload_bytes) const override {
    std::string result = R"({"id":3,"publish":{"channel":")" + room + R"(","data":)";
    result += before;
    result += write_marked(mark, payload_bytes - before.size() - after.size());
    result += after;
    return result + "}}";
  }

  void read(std::string_view message, const std::string&, load_position& at,
            load_hearing& to) const override {
    while (!message.empty()) {
      auto line = message.substr(0, message.find('\n'));
      message.remove_prefix(std::min(line.size() + 1, message.size()));
      // Pushes are nearly all there is, and are not read any closer.
      if (line.starts_with(R"({"push")"))
        read_push(line, at, to);
      else
        read_reply(line, at, to);
    }
  }

private:
  static constexpr std::string_view before = R"({"text":")";
  static constexpr std::string_view after = R"("})";

  static void read_push(std::string_view line, load_position& at, load_hearing& to) {
    static constexpr std::string_view name = R"("offset":)";
    auto rest = find_marks(line, to);
    auto offset = rest.size() < line.size() ? rest.rfind(name) : std::string_view::npos;
    if (offset != std::string_view::npos)
      std::from_chars(rest.data() + offset + name.size(), rest.data() + rest.size(), at.offset);
  }

  static void read_reply(std::string_view line, load_position& at, load_hearing& to) {
    auto message = sdk::read_message(line);
    if (std::holds_alternative<sdk::ping>(message))
      return to.on_answer("{}");
    const auto* reply = std::get_if<sdk::reply>(&message);
    if (!reply)
      return;
    if (reply->error)
      return to.on_refused(reply->error->message);
    if (reply->id != 2)
      return;
    json::members result{reply->result};
    find_marks(result.raw("publications"), to);
    at.epoch = result.maybe<std::string>("epoch").value_or("");
    at.offset = result.maybe<std::uint64_t>("offset").value_or(0);
    to.on_joined(result.maybe<bool>("recovered").value_or(false));
  }
};

// -- Socket.IO ----------------------------------------------------------------

// Engine.IO's packet types, then Socket.IO's: 40 connects, 42 is an event.
class socketio_wire final : public load_wire {
public:
  std::string target(const std::string& room) const override {
    return "/socket.io/?EIO=4&transport=websocket&room=" + room;
  }

  std::string greeting(const std::string&, const load_position&) const override {
    return "40";
  }

  std::size_t payload_bytes_min() const override {
    return load_mark::bytes;
  }

  std::string publish(const std::string&, const load_mark& mark,
                      std::size_t payload_bytes) const override {
    return R"(42["m",")" + write_marked(mark, payload_bytes) + R"("])";
  }

  void read(std::string_view message, const std::string&, load_position&,
            load_hearing& to) const override {
    if (message.starts_with("42"))
      find_marks(message, to);
    else if (message.starts_with("40"))
      to.on_joined(false);
    else if (message.starts_with("44"))
      to.on_refused(message.substr(2));
    else if (message.starts_with('2'))
      to.on_answer("3");
  }
};

// -- NATS ---------------------------------------------------------------------

class nats_wire final : public load_wire {
public:
  std::string target(const std::string&) const override {
    return "/";
  }

  std::string greeting(const std::string& room, const load_position&) const override {
    return R"(CONNECT {"verbose":false,"pedantic":false})"
           "\r\nSUB "
           + room + " 1\r\nPING\r\n";
  }

  std::size_t payload_bytes_min() const override {
    return load_mark::bytes;
  }

  std::string publish(const std::string& room, const load_mark& mark,
                      std::size_t payload_bytes) const override {
    return "PUB " + room + ' ' + std::to_string(payload_bytes) + "\r\n"
           + write_marked(mark, payload_bytes) + "\r\n";
  }

  // A message may hold several of the protocol's lines, and end within one: the marks are whole all
  // the same, since a frame holds what one write of the server held.
  void read(std::string_view message, const std::string&, load_position&,
            load_hearing& to) const override {
    find_marks(message, to);
    if (message.starts_with("PING"))
      to.on_answer("PONG\r\n");
    else if (message.find("PONG\r\n") != std::string_view::npos)
      to.on_joined(false);
    else if (message.starts_with("-ERR"))
      to.on_refused(message);
  }

  bool is_binary() const override {
    return true;
  }
};

} // namespace

std::string write_marked(const load_mark& mark, std::size_t bytes) {
  std::string result;
  result.reserve(bytes);
  result += mark_begin;
  append_digits(result, mark.publisher, publisher_digits);
  result += '.';
  append_digits(result, mark.number, number_digits);
  result += '.';
  for (auto letter = 'a'; result.size() < bytes; letter = letter == 'z' ? 'a' : letter + 1)
    result += letter;
  return result;
}

std::unique_ptr<load_wire> make_load_wire(load_protocol which) {
  switch (which) {
  case load_protocol::text:
    break;
  case load_protocol::sdk:
    return std::make_unique<sdk_wire>();
  case load_protocol::socketio:
    return std::make_unique<socketio_wire>();
  case load_protocol::nats:
    return std::make_unique<nats_wire>();
  }
  return std::make_unique<text_wire>();
}

} // namespace salon

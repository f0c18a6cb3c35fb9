#include "tests/support/swarm.hpp"

#include "tests/net/client_frames.hpp"
#include "tests/support/bare_client.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace salon::testing {

namespace {

constexpr int events_in_a_turn = 512;

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error{what};
}

std::uint64_t key_of(line of) {
  return std::uint64_t{of.speaker} << 32 | of.number;
}

std::string text_of(line of) {
  return '#' + std::to_string(of.speaker) + '.' + std::to_string(of.number) + ';';
}

std::string greeting_of(swarm::language how, const std::string& room) {
  std::string connect = R"({"id":1,"connect":{}})";
  if (how == swarm::language::publisher)
    return connect;
  return connect + "\n{\"id\":2,\"subscribe\":{\"channel\":\"" + room + "\"}}";
}

std::string_view sign_of_being_in(swarm::language how) {
  switch (how) {
  case swarm::language::text:
    return "Welcome to ";
  case swarm::language::json:
    return "\"subscribe\":{";
  case swarm::language::publisher:
    return "\"connect\":{";
  }
  return {};
}

std::uint32_t count(std::string_view text, std::string_view part) {
  std::uint32_t result = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1))
    ++result;
  return result;
}

// Reads `#12.34;` at the front of `text`.
std::optional<line> read_line(std::string_view text) {
  line found;
  const auto* end = text.data() + text.size();
  auto speaker = std::from_chars(text.data() + 1, end, found.speaker);
  if (speaker.ec != std::errc{} || speaker.ptr == end || *speaker.ptr != '.')
    return std::nullopt;
  auto number = std::from_chars(speaker.ptr + 1, end, found.number);
  if (number.ec != std::errc{} || number.ptr == end || *number.ptr != ';')
    return std::nullopt;
  return found;
}

} // namespace

struct swarm::client {
  enum class state : std::uint8_t { connecting, upgrading, entering, in, leaving, gone };

  std::uint32_t number = 0;
  language how = language::text;
  state phase = state::connecting;
  bool waits_to_write = true;
  bool reads = true;
  bool notes = true;
  int socket = -1;
  int close_code = 0;
  std::string room;
  std::string input;
  std::string output;
  std::uint32_t said = 0;
  std::uint32_t heard_own = 0;
  std::vector<line> heard;
};

swarm::swarm(std::uint16_t port) : port_(port), poll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (poll_ < 0)
    fail("no epoll");
}

swarm::~swarm() {
  for (auto& each : clients_)
    if (each->socket >= 0)
      ::close(each->socket);
  ::close(poll_);
}

// -- what clients do ----------------------------------------------------------

std::size_t swarm::enter(const std::string& room, language how, int receive_buffer) {
  auto made = std::make_unique<client>();
  auto& fresh = *made;
  fresh.number = static_cast<std::uint32_t>(clients_.size());
  fresh.how = how;
  fresh.room = room;
  fresh.socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fresh.socket < 0)
    fail("no socket: raise the limit of open files");
  clients_.push_back(std::move(made));
  int on = 1;
  ::setsockopt(fresh.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (receive_buffer > 0)
    ::setsockopt(fresh.socket, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port_);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fresh.socket, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) != 0
      && errno != EINPROGRESS)
    fail("no connection");
  epoll_event wanted{EPOLLIN | EPOLLOUT, {.ptr = &fresh}};
  ::epoll_ctl(poll_, EPOLL_CTL_ADD, fresh.socket, &wanted);
  fresh.output = upgrade_request(how == language::text ? "/?room=" + room
                                                       : std::string{"/connection/websocket"});
  return fresh.number;
}

void swarm::say(std::size_t who, std::size_t padding) {
  auto& speaker = *clients_[who];
  auto words = text_of({speaker.number, speaker.said++}) + std::string(padding, '.');
  if (speaker.how == language::text)
    return queue(speaker, client_text(words));
  auto command = "{\"id\":" + std::to_string(speaker.said + 2) + R"(,"publish":{"channel":")"
                 + speaker.room + R"(","data":{"text":")" + words + "\"}}}";
  queue(speaker, client_text(command));
}

void swarm::leave(std::size_t who) {
  auto& which = *clients_[who];
  which.phase = client::state::leaving;
  queue(which, client_close(1000));
}

void swarm::reset(std::size_t who) {
  drop(*clients_[who], true);
}

void swarm::let_go(std::size_t who) {
  clients_[who]->notes = false;
}

void swarm::stop_reading(std::size_t who) {
  clients_[who]->reads = false;
  watch(*clients_[who]);
}

void swarm::read_on(std::size_t who) {
  clients_[who]->reads = true;
  watch(*clients_[who]);
}

std::optional<int> swarm::ended_with(std::size_t who) const {
  const auto& which = *clients_[who];
  return which.phase == client::state::gone ? std::optional{which.close_code} : std::nullopt;
}

bool swarm::is_in(std::size_t who) const {
  return clients_[who]->phase == client::state::in;
}

std::uint32_t swarm::said(std::size_t who) const {
  return clients_[who]->said;
}

std::uint32_t swarm::heard_own(std::size_t who) const {
  return clients_[who]->heard_own;
}

std::size_t swarm::unsent(std::size_t who) const {
  return clients_[who]->output.size();
}

const std::vector<line>& swarm::heard(std::size_t who) const {
  return clients_[who]->heard;
}

std::size_t swarm::size() const noexcept {
  return clients_.size();
}

// -- what happens -------------------------------------------------------------

void swarm::run_until(const std::function<bool()>& done) {
  while (!done())
    if (turn(patience) == 0)
      fail("nothing happens any more");
}

void swarm::run_once(std::chrono::milliseconds within) {
  turn(within);
}

// How much happened.
std::size_t swarm::turn(std::chrono::milliseconds within) {
  std::array<epoll_event, events_in_a_turn> events{};
  auto count
    = ::epoll_wait(poll_, events.data(), events_in_a_turn, static_cast<int>(within.count()));
  for (auto i = 0; i < count; ++i)
    on_event(*static_cast<client*>(events[static_cast<std::size_t>(i)].data.ptr),
             events[static_cast<std::size_t>(i)].events);
  return static_cast<std::size_t>(std::max(count, 0));
}

void swarm::on_event(client& which, std::uint32_t events) {
  if (which.socket < 0)
    return;
  if (which.phase == client::state::connecting && (events & EPOLLOUT) != 0)
    which.phase = client::state::upgrading;
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
    read(which);
  if (which.socket >= 0 && (events & EPOLLOUT) != 0)
    flush(which);
}

void swarm::read(client& from) {
  std::array<char, 64 * 1024> buffer{};
  auto got = ::recv(from.socket, buffer.data(), buffer.size(), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (got <= 0) {
    if (from.phase != client::state::leaving && from.notes)
      fail("client " + std::to_string(from.number) + " was hung up on");
    return drop(from, false);
  }
  from.input.append(buffer.data(), static_cast<std::size_t>(got));
  if (from.phase == client::state::upgrading) {
    auto end = from.input.find("\r\n\r\n");
    if (end == std::string::npos)
      return;
    if (!from.input.starts_with("HTTP/1.1 101 "))
      fail("no upgrade: " + from.input);
    from.input.erase(0, end + 4);
    from.phase = client::state::entering;
    if (from.how != language::text)
      queue(from, client_text(greeting_of(from.how, from.room)));
  }
  take_frames(from);
}

// A server's frames are whole and not masked; what is wrong with them, other tests look for.
void swarm::take_frames(client& from) {
  std::size_t at = 0;
  auto byte = [&](std::size_t i) { return static_cast<unsigned char>(from.input[at + i]); };
  while (from.input.size() - at >= 2 && from.socket >= 0) {
    auto header = std::size_t{2};
    auto payload = std::size_t{byte(1)};
    if (payload >= 126) {
      header += payload == 126 ? 2 : 8;
      if (from.input.size() - at < header)
        break;
      payload = 0;
      for (std::size_t i = 2; i < header; ++i)
        payload = payload << 8 | byte(i);
    }
    if (from.input.size() - at < header + payload)
      break;
    auto kind = opcode{static_cast<std::uint8_t>(byte(0) & 0x0f)};
    auto text = std::string_view{from.input}.substr(at + header, payload);
    if (kind == opcode::ping)
      queue(from, client_frame(opcode::pong, text));
    else if (kind == opcode::close)
      take_close(from, text);
    else if (kind == opcode::text)
      take_text(from, text);
    at += header + payload;
  }
  from.input.erase(0, at);
}

void swarm::take_close(client& from, std::string_view payload) {
  if (from.phase == client::state::leaving)
    return;
  if (from.notes)
    fail("client " + std::to_string(from.number)
         + " was closed: " + std::string{payload.substr(2)});
  from.close_code
    = static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]);
}

void swarm::take_text(client& from, std::string_view text) {
  if (from.phase == client::state::entering) {
    if (text.find(sign_of_being_in(from.how)) != std::string_view::npos)
      from.phase = client::state::in;
    else if (text.find("\"error\"") != std::string_view::npos)
      fail("not let in: " + std::string{text});
  }
  if (from.how != language::text && (text == "{}" || text.find("\n{}") != std::string_view::npos))
    queue(from, client_text("{}"));
  if (from.phase != client::state::in)
    return;
  if (from.how == language::publisher)
    from.heard_own += count(text, "\"publish\":{}") + count(text, "\"error\":{");
  else
    take_lines(from, text);
}

void swarm::take_lines(client& from, std::string_view text) {
  for (auto at = text.find('#'); at != std::string_view::npos; at = text.find('#', at + 1)) {
    auto found = read_line(text.substr(at));
    if (!found)
      continue;
    if (from.notes)
      from.heard.push_back(*found);
    if (found->speaker == from.number)
      ++from.heard_own;
  }
}

void swarm::queue(client& to, std::string_view bytes) {
  if (to.socket < 0)
    return;
  to.output += bytes;
  if (!to.waits_to_write)
    flush(to);
}

void swarm::flush(client& to) const {
  while (!to.output.empty()) {
    auto sent = ::send(to.socket, to.output.data(), to.output.size(), MSG_NOSIGNAL);
    if (sent <= 0)
      break;
    to.output.erase(0, static_cast<std::size_t>(sent));
  }
  auto waits = !to.output.empty();
  if (waits == std::exchange(to.waits_to_write, waits))
    return;
  watch(to);
}

void swarm::watch(client& which) const {
  epoll_event wanted{(which.reads ? std::uint32_t{EPOLLIN} : 0)
                       | (which.waits_to_write ? std::uint32_t{EPOLLOUT} : 0),
                     {.ptr = &which}};
  ::epoll_ctl(poll_, EPOLL_CTL_MOD, which.socket, &wanted);
}

void swarm::drop(client& which, bool with_reset) {
  if (which.socket < 0)
    return;
  if (with_reset) {
    linger at_once{1, 0};
    ::setsockopt(which.socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  }
  which.phase = client::state::gone;
  ::close(std::exchange(which.socket, -1));
}

// -- one order ----------------------------------------------------------------

room_order::room_order(const std::vector<line>& whole) : lines_(whole) {
  for (std::size_t i = 0; i < whole.size(); ++i)
    places_.emplace(key_of(whole[i]), i);
}

std::string room_order::flaw() const {
  std::unordered_map<std::uint32_t, std::uint32_t> next;
  for (const auto& each : lines_)
    if (auto& expected = next[each.speaker]; each.number != expected++)
      return text_of(each) + " came instead of number " + std::to_string(expected - 1);
  return flawless;
}

std::string room_order::flaw_of(const std::vector<line>& heard, bool must_be_whole) const {
  if (must_be_whole && heard.size() != lines_.size())
    return std::to_string(heard.size()) + " lines instead of " + std::to_string(lines_.size());
  std::optional<std::size_t> last;
  for (const auto& each : heard) {
    auto found = places_.find(key_of(each));
    if (found == places_.end())
      return text_of(each) + " is known to nobody else";
    if (last && found->second != *last + 1)
      return text_of(each) + " came as number " + std::to_string(found->second) + " behind number "
             + std::to_string(*last);
    last = found->second;
  }
  return flawless;
}

} // namespace salon::testing

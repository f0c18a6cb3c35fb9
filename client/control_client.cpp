#include "client/control_client.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string_view>

namespace salon {

namespace {

using clock = std::chrono::steady_clock;

// A status of thousands of nodes is smaller.
constexpr std::size_t answer_bytes_max = 16'777'216;

class connection {
public:
  connection() : descriptor_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    // nop
  }

  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  ~connection() {
    ::close(descriptor_);
  }

  // Whether there is somebody at `path`; else errno says why.
  bool open(const std::string& path, std::chrono::milliseconds patience) const {
    sockaddr_un to{};
    if (path.size() >= sizeof(to.sun_path)) {
      errno = ENAMETOOLONG;
      return false;
    }
    to.sun_family = AF_UNIX;
    std::copy(path.begin(), path.end(), to.sun_path);
    // Whoever is too busy to accept is not waited for any longer than for an answer.
    auto seconds = std::chrono::duration_cast<std::chrono::seconds>(patience);
    timeval limit{seconds.count(), std::chrono::microseconds{patience - seconds}.count()};
    return descriptor_ >= 0
           && ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) == 0
           && ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0;
  }

  // Who does not want to hear it may still have something to say.
  void say(std::string_view line) const {
    while (!line.empty()) {
      auto sent = ::send(descriptor_, line.data(), line.size(), MSG_NOSIGNAL);
      if (sent <= 0)
        return;
      line.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  // All up to a newline or the end; whether one of them came in time.
  bool read_line(clock::time_point until, std::string& line) const {
    std::array<char, 16'384> buffer{};
    while (line.size() < answer_bytes_max) {
      auto left
        = std::chrono::duration_cast<std::chrono::milliseconds>(until - clock::now()).count();
      pollfd readable{descriptor_, POLLIN, 0};
      auto ready
        = left < 0 ? 0 : ::poll(&readable, 1, static_cast<int>(std::min(left, 1'000'000L)));
      if (ready < 0 && errno == EINTR)
        continue;
      if (ready <= 0)
        return false;
      auto got = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
      if (got <= 0)
        return true;
      line.append(buffer.data(), static_cast<std::size_t>(got));
      if (auto end = line.find('\n'); end != std::string::npos) {
        line.resize(end);
        return true;
      }
    }
    return true;
  }

private:
  int descriptor_;
};

std::string why_nobody_answers(int error) {
  switch (error) {
  case ENOENT:
  case ECONNREFUSED:
    return "no server listens there";
  case EACCES:
  case EPERM:
    return "permission denied: only the user who runs the server may speak to it, and root";
  case EAGAIN:
    return "the server does not accept anybody";
  default:
    return std::strerror(error);
  }
}

std::string text_of(std::chrono::milliseconds time) {
  auto whole = std::chrono::duration_cast<std::chrono::seconds>(time);
  return whole == time ? std::to_string(whole.count()) + " s"
                       : std::to_string(time.count()) + " ms";
}

} // namespace

control_outcome ask_server(const std::string& path, const control_request& what,
                           std::chrono::milliseconds patience) {
  auto fail = [&path](const std::string& why) { return control_outcome{{}, path + ": " + why}; };
  auto until = clock::now() + patience;
  connection server;
  if (!server.open(path, patience))
    return fail(why_nobody_answers(errno));
  server.say(to_json(what) + '\n');
  control_outcome result;
  if (!server.read_line(until, result.answer))
    return fail("no answer within " + text_of(patience));
  if (result.answer.empty())
    return fail("the server hung up without an answer");
  return result;
}

} // namespace salon

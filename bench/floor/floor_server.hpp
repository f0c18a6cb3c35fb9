#pragma once

#include "bench/floor/client_frame.hpp"
#include "bench/floor/listening.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace salon::bench {

/// What goes to a member in one `send`.
enum class writing : std::uint8_t {
  each_frame, ///< A delivery.
  each_round, ///< All deliveries of the messages that one look at the sockets brought.
};

/// A chat server that does no more than deliver: what a client says goes to everybody in its room,
/// in one thread. It checks little and promises nothing; others are measured against it.
class floor_server {
public:
  /// Listens on 127.0.0.1; 0 is any free port. Throws std::system_error.
  floor_server(std::uint16_t port, writing how);

  std::uint16_t port() const;

  /// Serves until SIGTERM or SIGINT. Throws std::system_error when no connection can be accepted
  /// any more: a run that reached a limit is none.
  void run();

private:
  struct room {
    std::vector<int> members;
    std::string round; ///< Frames of this round that nobody has yet.
  };

  /// What few connections have at a time.
  struct leftovers {
    std::string unread; ///< The beginning of a frame or request.
    std::string unsent;
  };

  /// All that an idle connection costs, besides the kernel's part.
  struct connection {
    room* in = nullptr; ///< None before the upgrade.
    std::uint32_t place = 0;
    std::unique_ptr<leftovers> rest;
  };

  void watch(int fd, std::uint32_t events, int how) const;
  void accept_all();

  void read(int fd);
  bool upgrade(int fd, std::span<char>& input);
  bool handle_frames(int fd, std::span<char>& input);
  void keep_unread(connection& of, std::span<const char> input);
  void hang_up(int fd);

  void enter(int fd, std::string_view name);
  void leave(int fd);
  void publish(room& in, std::string_view text);
  void flush(room& one);
  void flush_rooms();

  void answer(int fd, opcode kind, std::string_view payload);
  void write(int fd, std::string_view bytes);
  void keep_unsent(int fd, std::string_view bytes);
  void write_unsent(int fd);

  connection& at(int fd) {
    return connections_[static_cast<std::size_t>(fd)];
  }

  static leftovers& rest_of(connection& one);
  static void release_rest(connection& one);

  descriptor listener_;
  descriptor signals_;
  descriptor epoll_;
  writing how_;
  std::vector<char> buffer_;            ///< All sockets are read into it.
  std::vector<connection> connections_; ///< By descriptor.
  std::unordered_map<std::string, room> rooms_;
  std::vector<room*> unflushed_;
  std::string frame_;
};

} // namespace salon::bench

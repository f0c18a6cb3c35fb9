#pragma once

#include <netinet/in.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace salon {

class load_connection;

/// Who hears what becomes of connections.
class load_user {
public:
  virtual ~load_user() = default;

  virtual void on_open(load_connection& which) = 0;

  virtual void on_message(load_connection& which, std::string_view message) = 0;

  /// It is over. `why` is a sentence; empty when both sides took leave.
  virtual void on_end(load_connection& which, const std::string& why) = 0;
};

/// Waits for the sockets of many connections at once, in one thread, for as little as the kernel
/// allows (epoll), with one buffer for all.
class load_loop {
public:
  /// @throws std::system_error without descriptors.
  load_loop();

  load_loop(const load_loop&) = delete;
  load_loop& operator=(const load_loop&) = delete;

  ~load_loop();

  /// Serves connections that are ready, after waiting for one for at most that long.
  /// @returns whether there was one.
  bool run_once(int wait_ms);

private:
  friend class load_connection;

  int epoll_;
  std::vector<char> buffer_;
};

/// A WebSocket client (RFC 6455) that costs next to nothing, so that it is not what is measured. It
/// trusts the server in what a load needs not know. Its place in memory is its identity.
class load_connection {
public:
  load_connection(load_loop& loop, load_user& user, std::size_t index);

  load_connection(const load_connection&) = delete;
  load_connection& operator=(const load_connection&) = delete;

  /// Ends without a word.
  ~load_connection();

  /// Which one this is, among those of its user.
  std::size_t index() const noexcept {
    return index_;
  }

  bool is_open() const noexcept {
    return phase_ == phase::open;
  }

  bool is_over() const noexcept {
    return phase_ == phase::over;
  }

  /// Starts to connect, when it is over. What comes of it, the user hears, perhaps at once.
  /// @param source  The address to come from; INADDR_ANY: as the system wants.
  void open(const sockaddr_in& server, in_addr source, const std::string& authority,
            const std::string& target);

  /// Sends one message, as text or in binary.
  void send(std::string_view message, bool is_binary);

  /// Takes leave: sends a close frame (code 1000), and waits until the server has ended.
  void leave();

  /// Ends at once, with a reset, as one does that lost its network. The user is not told.
  void cut();

  /// Stops and starts to read.
  void listen(bool reads);

private:
  friend class load_loop;

  enum class phase : std::uint8_t { over, connecting, upgrading, open, leaving };

  void on_ready(std::uint32_t events);
  void on_connected();
  void on_readable();
  void take(std::span<char> bytes);
  std::size_t take_answer(std::string_view bytes);
  std::size_t take_frames(std::span<char> bytes);
  void take_frame(std::uint8_t kind, bool is_last, std::string_view payload);
  void send_frame(std::uint8_t kind, std::string_view payload);
  void write(std::string_view bytes);
  void watch(std::uint32_t events);
  void end(const std::string& why);
  void close_socket(bool reset) noexcept;

  load_loop& loop_;
  load_user& user_;
  std::size_t index_;
  int socket_ = -1;
  phase phase_ = phase::over;
  bool reads_ = true;
  bool left_ = false; ///< The server's close frame has come.
  bool is_watched_ = false;
  std::uint32_t watched_ = 0;
  std::string in_;    ///< Not complete yet.
  std::string out_;   ///< Not taken by the system yet.
  std::string parts_; ///< Of a message in several frames.
};

} // namespace salon

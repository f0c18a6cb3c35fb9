#pragma once

#include "tests/net/client_frames.hpp"
#include "tests/support/server_process.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace salon::testing {

/// What a server said before it hung up.
struct http_answer {
  int status = 0;
  std::string head;
  std::string body;

  /// The value of a header line; empty without it.
  std::string header(std::string_view name) const;
};

/// How a WebSocket ended: the server's close frame; code 0 when it sent none.
struct farewell {
  int code = 0;
  std::string reason;

  friend bool operator==(const farewell&, const farewell&) = default;
};

/// A socket that sends whatever it is told, right or wrong. Every wait ends with `patience`, in an
/// exception.
class bare_client {
public:
  struct tuning {
    int receive_buffer = 0; ///< In bytes; 0: the system's choice.
    int send_buffer = 0;
  };

  explicit bare_client(std::uint16_t port, tuning how = {0, 0});

  bare_client(const bare_client&) = delete;
  bare_client& operator=(const bare_client&) = delete;

  virtual ~bare_client();

  /// Sends all of it. An end by the server is no failure: what it said can be read.
  void send(std::string_view bytes) const;

  /// Sends what the system takes at once. Returns how many bytes that was.
  std::size_t send_some(std::string_view bytes) const;

  /// Whether there is something to read, or room to send, within that time.
  bool await_readable(std::chrono::milliseconds within) const;
  bool await_writable(std::chrono::milliseconds within) const;

  /// Everything up to the server's end.
  std::string read_all();

  /// The server's answer, up to its end.
  http_answer read_answer();

  void close();

  /// Sends no more: the server reads an end.
  void shut_down() const;

  /// Ends with a reset: the server reads an error.
  void reset();

  // -- after an upgrade ---------------------------------------------------------

  /// Upgrades. Throws when the server does not want to. `headers` are whole lines.
  bare_client& upgrade(std::string_view target = "/", std::string_view headers = {});

  void send_text(std::string_view text) const {
    send(client_text(text));
  }

  /// The next frame; nothing at the server's end.
  std::optional<server_frame> read_frame();

  /// The next text. Pings are answered on the way. Throws when the connection ends instead.
  std::string read_text();

  /// Reads texts up to one with `part` in it.
  std::string read_text_with(std::string_view part);

  /// Reads up to the server's end, answers its close frame on the way, and closes.
  farewell read_farewell();

  /// Takes leave and waits for the server's answer.
  farewell leave();

  int descriptor() const noexcept {
    return socket_;
  }

private:
  bool read_more();

  int socket_ = -1;
  std::string input_;
  std::vector<server_frame> frames_; ///< Read and not taken.
  std::size_t taken_ = 0;
  bool ended_ = false;
};

/// An upgrade request as browsers send it.
std::string upgrade_request(std::string_view target, std::string_view headers = {});

/// Sends one request and reads the answer.
http_answer ask(std::uint16_t port, std::string_view request);

http_answer get(std::uint16_t port, std::string_view target, std::string_view headers = {});

/// A member of a plain-text room, past its welcome.
class text_member : public bare_client {
public:
  text_member(std::uint16_t port, const std::string& room, const std::string& name = {},
              tuning how = {0, 0});
};

} // namespace salon::testing

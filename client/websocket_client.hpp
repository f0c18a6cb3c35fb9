#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace salon {

/// How a WebSocket connection ended.
struct websocket_end {
  std::uint16_t code = 1006; ///< Of the server's close frame; 1006: it sent none (RFC 6455, 7.4.1).
  std::string reason;
};

/// A WebSocket client for programs that do one thing at a time: each call returns when it is done,
/// or when the time it was given is over. Who must not wait uses `start` and `post`: what these
/// begin goes on during `read`. Pings are answered during calls. For one thread.
class websocket_client {
public:
  using duration = std::chrono::milliseconds;

  static constexpr duration patience{10'000};

  websocket_client();

  websocket_client(const websocket_client&) = delete;
  websocket_client& operator=(const websocket_client&) = delete;

  /// Leaves without a word: call `close` to take leave.
  ~websocket_client();

  /// Opens a connection to `target`, a path with perhaps a query, in place of an earlier one.
  /// Returns a sentence about what is wrong, nothing when all went well.
  std::optional<std::string> connect(const std::string& host, std::uint16_t port,
                                     const std::string& target, duration within = patience);

  /// Begins to open a connection as `connect` does. It is there, or is not, when `is_connecting`
  /// has become false.
  void start(const std::string& host, std::uint16_t port, const std::string& target,
             duration within = patience);

  /// Sends `text` as one message when the system takes it, behind what was posted before. Who posts
  /// much looks at `is_writing` first: what is under way has no bound.
  void post(std::string text);

  /// Sends `text` as one message and waits until the system has taken it. Returns whether it has;
  /// if it has not, the connection is over.
  bool send(std::string_view text, duration within = patience);

  /// Waits for the next message. Returns nothing when none came in time, and when the connection
  /// is over and everything it brought has been read: `is_open` tells which. With no time given
  /// it takes what is there.
  std::optional<std::string> read(duration within = patience);

  /// Takes leave with `code` and waits for the server's answer. Messages that come meanwhile are
  /// lost. Returns how the connection ended; nothing when there was none.
  std::optional<websocket_end> close(std::uint16_t code = 1000, duration within = patience);

  /// Ends the connection at once, without a word.
  void drop();

  /// Whether messages can be sent.
  bool is_open() const noexcept;

  /// Whether a connection that was started is neither there nor given up.
  bool is_connecting() const noexcept;

  /// Why the last connection did not come about, in a sentence; empty if it did.
  std::string refusal() const;

  /// Whether something that was posted waits until the system takes it. Nothing to poll for tells
  /// of it, nor of a connection that is there: read now and then.
  bool is_writing() const noexcept;

  /// How the last connection ended; nothing while it is open, or before there was one.
  std::optional<websocket_end> ended() const;

  /// The socket, for those who wait with poll(2) until there is something to read; -1 without one.
  /// Read until there is nothing first: bytes may have left the socket already.
  int native_handle() const noexcept;

private:
  class wire;

  std::unique_ptr<wire> wire_;
};

} // namespace salon

#pragma once

#include "client/chat_address.hpp"
#include "client/sdk_frames.hpp"
#include "client/websocket_client.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace salon {

/// What became of a command.
struct sdk_answer {
  enum class kind {
    done,    ///< `result` is its result.
    refused, ///< `error` says why.
    lost,    ///< The connection ended first, or no answer came in time: it may have been done.
  };

  kind what = kind::lost;
  std::string result;
  protocol::error_result error;
};

/// A session with a server as the SDKs have it, for programs that do one thing at a time. What the
/// server says unasked is handed over during calls, in its order. For one thread.
class sdk_session {
public:
  using duration = websocket_client::duration;
  using listener = std::function<void(const sdk::push&)>;

  explicit sdk_session(listener hear) : hear_(std::move(hear)) {
    // nop
  }

  /// Connects anew, under `name`. Returns a sentence about what is wrong, nothing when all went
  /// well.
  std::optional<std::string> connect(const chat_address& where, const std::string& name,
                                     duration within = websocket_client::patience);

  /// Sends a command and waits for its answer. With none in time the connection is given up.
  sdk_answer ask(std::string_view request, std::string_view arguments,
                 duration within = websocket_client::patience);

  /// Takes what has come, and answers pings. Gives the connection up after a silence in which
  /// the server would have pinged.
  void take();

  /// Takes leave.
  void close();

  bool is_open() const noexcept {
    return wire_.is_open();
  }

  /// Whether it makes no sense to come back, by the code that the server closed with.
  bool is_over() const;

  /// Why the connection ended, in words; empty while it is open.
  std::string farewell() const;

  /// The connection's id, by which the others know it.
  const std::string& client() const noexcept {
    return client_;
  }

  /// See `websocket_client::native_handle`; call `take` first.
  int native_handle() const noexcept {
    return wire_.native_handle();
  }

private:
  using clock = std::chrono::steady_clock;

  bool read_frame(duration within);
  void walk_frame();
  void give_up(const std::string& why);

  listener hear_;
  websocket_client wire_;
  std::string client_;
  std::string frame_;   ///< What of the last frame has not been read yet.
  std::string gave_up_; ///< Why we ended the connection ourselves.
  std::uint32_t last_id_ = 0;
  std::optional<sdk::reply> reply_;
  std::chrono::seconds silence_max_{0}; ///< 0: the server does not ping.
  clock::time_point heard_;
};

} // namespace salon

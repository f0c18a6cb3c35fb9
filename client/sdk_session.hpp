#pragma once

#include "client/chat_address.hpp"
#include "client/sdk_frames.hpp"
#include "client/websocket_client.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
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

/// Why there is no result, in words.
std::string sentence_of(const sdk_answer& answer);

/// A session with a server as the SDKs have it, for programs that do other things meanwhile: only
/// `take` with a time and `close` wait. Answers, and what the server says unasked, are handed over
/// during `take`, in the server's order. For one thread.
class sdk_session {
public:
  using duration = websocket_client::duration;
  using listener = std::function<void(const sdk::push&)>;
  using answered = std::function<void(const sdk_answer&)>;

  /// With a sentence about what is wrong, or nothing when all went well.
  using connected = std::function<void(const std::optional<std::string>&)>;

  /// Commands without an answer. Further ones are refused as a server would, with 111.
  static constexpr std::size_t asked_max = 64;

  explicit sdk_session(listener hear) : hear_(std::move(hear)) {
    // nop
  }

  /// Connects anew, under `name`. Ends an earlier connection first.
  void connect(const chat_address& where, const std::string& name, connected then,
               duration within = websocket_client::patience);

  /// Sends a command. With no answer in time the connection is given up.
  void ask(std::string_view request, std::string_view arguments, answered then,
           duration within = websocket_client::patience);

  /// Takes what has come, for so long if nothing has, and goes on with what is under way. Gives the
  /// connection up when an answer is late, and after a silence in which the server would have
  /// pinged.
  void take(duration within = duration::zero());

  /// How long nothing is to be done but for what is to be read.
  duration rest() const;

  /// Takes leave. What is not answered is lost at the next `take`.
  void close();

  bool is_connecting() const noexcept {
    return wire_.is_connecting() || is_greeting_;
  }

  bool is_open() const noexcept {
    return wire_.is_open() && !is_greeting_;
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

  struct question {
    answered then;
    clock::time_point until;
  };

  void greet();
  void end_greeting(const sdk_answer& answer);
  void send(std::string_view request, std::string_view arguments, answered then,
            clock::time_point until);
  void walk_frame(std::string_view frame);
  void answer(const sdk::reply& reply);
  void give_up_if_late();
  void give_up(const std::string& why);
  void lose_questions();

  listener hear_;
  websocket_client wire_;
  std::string name_;
  connected connected_; ///< Empty: nobody waits for it.
  clock::time_point connected_until_;
  bool is_greeting_ = false; ///< The connection is there, the session not yet.
  std::string client_;
  std::string gave_up_; ///< Why we ended the connection ourselves.
  std::uint32_t last_id_ = 0;
  std::map<std::uint32_t, question> asked_; ///< By their numbers.
  std::chrono::seconds silence_max_{0};     ///< 0: the server does not ping.
  clock::time_point heard_;
};

} // namespace salon

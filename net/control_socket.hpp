#pragma once

#include "base/clock.hpp"
#include "messages/control_protocol.hpp"
#include "net/options.hpp"
#include "store/file_lock.hpp"

#include <boost/asio/local/stream_protocol.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace salon {

class metrics;
class shard;

/// Takes the answer to a request, one line of JSON (see control_protocol.hpp). Any thread may call
/// it, as long as the socket's shard lives; only the first call counts, and none needs to come.
using control_reply = std::function<void(std::string json)>;

/// Does what a request says. Called on the socket's shard; may answer later.
using control_handler = std::function<void(control_request, control_reply)>;

/// A Unix socket by which the user that runs a server tells it what to do: a request of one line,
/// an answer of one line, then it is closed. Belongs to one shard.
class control_socket {
public:
  /// How long accepting rests when descriptors are exhausted.
  static constexpr auto retry_interval = std::chrono::milliseconds{200};

  control_socket(shard& home, metrics& counts, control_options options, control_handler handle);

  control_socket(const control_socket&) = delete;
  control_socket& operator=(const control_socket&) = delete;

  /// As `stop`. The shard no longer runs.
  ~control_socket();

  /// Makes the socket, and its folder when it is not there, for this user alone. The file that a
  /// dead server left is replaced, that of a living one is not. Returns why it could not, as a
  /// sentence.
  std::optional<std::string> open();

  /// Accepts from now on. On the shard's thread, as `stop`.
  void start();

  /// Removes the file and hangs up on everybody.
  void stop();

private:
  using protocol = boost::asio::local::stream_protocol;

  class visit;

  std::optional<std::string> make_way() const;
  std::optional<std::string> bind();
  void accept();
  void welcome(protocol::socket socket);

  shard& home_;
  metrics& counts_;
  control_options options_;
  control_handler handle_;
  file_lock lock_; ///< Held as long as the file is ours.
  bool is_open_ = false;
  protocol::acceptor acceptor_;
  timer retry_;
  std::set<std::shared_ptr<visit>> visits_;
  std::shared_ptr<control_socket*> self_; ///< What a pending accept finds it by; null once gone.
};

/// The socket of a server on `port` when none is configured: `PORT.sock` in the state_folder. Empty
/// when there is none, and for port 0: nobody could find it.
std::string default_control_path(std::uint16_t port);

} // namespace salon

#pragma once

#include "actors/metrics.hpp"
#include "actors/reception.hpp"
#include "base/shard.hpp"
#include "net/front.hpp"
#include "tests/net/client_frames.hpp"
#include "tests/support/stepped_shards.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace salon::testing {

/// A connection that writes down what its socket tells it.
struct fake_user final : transport_user {
  virtual ~fake_user() = default;

  void on_message(std::string_view message) override;
  void on_pong() override;
  void on_drained() override;
  void on_overflow() override;
  void on_closed(close_code code) override;

  transport* socket = nullptr;
  visit who;
  std::vector<std::string> messages;
  int pongs = 0;
  int drained = 0;
  int overflows = 0;
  std::vector<withdrawn> took_back; ///< At the last overflow.
  std::vector<close_code> closed;
  bool in_call = false;  ///< The test is inside one of the socket's functions.
  int calls_in_call = 0; ///< The socket called back from inside one.
  std::function<void(std::string_view)> then = {}; ///< Done with each message.
};

/// Calls the socket the way its user does, watching that it does not call back from inside.
void from_user(fake_user& user, const std::function<void(transport&)>& call);

struct fake_reception final : reception {
  virtual ~fake_reception() = default;

  std::optional<std::string> objection(const visit& who) const override;
  received receive(transport& socket, visit who) override;

  std::optional<std::string> complaint;
  std::vector<std::unique_ptr<fake_user>> users;
  std::function<void(fake_user&)> then = {}; ///< Done with each new user.
};

/// A bare TCP client on this thread.
class tcp_client {
public:
  explicit tcp_client(std::uint16_t port, int receive_buffer_bytes = 0);
  ~tcp_client();

  tcp_client(const tcp_client&) = delete;
  tcp_client& operator=(const tcp_client&) = delete;

  /// Sends what the socket takes; how much that was.
  std::size_t send(std::string_view bytes) const;

  /// Reads what is there, at most `most` bytes.
  void read(std::size_t most = std::string::npos);

  /// Sends no more.
  void finish() const;

  void close();

  /// Ends with a reset.
  void reset();

  std::string received;
  bool ended = false; ///< The server has closed its side.
  bool was_reset = false;

private:
  int descriptor_;
};

/// A front on one stepped shard and a free port of the loopback: nothing happens but in `run`.
class front_fixture {
public:
  explicit front_fixture(front_options options = {});
  std::unique_ptr<tcp_client> connect(int receive_buffer_bytes = 0);

  /// A client that has its 101; of user `users.back()`.
  std::unique_ptr<tcp_client> upgraded(std::string_view target = "/connection/websocket",
                                       int receive_buffer_bytes = 0);

  /// The only user.
  fake_user& user();

  /// Lets the shard work until nothing is left to do.
  void run();

  /// Moves the time, and runs.
  void advance(timer_wheel::duration by);

  /// Runs until `done`, or fails.
  void run_until(const std::function<bool()>& done);

  /// Runs until `client` was closed by the server, or fails.
  void run_to_end(tcp_client& client);

  /// Runs until `client` has `count` frames more, and takes them.
  std::vector<server_frame> frames(tcp_client& client, std::size_t count);

  stepped_shards shards;
  shard& home;
  metrics counts;
  fake_reception desk;
  std::unique_ptr<front> door;
};

/// A valid upgrade request.
std::string upgrade_request(std::string_view target = "/connection/websocket",
                            std::string_view more_headers = {});

/// The body of an HTTP answer.
std::string body_of(const std::string& answer);

} // namespace salon::testing

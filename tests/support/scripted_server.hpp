#pragma once

#include "messages/errors.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace salon::testing {

/// A server of which the test says every word, to one client at a time. Every wait ends with
/// `patience`, in an exception.
class scripted_server {
public:
  /// @param port  0: any free one.
  explicit scripted_server(std::uint16_t port = 0);

  scripted_server(const scripted_server&) = delete;
  scripted_server& operator=(const scripted_server&) = delete;

  ~scripted_server();

  std::uint16_t port() const noexcept {
    return port_;
  }

  /// Waits for the next client. Says nothing to it.
  void accept();

  /// Takes its request to upgrade.
  void upgrade();

  /// Waits for its next command, which has `request` in it, and answers: `"connect":{}`.
  void answer(std::string_view request, std::string_view reply);

  /// The next client, up to where it is in its room.
  void welcome();

  /// The next text message of the client.
  std::string read_text();

  /// Sends a text message.
  void say(std::string_view text) const;

  /// Ends the connection.
  void close(close_code code, std::string_view reason);

  /// Whether the client has not hung up.
  bool is_held() const;

private:
  void read_more();
  void send(std::string_view bytes) const;

  int listener_ = -1;
  std::uint16_t port_ = 0;
  int client_ = -1;
  std::string input_;
};

} // namespace salon::testing

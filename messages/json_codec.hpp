#pragma once

#include "messages/client_protocol.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// The client protocol in JSON: pure functions between values and bytes.
namespace salon::protocol {

/// Reads the commands of one frame, one after the other. The frame must outlive the reader.
class json_command_reader {
public:
  explicit json_command_reader(std::string_view frame);

  /// The next command; nothing at the end of the frame, or when the frame is malformed: see `bad`.
  /// Commands are JSON objects separated by white space; of a command with several requests the
  /// first in the protocol's order counts.
  std::optional<command> next();

  /// Whether reading stopped at bytes that are no command: broken JSON, a member of the wrong type,
  /// an empty frame, a command with an id and no known request, a request other than `send` without
  /// an id.
  bool bad() const noexcept {
    return bad_;
  }

  /// What of the frame has not been read yet.
  std::string_view rest() const noexcept {
    return rest_;
  }

private:
  std::string_view rest_;
  bool any_ = false;
  bool bad_ = false;
};

/// One reply, without a newline in it or behind it.
std::string encode_reply(std::uint32_t id, const result& what);

std::string encode_publication_push(std::string_view channel, const publication& pub);
std::string encode_join_push(std::string_view channel, const client_info& info);
std::string encode_leave_push(std::string_view channel, const client_info& info);
std::string encode_unsubscribe_push(std::string_view channel, unsubscribe_code code);

/// The server's ping and the client's pong.
inline constexpr std::string_view json_ping = "{}";

} // namespace salon::protocol

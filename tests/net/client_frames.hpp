#pragma once

#include "messages/errors.hpp"
#include "net/frame_header.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// A WebSocket client's side of the wire, as bytes, and what it makes of a server's.
namespace salon::testing {

/// A frame as a client sends it, masked with a fixed key.
std::string client_frame(opcode kind, std::string_view payload, bool final = true);

inline std::string client_text(std::string_view payload) {
  return client_frame(opcode::text, payload);
}

/// A close frame as a client sends it.
std::string client_close(std::uint16_t code, std::string_view reason = {});

/// A frame of the server.
struct server_frame {
  opcode kind = opcode::text;
  std::string payload;

  friend bool operator==(const server_frame&, const server_frame&) = default;
};

inline server_frame server_text(std::string_view payload) {
  return {opcode::text, std::string{payload}};
}

server_frame server_close(close_code code, std::string_view reason);

/// Takes the whole frames from the front of `bytes`. Throws when they are not what a server may
/// send: masked, in fragments, reserved bits, a length not in its shortest form.
std::vector<server_frame> take_server_frames(std::string& bytes);

} // namespace salon::testing

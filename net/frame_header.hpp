#pragma once

#include "messages/errors.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

/// The bytes around a WebSocket frame's payload (RFC 6455, section 5), both ways. Pure functions.
namespace salon {

enum class opcode : std::uint8_t {
  continuation = 0,
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10,
};

constexpr bool is_control(opcode kind) noexcept {
  return kind >= opcode::close;
}

/// Nothing of a control frame's payload is beyond this (RFC 6455, 5.5).
inline constexpr std::size_t control_bytes_max = 125;

/// What stands before a client's payload.
struct frame_header {
  bool final = false;
  opcode kind = opcode::continuation;
  std::uint8_t bytes = 0; ///< Length of the header itself.
  std::array<char, 4> mask{};
  std::uint64_t payload = 0;
};

inline constexpr std::size_t client_header_bytes_max = 14;

enum class header_state : std::uint8_t { incomplete, complete, invalid };

/// Reads the header at the front of `input`, as a client sends it. Invalid, as soon as it can be
/// told: unmasked, reserved bits or opcodes, a length not in its shortest form or beyond 2^63, a
/// control frame in fragments or over 125 bytes (RFC 6455, 5.1, 5.2, 5.5).
header_state read_frame_header(std::span<const char> input, frame_header& out) noexcept;

/// Undoes or applies `mask` in place; `at` is where in the frame's payload `bytes` begin.
void unmask(std::span<char> bytes, const std::array<char, 4>& mask, std::uint64_t at) noexcept;

/// Appends a whole unmasked control frame; `payload` has at most `control_bytes_max` bytes.
void append_control_frame(std::string& out, opcode kind, std::string_view payload);

/// The close code of a frame without one (RFC 6455, 7.1.5). It is never sent.
inline constexpr auto no_close_code = close_code{1005};

/// Appends a whole close frame; without a body for `no_close_code`.
void append_close_frame(std::string& out, close_code code, std::string_view reason);

/// Whether a peer may send `code` (RFC 6455, 7.4, and what IANA registered since).
bool may_be_sent(close_code code) noexcept;

} // namespace salon

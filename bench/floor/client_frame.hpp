#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

/// The benchmark's own servers: what delivers the bytes with the least work.
namespace salon::bench {

/// What a frame is (RFC 6455, 5.2); only these are understood.
enum class opcode : std::uint8_t { text = 1, close = 8, ping = 9, pong = 10 };

/// A frame from a client, unmasked. `payload` lies where it was read.
struct client_frame {
  opcode kind;
  std::string_view payload;
};

enum class parsed : std::uint8_t {
  frame,      ///< One was taken from the input.
  incomplete, ///< More bytes are needed; the input stays as it is.
  refused,    ///< Not a whole, masked frame of a known kind.
};

/// Takes one frame from the beginning of `input` and unmasks it in place.
parsed take_frame(std::span<char>& input, client_frame& frame);

/// Appends a frame as a server sends it: not masked.
void append_frame(std::string& to, opcode kind, std::string_view payload);

} // namespace salon::bench

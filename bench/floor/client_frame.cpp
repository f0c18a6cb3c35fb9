#include "bench/floor/client_frame.hpp"

#include <cstring>

namespace salon::bench {

namespace {

constexpr std::size_t mask_bytes = 4;

std::uint8_t byte(std::span<const char> input, std::size_t at) {
  return static_cast<std::uint8_t>(input[at]);
}

std::uint64_t big_endian(std::span<const char> input, std::size_t at, std::size_t bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i)
    value = value << 8 | byte(input, at + i);
  return value;
}

// How many bytes hold a length that the header's seven bits do not.
std::size_t longer_length_bytes(std::uint8_t length) {
  return length == 127 ? 8 : length == 126 ? 2 : 0;
}

void unmask(std::span<char> payload, const char* mask) {
  std::uint64_t wide = 0;
  std::memcpy(&wide, mask, mask_bytes);
  std::memcpy(reinterpret_cast<char*>(&wide) + mask_bytes, mask, mask_bytes);
  std::size_t at = 0;
  for (; at + sizeof wide <= payload.size(); at += sizeof wide) {
    std::uint64_t word = 0;
    std::memcpy(&word, payload.data() + at, sizeof word);
    word ^= wide;
    std::memcpy(payload.data() + at, &word, sizeof word);
  }
  for (; at < payload.size(); ++at)
    payload[at] = static_cast<char>(payload[at] ^ mask[at % mask_bytes]);
}

bool is_known(std::uint8_t kind) {
  return kind == 1 || (kind >= 8 && kind <= 10);
}

} // namespace

parsed take_frame(std::span<char>& input, client_frame& frame) {
  if (input.size() < 2)
    return parsed::incomplete;
  constexpr std::uint8_t final_bit = 0x80;
  constexpr std::uint8_t masked_bit = 0x80;
  auto first = byte(input, 0);
  auto second = byte(input, 1);
  auto kind = static_cast<std::uint8_t>(first ^ final_bit);
  if (!is_known(kind) || (second & masked_bit) == 0)
    return parsed::refused;

  std::uint64_t length = second & 0x7f;
  auto more = longer_length_bytes(static_cast<std::uint8_t>(length));
  auto header = 2 + more + mask_bytes;
  if (input.size() < header)
    return parsed::incomplete;
  if (more > 0)
    length = big_endian(input, 2, more);
  if (input.size() - header < length)
    return parsed::incomplete;

  auto payload = input.subspan(header, length);
  unmask(payload, input.data() + header - mask_bytes);
  frame = {opcode{kind}, {payload.data(), payload.size()}};
  input = input.subspan(header + length);
  return parsed::frame;
}

void append_frame(std::string& to, opcode kind, std::string_view payload) {
  constexpr std::uint8_t final_bit = 0x80;
  auto put = [&](std::uint64_t value, int bytes) {
    for (auto shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
      to.push_back(static_cast<char>(value >> shift & 0xff));
  };
  put(final_bit | static_cast<std::uint8_t>(kind), 1);
  if (payload.size() < 126) {
    put(payload.size(), 1);
  } else if (payload.size() <= 0xffff) {
    put(126, 1);
    put(payload.size(), 2);
  } else {
    put(127, 1);
    put(payload.size(), 8);
  }
  to.append(payload);
}

} // namespace salon::bench

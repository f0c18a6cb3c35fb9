#include "net/frame_header.hpp"

#include <algorithm>
#include <cstring>

namespace salon {

namespace {

constexpr std::uint8_t final_bit = 0x80;
constexpr std::uint8_t reserved_bits = 0x70;
constexpr std::uint8_t mask_bit = 0x80;

constexpr bool is_known(std::uint8_t kind) noexcept {
  return kind <= 2 || (kind >= 8 && kind <= 10);
}

std::uint8_t byte_at(std::span<const char> input, std::size_t at) noexcept {
  return static_cast<std::uint8_t>(input[at]);
}

std::uint64_t big_endian(std::span<const char> input, std::size_t at, std::size_t bytes) noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i)
    value = value << 8 | byte_at(input, at + i);
  return value;
}

} // namespace

header_state read_frame_header(std::span<const char> input, frame_header& out) noexcept {
  if (input.size() < 2)
    return header_state::incomplete;
  auto first = byte_at(input, 0);
  auto second = byte_at(input, 1);
  std::uint8_t kind = first & 0x0f;
  std::uint8_t short_length = second & 0x7f;
  if ((first & reserved_bits) != 0 || !is_known(kind) || (second & mask_bit) == 0)
    return header_state::invalid;
  out.final = (first & final_bit) != 0;
  out.kind = opcode{kind};
  if (is_control(out.kind) && (!out.final || short_length > control_bytes_max))
    return header_state::invalid;

  std::size_t length_bytes = short_length == 127 ? 8 : short_length == 126 ? 2 : 0;
  if (input.size() < 2 + length_bytes)
    return header_state::incomplete;
  out.payload = length_bytes == 0 ? short_length : big_endian(input, 2, length_bytes);
  if ((length_bytes == 2 && out.payload < 126) || (length_bytes == 8 && out.payload <= 0xffff)
      || out.payload >> 63 != 0)
    return header_state::invalid;

  if (input.size() < 2 + length_bytes + out.mask.size())
    return header_state::incomplete;
  std::memcpy(out.mask.data(), input.data() + 2 + length_bytes, out.mask.size());
  out.bytes = static_cast<std::uint8_t>(2 + length_bytes + out.mask.size());
  return header_state::complete;
}

void unmask(std::span<char> bytes, const std::array<char, 4>& mask, std::uint64_t at) noexcept {
  std::array<char, 8> turned{};
  for (std::size_t i = 0; i < turned.size(); ++i)
    turned[i] = mask[(at + i) % mask.size()];
  std::uint64_t key = 0;
  std::memcpy(&key, turned.data(), sizeof(key));

  std::size_t done = 0;
  for (std::uint64_t word = 0; bytes.size() - done >= sizeof(word); done += sizeof(word)) {
    std::memcpy(&word, bytes.data() + done, sizeof(word));
    word ^= key;
    std::memcpy(bytes.data() + done, &word, sizeof(word));
  }
  for (std::size_t i = 0; done < bytes.size(); ++done, ++i)
    bytes[done] = static_cast<char>(bytes[done] ^ turned[i]);
}

void append_control_frame(std::string& out, opcode kind, std::string_view payload) {
  payload = payload.substr(0, control_bytes_max);
  out.push_back(static_cast<char>(final_bit | static_cast<std::uint8_t>(kind)));
  out.push_back(static_cast<char>(payload.size()));
  out.append(payload);
}

void append_close_frame(std::string& out, close_code code, std::string_view reason) {
  if (code == no_close_code)
    return append_control_frame(out, opcode::close, {});
  auto number = static_cast<std::uint16_t>(code);
  std::string body{static_cast<char>(number >> 8), static_cast<char>(number & 0xff)};
  body.append(reason.substr(0, control_bytes_max - body.size()));
  append_control_frame(out, opcode::close, body);
}

bool may_be_sent(close_code code) noexcept {
  auto number = static_cast<std::uint16_t>(code);
  if (number >= 3000 && number <= 4999)
    return true;
  return number >= 1000 && number <= 1014 && (number < 1004 || number > 1006);
}

} // namespace salon

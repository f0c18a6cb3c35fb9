#include "messages/frame.hpp"

#include <cstring>
#include <limits>
#include <new>
#include <stdexcept>

namespace salon {

frame frame::text(std::string_view payload) {
  if (payload.size() >= std::numeric_limits<std::uint32_t>::max())
    throw std::length_error{"a frame's payload is limited to 4 GiB"};
  char header[frame_header_bytes_max];
  auto header_bytes = write_text_frame_header(payload.size(), header);
  auto* memory = ::operator new(sizeof(block) + header_bytes + payload.size() + 1);
  auto* made = new (memory)
    block{1, static_cast<std::uint32_t>(payload.size()), static_cast<std::uint32_t>(header_bytes)};
  auto* out = reinterpret_cast<char*>(made + 1);
  std::memcpy(out, header, header_bytes);
  if (!payload.empty())
    std::memcpy(out + header_bytes, payload.data(), payload.size());
  out[header_bytes + payload.size()] = '\n';
  return frame{made};
}

void frame::destroy() noexcept {
  block_->~block();
  ::operator delete(block_);
}

std::size_t write_text_frame_header(std::uint64_t payload, char* out) noexcept {
  constexpr std::uint8_t final_text = 0x81;
  // Lengths are big-endian and take the shortest of three forms.
  auto put = [out](std::size_t at, std::uint64_t value) {
    out[at] = static_cast<char>(static_cast<std::uint8_t>(value & 0xffu));
  };
  auto put_length = [&](std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i)
      put(2 + i, payload >> (8 * (bytes - 1 - i)));
    return 2 + bytes;
  };
  put(0, final_text);
  if (payload < 126) {
    put(1, payload);
    return 2;
  }
  if (payload <= 0xffff) {
    put(1, 126);
    return put_length(2);
  }
  put(1, 127);
  return put_length(8);
}

} // namespace salon

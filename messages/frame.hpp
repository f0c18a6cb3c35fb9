#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace salon {

/// One message for a client, immutable, shared by all its receivers and threads: the payload with
/// its WebSocket text-frame header (RFC 6455, 5.2: FIN, opcode 1, unmasked) right before it and a
/// newline right after it, in one block. So a frame goes out alone, or several payloads go out as
/// one frame of lines, without a copy either way.
class frame {
public:
  /// An empty reference.
  frame() noexcept = default;

  /// Copies `payload`, less than 4 GiB, into a new block.
  static frame text(std::string_view payload);

  frame(const frame& other) noexcept : block_(other.block_) {
    if (block_)
      block_->references.fetch_add(1, std::memory_order_relaxed);
  }

  frame(frame&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {
    // nop
  }

  frame& operator=(frame other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }

  ~frame() {
    if (block_ && block_->references.fetch_sub(1, std::memory_order_acq_rel) == 1)
      destroy();
  }

  explicit operator bool() const noexcept {
    return block_ != nullptr;
  }

  /// What the client reads.
  std::string_view payload() const noexcept {
    return block_ ? std::string_view{bytes() + block_->header, block_->payload}
                  : std::string_view{};
  }

  /// The payload and the newline behind it. Not for an empty reference.
  std::string_view line() const noexcept {
    return {bytes() + block_->header, block_->payload + 1u};
  }

  /// Header and payload: a whole WebSocket frame. Not for an empty reference.
  std::string_view wire() const noexcept {
    return {bytes(), block_->header + std::size_t{block_->payload}};
  }

  /// Bytes of the payload.
  std::size_t size() const noexcept {
    return block_ ? block_->payload : 0;
  }

private:
  struct block {
    std::atomic<std::uint32_t> references;
    std::uint32_t payload;
    std::uint32_t header;
  };

  explicit frame(block* adopted) noexcept : block_(adopted) {
    // nop
  }

  const char* bytes() const noexcept {
    return reinterpret_cast<const char*>(block_ + 1);
  }

  void destroy() noexcept;

  block* block_ = nullptr;
};

/// Writes the header of an unmasked, final text frame (RFC 6455, 5.2) for `payload` bytes to `out`,
/// which has room for `frame_header_bytes_max`. Returns its length.
inline constexpr std::size_t frame_header_bytes_max = 10;
std::size_t write_text_frame_header(std::uint64_t payload, char* out) noexcept;

} // namespace salon

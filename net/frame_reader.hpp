#pragma once

#include "messages/errors.hpp"
#include "messages/utf8.hpp"
#include "net/frame_header.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace salon {

/// Something a client sent.
struct frame_event {
  enum class kind : std::uint8_t {
    nothing, ///< All input is taken; more is needed.
    message, ///< A whole text message, valid UTF-8.
    ping,
    pong,
    close,   ///< The last event: `code` is the peer's, `no_close_code` if it gave none.
    failure, ///< The last event: the connection is to be closed with `code`.
  };

  kind what = kind::nothing;
  close_code code = close_code::normal;
  std::string_view payload; ///< Valid until the reader or its input is touched again.
};

/// Turns the bytes a client sends after the upgrade into messages: the server's reading side of
/// RFC 6455. A frame that is there as a whole is unmasked in place and not copied. Only what is
/// begun and unfinished is kept; between messages a reader owns no memory.
class frame_reader {
public:
  /// @param message_bytes_max  Limit of a message, all its fragments together; more fails with
  ///                           close_code::message_too_big as soon as a header announces it.
  explicit frame_reader(std::size_t message_bytes_max) noexcept;

  /// Takes the next event from the front of `input`, changing its bytes. Call it until there is
  /// nothing. After a close or a failure all input is swallowed.
  frame_event next(std::span<char>& input);

  /// Bytes kept of what is begun.
  std::size_t kept_bytes() const noexcept;

private:
  /// What is begun and unfinished.
  struct begun {
    std::array<char, client_header_bytes_max> header{};
    std::uint8_t header_bytes = 0; ///< Of a header that is cut.
    bool in_frame = false;         ///< `frame` is valid and has `taken` bytes of its payload.
    bool in_message = false;       ///< A fragment came that was not the last.
    bool delivered = false;        ///< `message` was handed out: gone with the next call.
    frame_header frame;
    std::uint64_t taken = 0;
    utf8_checker utf8;
    std::string message;
    std::string control;

    bool idle() const noexcept {
      return header_bytes == 0 && !in_frame && !in_message && message.empty();
    }
  };

  begun& keep();
  void tidy() noexcept;
  header_state read_header(std::span<char>& input, frame_header& header);
  close_code objection_to(const frame_header& header) const noexcept;
  bool in_message() const noexcept;
  frame_event take_whole(const frame_header& header, std::span<char>& input);
  bool take_part(std::span<char>& input);
  frame_event finish_frame();
  frame_event control_event(opcode kind, std::string_view payload);
  frame_event fail(close_code code);

  std::size_t message_bytes_max_;
  std::unique_ptr<begun> begun_;
  bool over_ = false;
};

} // namespace salon

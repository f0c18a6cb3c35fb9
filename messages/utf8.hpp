#pragma once

#include <cstdint>
#include <string_view>

namespace salon {

/// Checks that bytes are UTF-8 (RFC 3629, section 4), piece by piece: a character may be cut
/// anywhere. Overlong forms, surrogates and anything beyond U+10FFFF are no UTF-8.
class utf8_checker {
public:
  /// Whether the text so far, `piece` included, can still become valid. Once false, stop.
  bool feed(std::string_view piece) noexcept;

  /// Whether the text may end here: no character is cut.
  bool complete() const noexcept {
    return missing_ == 0;
  }

private:
  bool begin(unsigned char lead) noexcept;

  std::uint8_t missing_ = 0; ///< Bytes that the begun character still needs,
  std::uint8_t lowest_ = 0;  ///< and the range of the next of them.
  std::uint8_t highest_ = 0;
};

/// Whether `text` is UTF-8 as a whole.
bool is_utf8(std::string_view text) noexcept;

} // namespace salon

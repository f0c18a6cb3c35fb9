#include "messages/utf8.hpp"

#include <cstddef>
#include <cstring>

namespace salon {

namespace {

// Chat is mostly ASCII: eight bytes at a time.
std::size_t ascii_prefix(std::string_view text) noexcept {
  constexpr std::uint64_t high_bits = 0x8080'8080'8080'8080;
  std::size_t at = 0;
  for (std::uint64_t word = 0; text.size() - at >= sizeof(word); at += sizeof(word)) {
    std::memcpy(&word, text.data() + at, sizeof(word));
    if ((word & high_bits) != 0)
      break;
  }
  while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80)
    ++at;
  return at;
}

} // namespace

bool utf8_checker::feed(std::string_view piece) noexcept {
  while (!piece.empty()) {
    if (missing_ == 0) {
      piece.remove_prefix(ascii_prefix(piece));
      if (piece.empty())
        return true;
      if (!begin(static_cast<unsigned char>(piece.front())))
        return false;
    } else {
      auto byte = static_cast<unsigned char>(piece.front());
      if (byte < lowest_ || byte > highest_)
        return false;
      // Only the second byte of a character has a narrower range than the others.
      lowest_ = 0x80;
      highest_ = 0xbf;
      --missing_;
    }
    piece.remove_prefix(1);
  }
  return true;
}

bool utf8_checker::begin(unsigned char lead) noexcept {
  lowest_ = 0x80;
  highest_ = 0xbf;
  if (lead >= 0xc2 && lead <= 0xdf) {
    missing_ = 1;
  } else if (lead >= 0xe0 && lead <= 0xef) {
    missing_ = 2;
    if (lead == 0xe0)
      lowest_ = 0xa0; // below: overlong
    else if (lead == 0xed)
      highest_ = 0x9f; // above: surrogates
  } else if (lead >= 0xf0 && lead <= 0xf4) {
    missing_ = 3;
    if (lead == 0xf0)
      lowest_ = 0x90; // below: overlong
    else if (lead == 0xf4)
      highest_ = 0x8f; // above: beyond U+10FFFF
  } else {
    return false;
  }
  return true;
}

bool is_utf8(std::string_view text) noexcept {
  utf8_checker checker;
  return checker.feed(text) && checker.complete();
}

} // namespace salon

#include "messages/ids.hpp"

#include <sys/random.h>

#include <cerrno>
#include <cstddef>
#include <span>
#include <system_error>

namespace salon {

namespace {

/// Random bytes of the kernel's generator, fetched for many identifiers at a time: nobody can guess
/// them, and a thread seldom pays for the system call.
class random_pool {
public:
  void draw(std::span<std::uint8_t> to) {
    for (auto& byte : to)
      byte = next();
  }

  std::uint8_t next() {
    if (used_ == bytes_.size())
      refill();
    return bytes_[used_++];
  }

private:
  void refill() {
    std::size_t filled = 0;
    while (filled < bytes_.size()) {
      auto got = ::getrandom(bytes_.data() + filled, bytes_.size() - filled, 0);
      if (got >= 0)
        filled += static_cast<std::size_t>(got);
      else if (errno != EINTR)
        throw std::system_error{errno, std::generic_category(), "getrandom"};
    }
    used_ = 0;
  }

  std::array<std::uint8_t, 1024> bytes_{};
  std::size_t used_ = bytes_.size();
};

random_pool& pool() {
  thread_local random_pool instance;
  return instance;
}

constexpr bool is_hyphen_place(std::size_t index) noexcept {
  return index == 8 || index == 13 || index == 18 || index == 23;
}

constexpr bool is_hex_digit(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

} // namespace

client_id client_id::random() {
  client_id result;
  pool().draw(result.bytes);
  // The version in four bits, the variant in two (RFC 9562, 5.4).
  result.bytes[6] = static_cast<std::uint8_t>((result.bytes[6] & 0x0fu) | 0x40u);
  result.bytes[8] = static_cast<std::uint8_t>((result.bytes[8] & 0x3fu) | 0x80u);
  return result;
}

std::string to_string(const client_id& id) {
  constexpr auto digits = std::string_view{"0123456789abcdef"};
  std::string result(36, '-');
  std::size_t place = 0;
  for (auto byte : id.bytes) {
    if (is_hyphen_place(place))
      ++place;
    result[place++] = digits[byte >> 4u];
    result[place++] = digits[byte & 0x0fu];
  }
  return result;
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36)
    return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (is_hyphen_place(i) ? text[i] != '-' : !is_hex_digit(text[i]))
      return false;
  return true;
}

std::string random_letters(std::size_t letters) {
  constexpr auto alphabet
    = std::string_view{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"};
  std::string result;
  result.reserve(letters);
  while (result.size() < letters) {
    // Draws beyond the alphabet are thrown away: a remainder would favour its first letters.
    auto draw = pool().next() & 0x3fu;
    if (draw < alphabet.size())
      result += alphabet[draw];
  }
  return result;
}

} // namespace salon

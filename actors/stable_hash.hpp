#pragma once

#include <cstdint>
#include <string_view>

namespace salon {

/// A hash of bytes that is the same in every process, on every machine and in every release: what
/// nodes compare is made of it. FNV-1a, 64 bits
/// (draft-eastlake-fnv).
constexpr std::uint64_t stable_hash(std::string_view bytes,
                                    std::uint64_t begun = 0xcbf29ce484222325) noexcept {
  for (auto x : bytes) {
    begun ^= static_cast<unsigned char>(x);
    begun *= 0x100000001b3;
  }
  return begun;
}

/// Spreads what differs in a few bits of `x` over all of them, so that the results of similar
/// texts can be compared by size: the last step of MurmurHash3 for 64 bits.
constexpr std::uint64_t spread(std::uint64_t x) noexcept {
  x = (x ^ (x >> 33)) * 0xff51afd7ed558ccd;
  x = (x ^ (x >> 33)) * 0xc4ceb9fe1a85ec53;
  return x ^ (x >> 33);
}

} // namespace salon

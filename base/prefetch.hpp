#pragma once

#include <cstddef>

namespace salon {

/// Asks the processor for the first `bytes` at `what`, which need not be memory at all, ahead of
/// their use.
inline void prefetch(const void* what, std::size_t bytes) noexcept {
  constexpr std::size_t cache_line_bytes = 64;
  const auto* begin = static_cast<const char*>(what);
  for (std::size_t at = 0; at < bytes; at += cache_line_bytes)
    __builtin_prefetch(begin + at);
}

} // namespace salon

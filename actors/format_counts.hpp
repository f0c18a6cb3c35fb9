#pragma once

#include "messages/room_messages.hpp"

#include <array>
#include <cstddef>

namespace salon {

/// How many members read each wire format: what nobody reads is not encoded.
class format_counts {
public:
  void add(wire_format format, std::ptrdiff_t members) noexcept {
    counts_[static_cast<std::size_t>(format)] += members;
  }

  bool has(wire_format format) const noexcept {
    return counts_[static_cast<std::size_t>(format)] > 0;
  }

private:
  std::array<std::ptrdiff_t, 3> counts_ = {};
};

} // namespace salon

#pragma once

#include <cstdint>
#include <string>

namespace salon {

/// What crosses between two nodes: the only message that leaves a process. CAF says on the wire by
/// its number in messages/type_ids.hpp which message it is.
struct link_frame {
  /// What it is for. Numbers are on the wire.
  enum class purpose : std::uint8_t {
    data = 0,    ///< A frame of the link; CAF's connection carries it and looks at nothing.
    knock = 1,   ///< Opens a way. The bytes name the node that knocks, as its CAF does.
    welcome = 2, ///< The answer: the way is open.
  };

  std::string bytes;
  purpose what = purpose::data;

  friend bool operator==(const link_frame&, const link_frame&) = default;
};

template <class Inspector>
bool inspect(Inspector& f, link_frame& x) {
  auto get = [&x] { return static_cast<std::uint8_t>(x.what); };
  auto set = [&x](std::uint8_t number) {
    x.what = static_cast<link_frame::purpose>(number);
    return number <= static_cast<std::uint8_t>(link_frame::purpose::welcome);
  };
  return f.object(x).fields(f.field("bytes", x.bytes), f.field("what", get, set));
}

} // namespace salon

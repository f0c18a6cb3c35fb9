#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace salon {

/// Looks at what one side of a TLS connection says, from its first byte on: at the headers of the
/// records only (RFC 8446, section 5.1), which are not secret.
class tls_records {
public:
  enum class state : std::uint8_t {
    unknown, ///< The first header is not there yet.
    tls,     ///< It begins as a handshake does, and nothing since contradicts.
    other,   ///< It is something else. Stays so.
  };

  void take(std::string_view bytes);

  state standing() const noexcept {
    return state_;
  }

  /// Whether it has sent an alert: it gives the connection up.
  bool has_alert() const noexcept {
    return alert_;
  }

private:
  void on_header();

  state state_ = state::unknown;
  bool alert_ = false;
  std::array<std::uint8_t, 5> header_{};
  std::size_t header_bytes_ = 0; ///< Of the next header, seen so far.
  std::size_t body_left_ = 0;    ///< Of the record under way.
};

} // namespace salon

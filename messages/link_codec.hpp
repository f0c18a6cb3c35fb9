#pragma once

#include "messages/link_messages.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Between what nodes say and its bytes, as messages/link.proto has them. Pure functions.
namespace salon {

/// One end presents itself.
struct greeting_frame {
  link_hello hello;
  std::uint64_t peer_epoch = 0; ///< The receiver's, as far as the sender has heard; 0: not yet.
  std::string refusal{};        ///< Why there will be no link, a sentence; empty: there may be one.

  friend bool operator==(const greeting_frame&, const greeting_frame&) = default;
};

/// What follows when both have: events, or none.
struct data_frame {
  std::uint64_t epoch = 0;           ///< The sender's.
  std::uint64_t peer_epoch = 0;      ///< The receiver's.
  std::uint64_t number = 0;          ///< Of this frame in its link, from 1.
  std::uint64_t acknowledged = 0;    ///< The newest frame of the receiver's that was taken.
  std::vector<std::string> events{}; ///< Each as `encode` made it.

  friend bool operator==(const data_frame&, const data_frame&) = default;
};

using any_frame = std::variant<greeting_frame, data_frame>;

/// The most that a frame takes besides the bytes of its events, and for each event.
inline constexpr std::size_t frame_overhead_bytes_max = 64;
inline constexpr std::size_t event_overhead_bytes_max = 8;

/// An event in bytes. Frames of clients stay behind: who receives it makes them from the
/// publication. All pointers in it are set, except to people who may be nobody
/// (publish_order::from, rpc_call::who).
std::string encode(const link_event& what);

std::string encode(const greeting_frame& what);

std::string encode(data_frame what);

/// Nothing for what is no event of a version that this program speaks: bytes that are no message,
/// ids of a wrong size, values of no enum, no kind or an unknown one, nobody where somebody
/// belongs.
std::optional<link_event> decode_event(std::string_view bytes);

/// Nothing for what is no frame. Its events are not looked at.
std::optional<any_frame> decode_frame(std::string_view bytes);

} // namespace salon

#include "messages/names.hpp"

#include <algorithm>

namespace salon {

namespace {

constexpr bool is_letter_or_digit(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

} // namespace

std::string_view namespace_of(std::string_view room) noexcept {
  if (room.starts_with('$'))
    room.remove_prefix(1);
  auto colon = room.find(':');
  return colon == std::string_view::npos ? std::string_view{} : room.substr(0, colon);
}

bool is_namespace_name(std::string_view name) noexcept {
  return name.size() >= 2 && std::all_of(name.begin(), name.end(), [](char c) {
           return is_letter_or_digit(c) || c == '-' || c == '_';
         });
}

bool is_room_name(std::string_view room) noexcept {
  return !room.empty() && std::all_of(room.begin(), room.end(), [](char c) {
    return c > ' ' && c < '\x7f' && c != '/' && c != '*' && c != '&';
  });
}

} // namespace salon

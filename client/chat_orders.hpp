#pragma once

#include <string>
#include <string_view>
#include <variant>

/// What somebody in a chat types.
namespace salon::chat {

struct say {
  std::string text;
  bool is_action = false; ///< What they do rather than say: `/me waves`.

  friend bool operator==(const say&, const say&) = default;
};

struct join {
  std::string room;

  friend bool operator==(const join&, const join&) = default;
};

struct leave {
  friend bool operator==(const leave&, const leave&) = default;
};

struct list_people {
  friend bool operator==(const list_people&, const list_people&) = default;
};

struct list_rooms {
  friend bool operator==(const list_rooms&, const list_rooms&) = default;
};

struct help {
  friend bool operator==(const help&, const help&) = default;
};

struct quit {
  friend bool operator==(const quit&, const quit&) = default;
};

/// Not to be understood; with a sentence for the one who typed it.
struct mistake {
  std::string sentence;

  friend bool operator==(const mistake&, const mistake&) = default;
};

/// Monostate: an empty line.
using order
  = std::variant<std::monostate, say, join, leave, list_people, list_rooms, help, quit, mistake>;

/// Reads a line. What begins with `/` is a command, but `//` says a text that begins with `/`.
order read_order(std::string_view line);

/// What there is to type, a line for each.
extern const std::string_view help_text;

/// Whether `name` can be asked for as a room: by its rules, and in length.
bool may_be_room(std::string_view name);

} // namespace salon::chat

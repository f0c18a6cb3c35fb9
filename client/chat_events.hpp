#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <variant>

/// What happens in a chat, for those who show it.
namespace salon::chat {

struct person {
  std::string client; ///< The connection's id; empty for the server itself.
  std::string name;   ///< As given by them: any bytes that are UTF-8.

  friend bool operator==(const person&, const person&) = default;
};

struct said {
  person who;
  std::string text;
  bool is_action = false;   ///< `/me`: what they do.
  std::int64_t time = 0;    ///< By the sender's clock, milliseconds since 1970; 0: nobody knows.
  std::uint64_t offset = 0; ///< 0: kept nowhere.

  friend bool operator==(const said&, const said&) = default;
};

struct came {
  person who;

  friend bool operator==(const came&, const came&) = default;
};

struct went {
  person who;

  friend bool operator==(const went&, const went&) = default;
};

/// Something to know, in a sentence; perhaps with several lines.
struct note {
  std::string sentence;

  friend bool operator==(const note&, const note&) = default;
};

/// Something that is wrong, in a sentence.
struct trouble {
  std::string sentence;

  friend bool operator==(const trouble&, const trouble&) = default;
};

using event = std::variant<said, came, went, note, trouble>;

/// Is told of what happens; must not call back.
using teller = std::function<void(const event&)>;

/// The time of this machine, as messages have it.
inline std::int64_t now_in_milliseconds() {
  auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
}

} // namespace salon::chat

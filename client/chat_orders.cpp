#include "client/chat_orders.hpp"

#include "messages/names.hpp"

#include <cstddef>

namespace salon::chat {

namespace {

constexpr std::size_t room_name_bytes_max = 255;

std::string_view trimmed(std::string_view text) {
  auto begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos)
    return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

order join_of(std::string_view room) {
  if (room.empty())
    return mistake{"/join which room? As in: /join lobby"};
  if (!may_be_room(room))
    return mistake{"A room's name has up to 255 letters, digits and signs, without spaces and "
                   "without / * &"};
  return join{std::string{room}};
}

order action_of(std::string_view what) {
  return what.empty() ? order{mistake{"/me does what? As in: /me waves"}}
                      : order{say{std::string{what}, true}};
}

} // namespace

const std::string_view help_text = "/join ROOM  go to another room; it begins when you come\n"
                                   "/leave      leave the room\n"
                                   "/who        who is here\n"
                                   "/rooms      which rooms there are\n"
                                   "/me WAVES   say what you do\n"
                                   "/help       this\n"
                                   "/quit       go; so does Ctrl-D\n"
                                   "//TEXT      say something that begins with /";

bool may_be_room(std::string_view name) {
  return name.size() <= room_name_bytes_max && is_room_name(name);
}

order read_order(std::string_view line) {
  auto text = trimmed(line);
  if (text.empty())
    return {};
  if (text.starts_with("//"))
    return say{std::string{text.substr(1)}};
  if (!text.starts_with('/'))
    return say{std::string{text}};
  auto word = text.substr(0, text.find_first_of(" \t"));
  auto rest = trimmed(text.substr(word.size()));
  if (word == "/join")
    return join_of(rest);
  if (word == "/me")
    return action_of(rest);
  if (word == "/leave")
    return leave{};
  if (word == "/who")
    return list_people{};
  if (word == "/rooms")
    return list_rooms{};
  if (word == "/help")
    return help{};
  if (word == "/quit")
    return quit{};
  return mistake{"There is no " + std::string{word} + ": /help lists what there is"};
}

} // namespace salon::chat

#include "app/chat_command.hpp"

#include "app/chat_filter.hpp"
#include "app/chat_terminal.hpp"
#include "client/chat_orders.hpp"
#include "messages/utf8.hpp"

#include <CLI/App.hpp>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <ostream>
#include <string_view>
#include <utility>

namespace salon {

namespace {

constexpr auto wrong_use = 2;
constexpr std::size_t name_bytes_max = 64;

std::string_view environment(const char* name) {
  const auto* value = std::getenv(name);
  return value == nullptr ? std::string_view{} : value;
}

// One that can move its cursor.
bool is_at_terminal() {
  auto kind = environment("TERM");
  return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1 && !kind.empty()
         && kind != "dumb";
}

} // namespace

chat_command::chat_command(CLI::App& to)
  : chat_(to.add_subcommand("chat", "Chat in the terminal; piped, lines in are messages and "
                                    "messages out are lines")),
    name_(environment("USER").substr(0, name_bytes_max)) {
  chat_->allow_extras(false);
  chat_
    ->add_option("URL", address_,
                 "The server, such as 127.0.0.1:9501 or ws://HOST/connection/websocket; without "
                 "one, the server on this machine")
    ->type_name("");
  chat_->add_option("--room", room_, "The room to enter")
    ->type_name("ROOM")
    ->take_last()
    ->capture_default_str();
  chat_->add_option("--name", name_, "What you are called; without it, your login name")
    ->type_name("NAME")
    ->take_last();
}

bool chat_command::chosen() const {
  return chat_->parsed();
}

int chat_command::run(std::ostream& out, std::ostream& err) const {
  auto refuse = [&err](const std::string& sentence) {
    err << sentence << '\n';
    return wrong_use;
  };
  chat_address where;
  if (chat_->count("URL") > 0) {
    std::string why;
    auto read = read_chat_address(address_, why);
    if (!read)
      return refuse(why);
    where = std::move(*read);
  }
  if (!chat::may_be_room(room_))
    return refuse("--room \"" + room_
                  + "\": expected up to 255 letters, digits and signs, without spaces and without "
                    "/ * &");
  if (name_.size() > name_bytes_max || !is_utf8(name_))
    return refuse("--name: expected up to " + std::to_string(name_bytes_max) + " bytes of UTF-8");
  conversation_options options;
  options.name = name_;
  if (!is_at_terminal())
    return chat_as_filter(where, std::move(options), room_, out, err);
  auto colours = environment("NO_COLOR").empty();
  return chat_at_terminal(where, options, room_, colours);
}

} // namespace salon

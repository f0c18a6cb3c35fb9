#include "client/chat_view.hpp"

#include "messages/utf8.hpp"

#include <array>
#include <cstddef>
#include <ctime>

namespace salon::chat {

namespace {

constexpr std::string_view reset = "\x1b[0m";
constexpr std::string_view dim = "\x1b[2m";
constexpr std::string_view red = "\x1b[31m";

// Those that can be read on a dark and on a light ground; red is for troubles.
constexpr std::array<std::string_view, 8> colours_of_people{"\x1b[32m",   "\x1b[33m",  "\x1b[34m",
                                                            "\x1b[35m",   "\x1b[36m",  "\x1b[1;32m",
                                                            "\x1b[1;34m", "\x1b[1;35m"};

// FNV-1a: the same person has the same colour on every machine.
std::size_t colour_of(std::string_view name) {
  std::uint32_t hash = 2'166'136'261U;
  for (unsigned char c : name)
    hash = (hash ^ c) * 16'777'619U;
  return hash % colours_of_people.size();
}

// Bytes of the UTF-8 character at the front of `text` that is better not shown; 0 for others.
std::size_t harmful_bytes(std::string_view text) {
  auto at
    = [text](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  if (at(0) < 0x20 || at(0) == 0x7f)
    return 1;
  if (at(0) == 0xc2 && at(1) >= 0x80 && at(1) < 0xa0)
    return 2; // U+0080 to U+009F: control characters, too
  if (at(0) == 0xd8 && at(1) == 0x9c)
    return 2; // U+061C
  if (at(0) != 0xe2)
    return 0;
  if (at(1) == 0x80 && (at(2) == 0x8e || at(2) == 0x8f || (at(2) >= 0xa8 && at(2) <= 0xae)))
    return 3; // U+200E, U+200F, U+2028 to U+202E
  return at(1) == 0x81 && at(2) >= 0xa6 && at(2) <= 0xa9 ? 3 : 0; // U+2066 to U+2069
}

std::string clock_of(std::int64_t milliseconds) {
  if (milliseconds <= 0)
    return "--:--";
  auto seconds = static_cast<std::time_t>(milliseconds / 1000);
  std::tm local{};
  std::array<char, 16> text{};
  ::localtime_r(&seconds, &local);
  return {text.data(), std::strftime(text.data(), text.size(), "%H:%M", &local)};
}

template <class... Fs>
struct overloaded : Fs... {
  using Fs::operator()...;
};

template <class... Fs>
overloaded(Fs...) -> overloaded<Fs...>;

} // namespace

std::string harmless(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    auto bytes = harmful_bytes(text.substr(i));
    if (bytes == 0)
      result += text[i++];
    else if (text[i] == '\n' || text[i] == '\t')
      result += ' ';
    i += bytes;
  }
  return result;
}

std::string quoted_start(std::string_view text) {
  constexpr std::size_t bytes_max = 40;
  auto start = harmless(is_utf8(text) ? text : "?");
  if (start.size() <= bytes_max)
    return '"' + start + '"';
  auto end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(start[end]) & 0xc0U) == 0x80U)
    --end; // a character is not cut
  return '"' + start.substr(0, end) + "...\"";
}

std::string name_of(const person& who) {
  auto name = harmless(who.name);
  if (!name.empty())
    return name;
  return who.client.empty() ? "Server" : "Guest " + harmless(who.client).substr(0, 4);
}

std::string view::line_of(const said& what) {
  return (what.is_action ? "* " + name_of(what.who) + ' ' : name_of(what.who) + ": ")
         + harmless(what.text);
}

std::string view::dimmed(const std::string& text) const {
  return colours_ ? std::string{dim} + text + std::string{reset} : text;
}

std::string view::named(const person& who) const {
  auto name = name_of(who);
  if (!colours_)
    return name;
  return std::string{colours_of_people.at(colour_of(name))} + name + std::string{reset};
}

std::string view::show(const event& what) const {
  return std::visit(overloaded{
                      [this](const said& x) {
                        return dimmed(clock_of(x.time)) + ' '
                               + (x.is_action ? "* " + named(x.who) + ' ' : named(x.who) + ": ")
                               + harmless(x.text);
                      },
                      [this](const came& x) { return dimmed("      " + name_of(x.who) + " came"); },
                      [this](const went& x) { return dimmed("      " + name_of(x.who) + " went"); },
                      [this](const note& x) { return dimmed(x.sentence); },
                      [this](const trouble& x) {
                        return colours_ ? std::string{red} + x.sentence + std::string{reset}
                                        : x.sentence;
                      },
                    },
                    what);
}

} // namespace salon::chat

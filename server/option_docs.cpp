#include "server/option_docs.hpp"

#include "server/options.hpp"

#include <string_view>

namespace salon {

namespace {

// What stands before the last `.` of a key; empty: nothing.
std::string_view section_of(std::string_view key) {
  auto dot = key.find('.');
  return dot == std::string_view::npos ? std::string_view{} : key.substr(0, dot);
}

std::string cell(std::string_view text) {
  std::string result;
  for (auto c : text) {
    if (c == '|')
      result += '\\';
    result += c;
  }
  return result;
}

} // namespace

std::string options_as_markdown() {
  std::string result;
  std::string_view section = "none yet";
  config fresh;
  for (const auto& x : options()) {
    if (section_of(x.key) != section) {
      section = section_of(x.key);
      result += result.empty() ? "" : "\n";
      result += section.empty() ? "### Server\n\n" : "### `[" + std::string{section} + "]`\n\n";
      result += "| Key | Default | Accepted | What it does |\n|---|---|---|---|\n";
    }
    result += "| `" + x.key + "` | `" + show(x.get(fresh)) + "` | " + cell(x.accepted) + " | "
              + cell(x.about) + " |\n";
  }
  return result;
}

std::string options_as_toml() {
  std::string result;
  std::string_view section;
  config fresh;
  for (const auto& x : options()) {
    if (section_of(x.key) != section) {
      section = section_of(x.key);
      result += "\n[" + std::string{section} + "]\n";
    }
    auto name = section.empty() ? std::string_view{x.key}
                                : std::string_view{x.key}.substr(section.size() + 1);
    result += "# " + x.about + " Accepted: " + x.accepted + ".\n";
    result += std::string{name} + " = " + show(x.get(fresh)) + "\n";
  }
  return result;
}

} // namespace salon

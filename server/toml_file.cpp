#include "server/toml_file.hpp"

#include <toml.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <exception>
#include <memory>
#include <sstream>
#include <string_view>
#include <tuple>
#include <utility>

namespace salon {

namespace {

constexpr std::size_t file_bytes_max = 1'048'576;

std::string first_line(std::string text) {
  text.resize(std::min(text.find('\n'), text.size()));
  return text;
}

bool is_list_of_tables(const toml::value& value) {
  return value.is_array() && !value.as_array().empty() && value.as_array().front().is_table();
}

// The value as written, from the line it begins on.
std::string spelling(const toml::value& value) {
  if (value.is_table())
    return "a table";
  if (is_list_of_tables(value))
    return "a list of tables";
  auto place = value.location();
  auto text = place.line_str();
  text.erase(0, std::min<std::size_t>(place.column() - 1, text.size()));
  text.resize(std::min<std::size_t>(place.region(), text.size()));
  while (!text.empty() && (text.back() == '\r' || text.back() == ' '))
    text.pop_back();
  return text.size() < place.region() ? text + " ..." : text;
}

option_value to_value(const toml::value& value) {
  if (value.is_boolean())
    return value.as_boolean();
  if (value.is_integer())
    return value.as_integer();
  if (value.is_string())
    return value.as_string().str;
  if (value.is_array()) {
    const auto& members = value.as_array();
    auto all_text = std::all_of(members.begin(), members.end(),
                                [](const toml::value& x) { return x.is_string(); });
    if (all_text) {
      std::vector<std::string> texts;
      for (const auto& x : members)
        texts.push_back(x.as_string().str);
      return texts;
    }
  }
  return foreign_value{spelling(value)};
}

void flatten(const toml::table& table, const std::vector<std::string>& parent,
             std::vector<toml_entry>& to) {
  for (const auto& [key, value] : table) {
    auto path = parent;
    path.push_back(key);
    auto is_table = value.is_table();
    if (is_table && !value.as_table().empty())
      flatten(value.as_table(), path, to);
    else
      to.push_back(
        {std::move(path), value.location().line(), is_table, to_value(value), spelling(value)});
  }
}

// The library explains itself on many lines: `[error] toml::parse_key: what is wrong`, then a
// picture that ends in `^--- a remark` or `~~~ a remark`. Both, on one line.
std::string explanation(const std::string& message) {
  auto what = first_line(message);
  if (what.starts_with("[error] "))
    what.erase(0, 8);
  if (what.starts_with("toml::") || what.starts_with("parse_"))
    what.erase(0, what.find(": ") + 2);
  std::string remark;
  for (std::string_view mark : {"^--- ", "~ "})
    if (auto at = message.rfind(mark); at != std::string::npos && remark.empty())
      remark = first_line(message.substr(at + mark.size()));
  if (remark.empty() || remark == "here")
    return what;
  return what.empty() ? remark : what + " (" + remark + ")";
}

// The whole file into `to`; otherwise the reason.
std::string read_file(const std::string& path, std::string& to) {
  auto close = [](std::FILE* open) { std::fclose(open); };
  auto file = std::unique_ptr<std::FILE, decltype(close)>{std::fopen(path.c_str(), "rb"), close};
  if (!file)
    return std::strerror(errno);
  to.resize(file_bytes_max + 1);
  to.resize(std::fread(to.data(), 1, to.size(), file.get()));
  if (std::ferror(file.get()) != 0)
    return std::strerror(errno);
  return to.size() > file_bytes_max ? "it is larger than 1 MiB" : "";
}

} // namespace

toml_contents read_toml_file(const std::string& path) {
  toml_contents result;
  std::string text;
  if (auto why = read_file(path, text); !why.empty()) {
    result.error = path + ": cannot be read: " + why;
    return result;
  }
  try {
    std::istringstream in{text};
    flatten(toml::parse(in, path).as_table(), {}, result.entries);
  } catch (const toml::exception& e) {
    result.error = path + ":" + std::to_string(e.location().line())
                   + ": not valid TOML: " + explanation(e.what());
  } catch (const std::exception& e) {
    result.error = path + ": not valid TOML: " + explanation(e.what());
  }
  std::stable_sort(result.entries.begin(), result.entries.end(),
                   [](const toml_entry& a, const toml_entry& b) {
                     return std::tie(a.line, a.path) < std::tie(b.line, b.path);
                   });
  return result;
}

} // namespace salon

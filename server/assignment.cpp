#include "server/assignment.hpp"

#include "server/nearest.hpp"
#include "server/options.hpp"
#include "server/toml_file.hpp"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <utility>

namespace salon {

namespace {

constexpr const char* file_variable = "SALON_CONFIG";

bool is_bare(std::string_view part) {
  return !part.empty() && std::all_of(part.begin(), part.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_';
  });
}

key_path split(std::string_view key) {
  key_path result;
  for (;;) {
    auto dot = key.find('.');
    result.emplace_back(key.substr(0, dot));
    if (dot == std::string_view::npos)
      return result;
    key.remove_prefix(dot + 1);
  }
}

void read_file(assignments& to) {
  auto contents = read_toml_file(to.file);
  if (!contents.error.empty())
    to.errors.emplace(0, std::move(contents.error));
  for (auto& x : contents.entries) {
    auto place = to.file + ":" + std::to_string(x.line) + ": " + join(x.path);
    to.list.push_back({std::move(place), std::move(x.path), std::move(x.value), std::move(x.text),
                       false, x.is_empty_table});
  }
}

void read_variable(const setting& x, assignments& to) {
  std::vector<std::string> known{file_variable};
  for (const auto& each : options()) {
    known.push_back(variable_name(each.key));
    if (known.back() == x.name) {
      to.list.push_back({x.name, split(each.key), x.value, {}, true});
      return;
    }
  }
  auto why = x.name.starts_with("SALON_NAMESPACES_")
               ? ": namespaces are set in the file, or with --set"
               : suggestion(x.name, known);
  to.errors.emplace(to.list.size(), x.name + ": unknown variable" + why);
}

} // namespace

std::string join(const key_path& path, std::size_t first) {
  std::string result;
  for (auto i = first; i < path.size(); ++i) {
    if (i > first)
      result += '.';
    result += is_bare(path[i]) ? path[i] : show(path[i]);
  }
  return result;
}

assignments gather(const config_sources& sources) {
  assignments result;
  result.file = sources.file;
  for (const auto& x : sources.environment)
    if (x.name == file_variable && sources.file.empty())
      result.file = x.value;
  if (!result.file.empty())
    read_file(result);
  for (const auto& x : sources.environment)
    if (x.name != file_variable)
      read_variable(x, result);
  for (const auto& x : sources.flags)
    result.list.push_back({x.name, split(x.key), x.value, {}, true});
  return result;
}

std::string suggestion(std::string_view word, const std::vector<std::string>& known) {
  auto meant = nearest(word, known);
  return meant.empty() ? ": `salon options` lists the known ones" : ": did you mean " + meant + "?";
}

std::vector<setting> environment_settings() {
  std::vector<setting> result;
  for (auto** x = environ; *x != nullptr; ++x) {
    std::string_view line = *x;
    auto name = line.substr(0, line.find('='));
    if (name.starts_with("SALON_") && name.size() < line.size())
      result.push_back({std::string{name}, {}, std::string{line.substr(name.size() + 1)}});
  }
  std::sort(result.begin(), result.end(),
            [](const setting& a, const setting& b) { return a.name < b.name; });
  return result;
}

} // namespace salon

#include "server/load_config.hpp"

#include "messages/names.hpp"
#include "server/nearest.hpp"
#include "server/options.hpp"
#include "server/toml_file.hpp"

#include <unistd.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace salon {

namespace {

constexpr const char* file_variable = "SALON_CONFIG";

using key_path = std::vector<std::string>;

std::string join(const key_path& path, std::size_t first = 0) {
  std::string result;
  for (auto i = first; i < path.size(); ++i) {
    if (i > first)
      result += '.';
    result += path[i];
  }
  return result;
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

bool is_section(std::string_view name) {
  auto prefix = std::string{name} + '.';
  const auto& all = options();
  return name == "namespaces" || std::any_of(all.begin(), all.end(), [&prefix](const option& x) {
           return x.key.starts_with(prefix);
         });
}

// A value on its way into the configuration.
struct assignment {
  key_path path;
  std::string place;     // `salon.toml:7: client.ping_interval`, `SALON_PORT`
  bool is_text;          // from the environment or a flag: the option decides what it stands for
  bool is_empty_table;   // a section without contents
  option_value value;
  std::string text;      // for sentences
};

class loader {
public:
  config_result run(const config_sources& sources) {
    result_.file = sources.file;
    for (const auto& x : sources.environment)
      if (x.name == file_variable && sources.file.empty())
        result_.file = x.value;
    if (!result_.file.empty())
      read_file(result_.file);
    for (const auto& x : sources.environment)
      read_variable(x);
    for (const auto& x : sources.flags)
      assignments_.push_back({split(x.key), x.name, true, false, x.value, {}});

    // Namespaces start from the defaults, whichever source set those last.
    for (const auto& x : assignments_)
      if (x.path.front() != "namespaces")
        apply(x);
    for (const auto& x : assignments_)
      if (x.path.front() == "namespaces")
        apply_in_namespace(x);

    if (result_.errors.empty())
      result_.errors = contradictions(result_.value, places_);
    return std::move(result_);
  }

private:
  void fail(std::string sentence) {
    result_.errors.push_back(std::move(sentence));
  }

  void read_file(const std::string& name) {
    auto contents = read_toml_file(name);
    if (!contents.error.empty())
      fail(std::move(contents.error));
    for (auto& x : contents.entries) {
      auto place = name + ":" + std::to_string(x.line) + ": " + join(x.path);
      assignments_.push_back({std::move(x.path), std::move(place), false, x.is_empty_table,
                              std::move(x.value), std::move(x.text)});
    }
  }

  void read_variable(const setting& x) {
    if (x.name == file_variable)
      return;
    std::vector<std::string> known{file_variable};
    for (const auto& each : options()) {
      known.push_back(variable_name(each.key));
      if (known.back() == x.name) {
        assignments_.push_back({split(each.key), x.name, true, false, x.value, {}});
        return;
      }
    }
    if (x.name.starts_with("SALON_NAMESPACES_"))
      fail(x.name + ": unknown variable: namespaces are set in the file, or with --set");
    else
      fail(x.name + ": unknown variable" + suggestion(x.name, known));
  }

  static std::string suggestion(const std::string& word, const std::vector<std::string>& known) {
    auto meant = nearest(word, known);
    return meant.empty() ? ": `salon options` lists the known ones" : ": did you mean " + meant + "?";
  }

  // `salon.toml:7: unknown key colour`, `--set colour: unknown key`
  void fail_unknown(const assignment& x, const std::vector<std::string>& known) {
    auto key = join(x.path);
    auto place = x.place;
    if (place.ends_with(": " + key))
      place.resize(place.size() - key.size());
    else
      place += ": ";
    fail(place + "unknown key " + key + suggestion(key, known));
  }

  template <class Target>
  bool set(const assignment& x, const basic_option<Target>& option, Target& target) {
    auto value = x.is_text ? read_text(option.kind, std::get<std::string>(x.value)) : x.value;
    if (x.is_empty_table || !option.set(target, value)) {
      fail(x.place + " = " + (x.is_text ? show(value) : x.text) + ": expected " + option.accepted);
      return false;
    }
    places_[join(x.path)] = x.place;
    return true;
  }

  void apply(const assignment& x) {
    auto key = join(x.path);
    if (const auto* found = find_option(options(), key)) {
      set(x, *found, result_.value);
      return;
    }
    if (is_section(key)) {
      if (!x.is_empty_table)
        fail_not_a_table(x);
      return;
    }
    std::vector<std::string> known;
    for (const auto& each : options())
      known.push_back(each.key);
    fail_unknown(x, known);
  }

  void fail_not_a_table(const assignment& x) {
    fail(x.place + " = " + (x.is_text ? show(x.value) : x.text) + ": expected a table");
  }

  void apply_in_namespace(const assignment& x) {
    if (x.path.size() < 3 && !x.is_empty_table)
      return fail_not_a_table(x);
    if (x.path.size() == 1)
      return;
    const auto& name = x.path[1];
    if (!is_namespace_name(name)) {
      if (refused_names_.insert(name).second)
        fail(x.place + ": expected a namespace of two or more letters, digits, \"-\" and \"_\"");
      return;
    }
    auto& rooms = result_.value.namespaces.try_emplace(name, result_.value.defaults).first->second;
    if (x.path.size() == 2)
      return;
    if (const auto* found = find_option(room_option_table(), join(x.path, 2))) {
      set(x, *found, rooms);
      return;
    }
    std::vector<std::string> known;
    for (const auto& each : room_option_table())
      known.push_back("namespaces." + name + "." + each.key);
    fail_unknown(x, known);
  }

  config_result result_;
  std::vector<assignment> assignments_;
  std::map<std::string, std::string> places_; // where each key got its value
  std::set<std::string> refused_names_;
};

} // namespace

config_result load_config(const config_sources& sources) {
  return loader{}.run(sources);
}

std::vector<setting> environment_settings() {
  std::vector<setting> result;
  for (auto** x = environ; *x != nullptr; ++x) {
    std::string_view line = *x;
    auto name = line.substr(0, line.find('='));
    if (name.starts_with("SALON_"))
      result.push_back({std::string{name}, {}, std::string{line.substr(name.size() + 1)}});
  }
  std::sort(result.begin(), result.end(),
            [](const setting& a, const setting& b) { return a.name < b.name; });
  return result;
}

} // namespace salon

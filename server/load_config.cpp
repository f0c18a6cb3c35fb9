#include "server/load_config.hpp"

#include "messages/names.hpp"
#include "server/assignment.hpp"
#include "server/options.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <stdexcept>
#include <utility>

namespace salon {

namespace {

bool is_section(const std::string& name) {
  auto prefix = name + '.';
  const auto& all = options();
  return std::any_of(all.begin(), all.end(),
                     [&prefix](const option& x) { return x.key.starts_with(prefix); });
}

// Puts values where they belong, and says of each that is none why.
class loader {
public:
  loader(assignments given, config defaults)
    : given_(std::move(given)),
      config_(std::move(defaults)) {
    // nop
  }

  config_result run() {
    // Namespaces start from the defaults, whichever source set those last.
    for (const auto& x : given_.list)
      if (x.path.front() != "namespaces")
        apply(x);
    for (const auto& x : given_.list)
      if (x.path.front() == "namespaces")
        apply_in_namespace(x);

    config_result result{std::move(config_), std::move(given_.file), {}};
    for (auto& [order, sentence] : given_.errors)
      result.errors.push_back(std::move(sentence));
    if (result.errors.empty())
      result.errors = contradictions(result.value, places_);
    return result;
  }

private:
  void fail(const assignment& x, std::string sentence) {
    auto order = static_cast<std::size_t>(&x - given_.list.data());
    given_.errors.emplace(order, std::move(sentence));
  }

  void fail_expected(const assignment& x, const option_value& value, const std::string& accepted) {
    fail(x, x.place + " = " + (x.is_text ? show(value) : x.text) + ": expected " + accepted);
  }

  // `salon.toml:7: unknown key colour`, `--set colour: unknown key colour`
  void fail_unknown(const assignment& x, const std::vector<std::string>& known) {
    auto key = join(x.path);
    auto place = x.place.ends_with(": " + key) ? x.place.substr(0, x.place.size() - key.size())
                                               : x.place + ": ";
    fail(x, place + "unknown key " + key + suggestion(key, known));
  }

  template <class Target>
  void set(const assignment& x, const basic_option<Target>& option, Target& target) {
    auto value = x.is_text ? read_text(option.kind, std::get<std::string>(x.value)) : x.value;
    if (!x.is_empty_table && option.set(target, value))
      places_[join(x.path)] = x.place;
    else
      fail_expected(x, value, option.accepted);
  }

  void apply(const assignment& x) {
    auto key = join(x.path);
    if (const auto* found = find_option(options(), key)) {
      set(x, *found, config_);
    } else if (!is_section(key)) {
      std::vector<std::string> known;
      for (const auto& each : options())
        known.push_back(each.key);
      fail_unknown(x, known);
    } else if (!x.is_empty_table) {
      fail_expected(x, x.value, "a table");
    }
  }

  void apply_in_namespace(const assignment& x) {
    if (x.path.size() < 3 && !x.is_empty_table)
      return fail_expected(x, x.value, "a table");
    if (x.path.size() == 1)
      return;
    const auto& name = x.path[1];
    if (!is_namespace_name(name)) {
      if (refused_names_.insert(name).second)
        fail(x, x.place + ": expected a namespace of two or more letters, digits, \"-\" and \"_\"");
      return;
    }
    auto& rooms = config_.namespaces.try_emplace(name, config_.defaults).first->second;
    if (x.path.size() == 2)
      return;
    if (const auto* found = find_option(room_option_table(), join(x.path, 2)))
      return set(x, *found, rooms);
    std::vector<std::string> known;
    for (const auto& each : room_option_table())
      known.push_back("namespaces." + name + "." + each.key);
    fail_unknown(x, known);
  }

  assignments given_;
  config config_;
  std::map<std::string, std::string> places_; // how a sentence begins about each key that was set
  std::set<std::string> refused_names_;
};

} // namespace

config_result load_config(const config_sources& sources) {
  return loader{gather(sources), sources.defaults}.run();
}

config config_from_environment(config defaults) {
  auto loaded = load_config({{}, environment_settings(), {}, std::move(defaults)});
  std::string mistakes;
  for (const auto& each : loaded.errors)
    mistakes += (mistakes.empty() ? "" : "\n") + each;
  if (!mistakes.empty())
    throw std::runtime_error{mistakes};
  return std::move(loaded.value);
}

} // namespace salon

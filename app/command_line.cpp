#include "app/command_line.hpp"

#include "server/nearest.hpp"
#include "server/option_docs.hpp"
#include "server/options.hpp"
#include "server/version.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <map>
#include <ostream>
#include <string>
#include <utility>

namespace salon {

namespace {

// Where a configuration comes from, as far as a command line says.
struct source_flags {
  std::string file;
  std::map<std::string, std::string> values; // by key
  std::vector<std::string> assignments;      // of --set
};

std::string group_of(const std::string& key) {
  auto dot = key.find('.');
  return dot == std::string::npos ? "Server" : "Section [" + key.substr(0, dot) + "]";
}

void add_flags(CLI::App& to, source_flags& flags) {
  to.add_option("--config", flags.file, "The configuration file (TOML); or SALON_CONFIG names it")
    ->type_name("FILE")
    ->take_last();
  to.add_option("--set", flags.assignments,
                "Any option by its key, such as --set namespaces.chat.history_size=10")
    ->type_name("KEY=VALUE")
    ->allow_extra_args(false);
  config fresh;
  for (const auto& x : options()) {
    auto& value = flags.values[x.key];
    auto about = x.about + " Default: " + show(x.get(fresh));
    auto* made = x.kind == option_kind::boolean ? to.add_flag(flag_name(x.key), value, about)
                                                : to.add_option(flag_name(x.key), value, about);
    made->take_last()->group(group_of(x.key));
    if (x.kind != option_kind::boolean)
      made->type_name(x.kind == option_kind::number ? "N" : "TEXT");
  }
  // Unexpected arguments are told by us, with what they may have meant.
  to.allow_extras();
}

// What of `flags` was given, and mistakes in it.
std::vector<setting> settings_of(const CLI::App& app, const source_flags& flags,
                                 std::vector<std::string>& errors) {
  std::vector<setting> result;
  for (const auto& [key, value] : flags.values)
    if (app.count(flag_name(key)) > 0)
      result.push_back({flag_name(key), key, value});
  for (const auto& x : flags.assignments) {
    auto equals = x.find('=');
    if (equals == std::string::npos || equals == 0)
      errors.push_back("--set " + x + ": expected KEY=VALUE, such as defaults.history_size=10");
    else
      result.push_back({"--set " + x.substr(0, equals), x.substr(0, equals), x.substr(equals + 1)});
  }
  auto known = [&app] {
    std::vector<std::string> names;
    for (const auto* x : app.get_options())
      names.push_back(x->get_name());
    return names;
  }();
  for (const auto& x : app.remaining()) {
    auto meant = x.starts_with("-") ? nearest(x.substr(0, x.find('=')), known) : std::string{};
    errors.push_back(x + ": unexpected argument"
                     + (meant.empty() ? ": `salon " + app.get_name() + " --help` lists the flags"
                                      : ": did you mean " + meant + "?"));
    // What follows an unknown flag is most likely its value.
    break;
  }
  return result;
}

config_result load(const CLI::App& app, const source_flags& flags,
                   const std::vector<setting>& environment) {
  std::vector<std::string> errors;
  auto settings = settings_of(app, flags, errors);
  auto result = load_config({flags.file, environment, std::move(settings)});
  result.errors.insert(result.errors.end(), errors.begin(), errors.end());
  return result;
}

} // namespace

command read_command_line(int argc, const char* const* argv,
                          const std::vector<setting>& environment, std::ostream& out,
                          std::ostream& err) {
  CLI::App app{"Salon is a chat server.", "salon"};
  app.set_version_flag("--version", "salon " + std::string{version()});
  app.require_subcommand(0, 1);
  app.get_formatter()->column_width(44);
  auto* serve = app.add_subcommand("serve", "Run a server");
  auto* check = app.add_subcommand("check", "Say what is wrong with a configuration, or that it is fine");
  auto* list = app.add_subcommand("options", "List what can be configured, as a configuration file");
  source_flags flags;
  add_flags(*serve, flags);
  add_flags(*check, flags);
  auto as_markdown = false;
  list->add_flag("--markdown", as_markdown, "As the tables of docs/configuration.md");

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& e) {
    app.exit(e, out, err);
    return {};
  } catch (const CLI::ParseError& e) {
    err << "salon: " << e.what() << "\n`salon --help` shows what it understands\n";
    return {std::nullopt, 2};
  }

  if (list->parsed()) {
    out << (as_markdown ? options_as_markdown() : options_as_toml());
    return {};
  }
  if (!serve->parsed() && !check->parsed()) {
    out << app.help();
    return {};
  }
  auto loaded = load(serve->parsed() ? *serve : *check, flags, environment);
  for (const auto& sentence : loaded.errors)
    err << sentence << '\n';
  if (!loaded.errors.empty())
    return {std::nullopt, 2};
  if (check->parsed()) {
    out << (loaded.file.empty() ? "no file" : loaded.file) << ": ok\n";
    return {};
  }
  return {std::move(loaded.value), 0};
}

} // namespace salon

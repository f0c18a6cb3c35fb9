#include "app/command_line.hpp"

#include "app/bench_command.hpp"
#include "app/chat_command.hpp"
#include "app/cluster_command.hpp"
#include "app/store_command.hpp"
#include "server/nearest.hpp"
#include "server/option_docs.hpp"
#include "server/options.hpp"
#include "server/version.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>
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

/// A shorter flag for an option that many set.
struct short_flag {
  const char* name;
  const char* key;
};

constexpr short_flag short_flags[] = {{"--store", "store.path"}};

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
  for (const auto& x : short_flags)
    to.add_option(x.name, flags.values[x.name], "The same as " + flag_name(x.key))
      ->take_last()
      ->group(group_of(x.key))
      ->type_name("TEXT");
}

std::string unexpected(const CLI::App& app, const std::string& word) {
  std::vector<std::string> known;
  for (const auto* x : app.get_options())
    known.push_back(x->get_name());
  for (const auto* x : app.get_subcommands({}))
    known.push_back(x->get_name());
  auto meant = nearest(word.substr(0, word.find('=')), known);
  auto command = app.get_parent() == nullptr ? "salon" : "salon " + app.get_name();
  return word + ": unexpected argument"
         + (meant.empty() ? ": `" + command + " --help` lists what there is"
                          : ": did you mean " + meant + "?");
}

// What of `flags` was given, and the mistakes in it.
std::vector<setting> settings_of(const CLI::App& app, const source_flags& flags,
                                 std::vector<std::string>& errors) {
  std::vector<setting> result;
  for (const auto& x : options())
    if (app.count(flag_name(x.key)) > 0)
      result.push_back({flag_name(x.key), x.key, flags.values.at(x.key)});
  for (const auto& x : short_flags)
    if (app.count(x.name) > 0)
      result.push_back({x.name, x.key, flags.values.at(x.name)});
  for (const auto& x : flags.assignments) {
    auto equals = x.find('=');
    if (equals == std::string::npos || equals == 0)
      errors.push_back("--set \"" + x + "\": expected KEY=VALUE, such as defaults.history_size=10");
    else
      result.push_back({"--set " + x.substr(0, equals), x.substr(0, equals), x.substr(equals + 1)});
  }
  if (app.count("--config") > 0 && flags.file.empty())
    errors.emplace_back("--config: expected a file");
  // Only the first: what follows an unknown flag is most likely its value.
  if (auto words = app.remaining(); !words.empty())
    errors.push_back(unexpected(app, words.front()));
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
  app.allow_extras(); // to say what they may have meant
  app.get_formatter()->column_width(44);
  auto* serve = app.add_subcommand("serve", "Run a server");
  auto* check
    = app.add_subcommand("check", "Say what is wrong with a configuration, or that it is fine");
  auto* list
    = app.add_subcommand("options", "List what can be configured, as a configuration file");
  store_command store{app};
  chat_command chat{app};
  bench_command bench{app};
  cluster_command cluster{app};
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
  } catch (const CLI::ArgumentMismatch& e) {
    auto what = std::string{e.what()};
    err << what.substr(0, what.find(':')) << ": expected a value\n";
    return {std::nullopt, 2};
  } catch (const CLI::ParseError& e) {
    err << "salon: " << e.what() << '\n';
    return {std::nullopt, 2};
  }

  if (store.chosen())
    return {std::nullopt, store.run(std::cin, out, err)};
  if (chat.chosen())
    return {std::nullopt, chat.run(out, err)};
  if (bench.chosen())
    return {std::nullopt, bench.run(out, err)};
  if (cluster.chosen())
    return {std::nullopt, cluster.run(out, err)};
  const auto& chosen = app.get_subcommands().empty() ? app : *app.get_subcommands().front();
  if ((&chosen == &app || &chosen == list) && !chosen.remaining().empty()) {
    err << unexpected(chosen, chosen.remaining().front()) << '\n';
    return {std::nullopt, 2};
  }
  if (&chosen == list) {
    out << (as_markdown ? options_as_markdown() : options_as_toml());
    return {};
  }
  if (&chosen == &app) {
    out << app.help();
    return {};
  }
  auto loaded = load(chosen, flags, environment);
  for (const auto& sentence : loaded.errors)
    err << sentence << '\n';
  if (!loaded.errors.empty())
    return {std::nullopt, 2};
  if (&chosen == check) {
    out << (loaded.file.empty() ? "no file" : loaded.file) << ": ok\n";
    return {};
  }
  return {std::move(loaded.value), 0};
}

} // namespace salon

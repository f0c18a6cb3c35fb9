#include "app/store_command.hpp"

#include "store/postgres_reader.hpp"
#include "store/postgres_store.hpp"
#include "store/sqlite_reader.hpp"
#include "store/sqlite_store.hpp"
#include "store/store_transfer.hpp"

#include <CLI/App.hpp>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <istream>
#include <ostream>

namespace salon {

namespace {

constexpr auto wrong_inside = 1;
constexpr auto not_opened = 2;

int fail(std::ostream& err, const std::string& sentence, int status) {
  err << sentence << '\n';
  return status;
}

CLI::App* add(CLI::App& to, const std::string& name, const std::string& about, std::string& file) {
  auto* made = to.add_subcommand(name, about);
  made->allow_extras(false);
  made->add_option("FILE", file, "The file of the store, or postgres://...")->required();
  return made;
}

// What is there now, in a file or in a database.
store_result<std::unique_ptr<history_reader>> open_reader(const std::string& place) {
  if (!is_postgres_url(place))
    return open_sqlite_reader({place, {}});
  postgres_options options;
  options.url = place;
  return open_postgres_reader(options);
}

store_result<std::unique_ptr<history_store>> open_store(const std::string& place) {
  if (!is_postgres_url(place)) {
    sqlite_options options;
    options.path = place;
    return open_sqlite_store(options);
  }
  postgres_options options;
  options.url = place;
  options.node_name = "salon store import";
  auto opened = open_postgres_store(options);
  if (!opened)
    return opened.error();
  return std::unique_ptr<history_store>{std::move(*opened)};
}

std::string summary_line(const store_summary& x) {
  return std::to_string(x.rooms) + " rooms, " + std::to_string(x.publications) + " publications";
}

} // namespace

store_command::store_command(CLI::App& to)
  : all_(to.add_subcommand("store", "Check what rooms keep in a file, write it out or read it in")),
    check_(add(*all_, "check", "Say what is wrong with a store; a server may have it open", file_)),
    export_(
      add(*all_, "export", "Write its rooms as lines of JSON; a server may have it open", file_)) {
  all_->allow_extras(false);
  all_->require_subcommand(1);
  auto* import = add(*all_, "import", "Add rooms that were written as lines of JSON", file_);
  import->add_option("LINES", lines_, "Where they are; without it, on standard input");
}

bool store_command::chosen() const {
  return all_->parsed();
}

int store_command::run(std::istream& in, std::ostream& out, std::ostream& err) const {
  if (check_->parsed())
    return check(out, err);
  if (export_->parsed())
    return write_lines(out, err);
  if (lines_.empty())
    return read_lines(in, out, err);
  std::ifstream file{lines_, std::ios::binary};
  return file ? read_lines(file, out, err)
              : fail(err, lines_ + ": " + std::strerror(errno), not_opened);
}

int store_command::check(std::ostream& out, std::ostream& err) const {
  auto reader = open_reader(file_);
  if (!reader)
    return fail(err, reader.error().sentence, not_opened);
  auto done = check_store(**reader, out);
  if (!done)
    return fail(err, done.error().sentence, not_opened);
  out << summary_line(*done) << ", " << done->problems << " problems\n";
  return done->problems == 0 ? 0 : wrong_inside;
}

int store_command::write_lines(std::ostream& out, std::ostream& err) const {
  auto reader = open_reader(file_);
  if (!reader)
    return fail(err, reader.error().sentence, not_opened);
  auto done = export_store(**reader, out);
  if (!done)
    return fail(err, done.error().sentence, wrong_inside);
  err << summary_line(*done) << '\n';
  return 0;
}

int store_command::read_lines(std::istream& in, std::ostream& out, std::ostream& err) const {
  auto store = open_store(file_);
  if (!store)
    return fail(err, store.error().sentence, not_opened);
  auto done = import_store(in, **store, [] { return random_letters(8); });
  if (!done)
    return fail(err, done.error().sentence, wrong_inside);
  out << summary_line(*done) << '\n';
  return 0;
}

} // namespace salon

#include "store/sqlite_store.hpp"

#include "store/file_lock.hpp"
#include "store/sqlite_checkpoint.hpp"
#include "store/sqlite_error.hpp"
#include "store/sqlite_reader.hpp"
#include "store/sqlite_schema.hpp"
#include "store/sqlite_writer.hpp"
#include "store/store_file.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

namespace salon {

namespace {

constexpr auto boot_note = "boot_id";       // under which the store was last open
constexpr auto clean_note = "clean";        // "1": nothing was left unsynced
constexpr auto recovery_note = "recovered"; // how often

class sqlite_store final : public history_store {
public:
  sqlite_store(sqlite_options options, file_lock lock)
    : options_(std::move(options)),
      place_{options_.path, options_.vfs, options_.busy_timeout},
      lock_(std::move(lock)),
      checkpoints_({options_.path, options_.vfs, options_.checkpoint_timeout},
                   options_.wal_bytes_max) {
    // nop
  }

  ~sqlite_store() override {
    if (is_open_)
      mark_clean();
  }

  store_error start();

  store_result<std::vector<publication_ptr>> since(const room_id& room, std::uint64_t offset,
                                                   page_limits most) override {
    return use([&](auto& writer) { return writer.queries().since(room, offset, most); });
  }

  store_result<std::vector<publication_ptr>> before(const room_id& room, std::uint64_t offset,
                                                    page_limits most) override {
    return use([&](auto& writer) { return writer.queries().before(room, offset, most); });
  }

  store_result<std::vector<room_record>> rooms(const std::string& after,
                                               std::size_t limit) override {
    return use([&](auto& writer) { return writer.queries().rooms(after, limit); });
  }

  store_result<std::optional<room_record>> find(const room_id& room) override {
    return use([&](auto& writer) {
      auto found = writer.queries().find(room);
      return found ? std::optional{std::move(found->record)} : std::nullopt;
    });
  }

  store_result<std::vector<stored_key>> keys(const room_id& room) override {
    return use([&](auto& writer) {
      return writer.queries().keys(room, std::numeric_limits<std::int64_t>::min(),
                                   std::numeric_limits<std::size_t>::max());
    });
  }

  store_result<opened_room> open_room(const open_order& what) override {
    return use([&](auto& writer) { return writer.open(what); });
  }

  store_error add_room(const room_record& record, const entry_source& entries) override {
    store_error error;
    auto done = use([&](auto& writer) {
      error = writer.add_room(record, entries);
      return true;
    });
    return done ? error : done.error();
  }

  append_result append(const std::vector<append_order>& orders) override;

  store_result<bool> trim(const room_id& room, std::int64_t now, std::size_t rows_max,
                          bool in_use) override {
    return use([&](auto& writer) { return writer.trim(room, now, rows_max, in_use); });
  }

  store_result<std::vector<room_id>> overdue(std::int64_t now, std::size_t limit) override {
    return use([&](auto& writer) { return writer.overdue(now, limit); });
  }

  std::unique_ptr<history_reader> make_reader() override {
    return make_sqlite_reader(place_);
  }

  store_result<std::uint64_t> checkpoint() override {
    return attempt(place_.path, [this] { return checkpoints_.run(); });
  }

  store_error recover() override;

  store_usage usage() const override {
    return {file_bytes(place_.path), file_bytes(place_.path + "-wal")};
  }

private:
  template <class Work>
  auto use(Work&& work) -> store_result<decltype(work(std::declval<sqlite_writer&>()))>;

  void connect_writer();
  std::string settle();
  void mark_clean();

  sqlite_options options_;
  sqlite_place place_;
  file_lock lock_; // given back last, when all connections are closed
  checkpointer checkpoints_;
  std::unique_ptr<sqlite_writer> writer_; // nothing: a failure ended it
  bool is_open_ = false;
};

template <class Work>
auto sqlite_store::use(Work&& work)
  -> store_result<decltype(work(std::declval<sqlite_writer&>()))> {
  if (!writer_)
    return store_error{store_errc::unavailable, place_.path + ": closed after a failure"};
  auto result = attempt(place_.path, [&] { return work(*writer_); });
  if (!result) {
    writer_->forget();
    if (writer_->in_transaction())
      writer_.reset();
  }
  return result;
}

store_error sqlite_store::start() {
  auto refuse = [](const std::string& why) { return store_error{store_errc::refused, why}; };
  auto objection = attempt(place_.path, [this] {
    connect_writer();
    auto found = objection_to(writer_->database());
    return found.empty() ? settle() : found;
  });
  if (objection && objection->empty())
    return {};
  if (objection)
    return refuse(place_.path + ": " + *objection);
  return refuse(objection.error().sentence
                + (objection.error().code == store_errc::corrupt
                     ? ": no database, or a damaged one: restore it, or choose another path"
                     : ": the store needs a disk with free space that this user may write to"));
}

void sqlite_store::connect_writer() {
  writer_ = std::make_unique<sqlite_writer>(place_, options_.wal_bytes_max, options_.cache_bytes);
}

// What is done each time before the first room is opened. Returns why it cannot be.
std::string sqlite_store::settle() {
  auto& database = writer_->database();
  if (!has_write_ahead_log(database))
    return "this file system cannot hold a store: choose a local one";
  writer_->sync_commits(true);
  migrate(database);
  write_transaction transaction{database};
  auto same_boot = !options_.boot_id.empty() && writer_->note(boot_note) == options_.boot_id;
  if (!same_boot && writer_->note(clean_note) != "1")
    writer_->renew_epochs(options_.fresh_epoch);
  writer_->set_note(boot_note, options_.boot_id);
  writer_->set_note(clean_note, "0");
  transaction.commit();
  is_open_ = true;
  return {};
}

// Without the mark the next start trusts less, and that is all that can happen.
void sqlite_store::mark_clean() {
  static_cast<void>(use([](auto& writer) {
    writer.sync_commits(true);
    write_transaction transaction{writer.database()};
    writer.set_note(clean_note, "1");
    transaction.commit();
    return true;
  }));
}

append_result sqlite_store::append(const std::vector<append_order>& orders) {
  append_result result;
  result.each.assign(orders.size(), store_errc::none);
  auto is_unknown = false;
  auto note = [&](std::size_t place, const store_error& error) {
    result.each[place] = error.code;
    if (result.sentence.empty())
      result.sentence = error.sentence;
  };
  auto is_committing = false;
  auto add_all = [&](auto& writer, auto add) {
    write_transaction transaction{writer.database()};
    for (std::size_t i = 0; i < orders.size(); ++i)
      note(i, (writer.*add)(orders[i]));
    is_committing = true;
    try {
      transaction.commit();
    } catch (const SQLite::Exception& e) {
      is_unknown = may_be_stored(e);
      throw;
    }
  };
  auto done = use([&](auto& writer) {
    writer.sync_commits(std::any_of(orders.begin(), orders.end(), [](const auto& x) {
      return x.durability == durability::disk;
    }));
    try {
      add_all(writer, &sqlite_writer::add);
    } catch (const SQLite::Exception& e) {
      if (is_committing || error_of(e, place_.path).code != store_errc::corrupt)
        throw;
      // One of the rooms is damaged: the others are told apart from it, which costs a little.
      writer.forget();
      add_all(writer, &sqlite_writer::add_apart);
    }
    return true;
  });
  if (done)
    return result;
  auto error = done.error();
  // What is not about one room is about all of them.
  error.code = is_unknown ? store_errc::unknown : store_errc::unavailable;
  if (!result.each.empty() && result.each.front() == store_errc::none)
    result.sentence.clear();
  for (std::size_t i = 0; i < orders.size(); ++i)
    if (result.each[i] == store_errc::none)
      note(i, error);
  return result;
}

store_error sqlite_store::recover() {
  writer_.reset();
  checkpoints_.close();
  auto done = attempt(place_.path, [this] {
    connect_writer();
    writer_->sync_commits(true);
    write_transaction transaction{writer_->database()};
    auto times = std::stoull(writer_->note(recovery_note).value_or("0"));
    writer_->set_note(recovery_note, std::to_string(times + 1));
    transaction.commit();
    return true;
  });
  if (done)
    return {};
  writer_.reset();
  return done.error();
}

} // namespace

store_result<std::unique_ptr<history_store>> open_sqlite_store(sqlite_options options) {
  if (options.boot_id.empty())
    options.boot_id = running_boot_id();
  if (!options.fresh_epoch)
    options.fresh_epoch = [] { return random_letters(8); };
  if (auto error = make_folder(options.path); error.code != store_errc::none)
    return error;
  auto lock = file_lock::take(options.path);
  if (!lock)
    return lock.error();
  if (auto error = make_file(options.path); error.code != store_errc::none)
    return error;
  auto store = std::make_unique<sqlite_store>(std::move(options), std::move(*lock));
  if (auto error = store->start(); error.code != store_errc::none)
    return error;
  return std::unique_ptr<history_store>{std::move(store)};
}

} // namespace salon

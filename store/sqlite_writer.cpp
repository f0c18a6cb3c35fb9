#include "store/sqlite_writer.hpp"

#include "store/append_rules.hpp"
#include "store/retention_rules.hpp"
#include "store/sqlite_error.hpp"
#include "store/sqlite_publication.hpp"

#include <SQLiteCpp/Column.h>
#include <sqlite3.h>

#include <algorithm>

namespace salon {

namespace {

// Rooms that are remembered; with more, all are looked up again.
constexpr std::size_t remembered_max = 16'384;

std::string insert_room_sql() {
  return std::string{"INSERT INTO rooms("} + room_columns
         + ") VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)";
}

std::string update_room_sql() {
  return "UPDATE rooms SET name = ?1, epoch = ?2, top = ?3, first = ?4, term = ?5, bytes = ?6,"
         " last_publish = ?7, durability = ?8, publications_max = ?9, bytes_max = ?10, ttl = ?11,"
         " age_max = ?12, meta_ttl = ?13, keys_max = ?14, key_window = ?15, keys = ?16, due = ?17"
         " WHERE id = ?18";
}

std::string insert_publication_sql() {
  return std::string{"INSERT INTO publications("} + publication_columns
         + ") VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
}

} // namespace

sqlite_writer::sqlite_writer(const sqlite_place& place, std::uint64_t wal_bytes_max,
                             std::uint64_t cache_bytes)
  : database_(connect(place, access::write)),
    queries_(database_),
    insert_room_(database_, insert_room_sql()),
    update_room_(database_, update_room_sql()),
    advance_room_(database_, "UPDATE rooms SET top = ?1, term = ?2, bytes = ?3, last_publish = ?4,"
                             " keys = ?5 WHERE id = ?6"),
    delete_room_(database_, "DELETE FROM rooms WHERE id = ?"),
    insert_publication_(database_, insert_publication_sql()),
    oldest_publications_(database_, "SELECT time, offset, length(data) FROM publications"
                                    " WHERE room = ? ORDER BY offset"),
    delete_publications_(database_, "DELETE FROM publications WHERE room = ? AND offset <= ?"),
    insert_key_(database_, "INSERT INTO keys(room, offset, time, hash, user, key)"
                           " VALUES(?, ?, ?, ?, ?, ?)"),
    oldest_keys_(database_, "SELECT time, offset FROM keys WHERE room = ? ORDER BY offset"),
    delete_keys_(database_, "DELETE FROM keys WHERE room = ? AND offset <= ?"),
    due_rooms_(database_, std::string{"SELECT "} + room_columns
                            + " FROM rooms WHERE due <= ? ORDER BY due LIMIT ?"),
    note_(database_, "SELECT value FROM store WHERE name = ?"),
    set_note_(database_, "INSERT INTO store(name, value) VALUES(?, ?)"
                         " ON CONFLICT(name) DO UPDATE SET value = excluded.value"),
    begin_order_(database_, "SAVEPOINT one_order"),
    end_order_(database_, "RELEASE one_order") {
  // Checkpoints are made elsewhere, so that no append waits for one.
  database_.exec("PRAGMA wal_autocheckpoint = 0");
  database_.exec("PRAGMA temp_store = MEMORY");
  // In KiB, when it is negative.
  database_.exec("PRAGMA cache_size = -" + std::to_string(cache_bytes / 1024));
  database_.exec("PRAGMA journal_size_limit = " + std::to_string(wal_bytes_max));
}

bool sqlite_writer::in_transaction() const noexcept {
  return sqlite3_get_autocommit(database_.getHandle()) == 0;
}

void sqlite_writer::sync_commits(bool yes) {
  if (syncs_ == yes)
    return;
  database_.exec(yes ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
  syncs_ = yes;
}

opened_room sqlite_writer::open(const open_order& what) {
  auto* room = find(what.room);
  auto is_new = room == nullptr;
  stored_room fresh;
  if (is_new) {
    fresh.record.room = what.room;
    fresh.record.epoch = what.fresh_epoch;
    fresh.record.last_publish = what.now;
    room = &fresh;
  }
  if (is_new || room->record.durability != what.durability || room->record.kept != what.kept) {
    // A power loss must not take back what the durability promises: what follows relies on it.
    sync_commits(room->record.durability != what.durability);
    write_transaction transaction{database_};
    room->record.durability = what.durability;
    room->record.kept = what.kept;
    room->due = exact_due(*room);
    if (is_new)
      insert(*room);
    else
      update(*room);
    transaction.commit();
  }
  opened_room result{room->record, {}};
  result.keys
    = queries_.keys(what.room, what.now - what.kept.key_window.count(), what.kept.keys_max);
  if (is_new)
    remembered_[what.room] = std::move(fresh);
  return result;
}

store_error sqlite_writer::add_room(const room_record& record, const entry_source& entries) {
  auto refuse = [](const std::string& why) { return store_error{store_errc::conflict, why}; };
  if (find(record.room) != nullptr)
    return refuse(room_is_there(record));
  sync_commits(true);
  write_transaction transaction{database_};
  stored_room room;
  room.record = record;
  room.record.top = record.first - 1;
  room.record.bytes = 0;
  insert(room);
  for (;;) {
    auto entry = entries();
    if (!entry)
      return entry.error();
    if (!*entry)
      break;
    if (auto why = misfit_of(record, room.record.top, *(*entry)->pub); !why.empty())
      return refuse(why);
    add_entry(room, **entry);
  }
  if (auto why = lack_of(record, room.record.top); !why.empty())
    return refuse(why);
  room.record.last_publish = record.last_publish;
  room.due = exact_due(room);
  update(room);
  transaction.commit();
  return {};
}

store_error sqlite_writer::add(const append_order& order) {
  auto why = append(order);
  return {why.empty() ? store_errc::none : store_errc::conflict, why};
}

store_error sqlite_writer::add_apart(const append_order& order) {
  begin_order_.use()->exec();
  try {
    auto result = add(order);
    end_order_.use()->exec();
    return result;
  } catch (const SQLite::Exception& e) {
    auto error = error_of(e, database_.getFilename());
    if (error.code != store_errc::corrupt)
      throw;
    // The rooms beside this one are whole.
    database_.exec("ROLLBACK TO one_order; RELEASE one_order");
    forget();
    error.sentence += " (room " + order.room + ")";
    return error;
  }
}

std::string sqlite_writer::append(const append_order& order) {
  auto* room = find(order.room);
  auto why = room == nullptr ? no_such_room(order) : conflict_of(room->record, order);
  if (!why.empty() || order.entries.empty())
    return why;
  auto due = room->due;
  for (const auto& entry : order.entries)
    add_entry(*room, entry);
  auto& x = room->record;
  x.term = order.term;
  if (room->due < due) {
    update(*room);
    return {};
  }
  auto row = advance_room_.use();
  row->bind(1, static_cast<std::int64_t>(x.top));
  row->bind(2, static_cast<std::int64_t>(x.term));
  row->bind(3, static_cast<std::int64_t>(x.bytes));
  row->bind(4, x.last_publish);
  row->bind(5, static_cast<std::int64_t>(room->keys));
  row->bind(6, room->id);
  row->exec();
  return {};
}

void sqlite_writer::add_entry(stored_room& room, const log_entry& entry) {
  const auto& pub = *entry.pub;
  {
    std::string tags;
    auto row = insert_publication_.use();
    bind_publication(*row, room.id, pub, tags);
    row->exec();
  }
  auto& x = room.record;
  x.top = pub.offset;
  x.bytes += pub.data.size();
  x.last_publish = pub.time;
  if (pub.is_keyed()) {
    auto row = insert_key_.use();
    row->bind(1, room.id);
    row->bind(2, static_cast<std::int64_t>(pub.offset));
    row->bind(3, pub.time);
    row->bind(4, static_cast<std::int64_t>(entry.data_hash));
    row->bind(5, pub.info ? pub.info->user : std::string{});
    row->bind(6, pub.key);
    row->exec();
    ++room.keys;
  }
  auto key_time = pub.is_keyed() ? std::optional{pub.time} : std::nullopt;
  room.due = std::min(room.due, due_of(x, pub.time, key_time));
}

std::optional<std::string> sqlite_writer::note(const std::string& name) {
  auto row = note_.use();
  row->bind(1, name);
  return row->executeStep() ? std::optional{row->getColumn(0).getString()} : std::nullopt;
}

void sqlite_writer::set_note(const std::string& name, const std::string& value) {
  auto row = set_note_.use();
  row->bind(1, name);
  row->bind(2, value);
  row->exec();
}

void sqlite_writer::renew_epochs(const std::function<std::string()>& fresh_epoch) {
  std::vector<std::int64_t> rooms;
  SQLite::Statement select{database_, "SELECT id FROM rooms WHERE durability <> ?"};
  select.bind(1, static_cast<int>(durability::disk));
  while (select.executeStep())
    rooms.push_back(select.getColumn(0).getInt64());
  SQLite::Statement renew{database_, "UPDATE rooms SET epoch = ? WHERE id = ?"};
  for (auto room : rooms) {
    renew.bind(1, fresh_epoch());
    renew.bind(2, room);
    renew.exec();
    renew.reset();
  }
  forget();
}

stored_room* sqlite_writer::find(const room_id& room) {
  if (auto i = remembered_.find(room); i != remembered_.end())
    return &i->second;
  auto found = queries_.find(room);
  if (!found)
    return nullptr;
  if (remembered_.size() >= remembered_max)
    remembered_.clear();
  return &(remembered_[room] = std::move(*found));
}

void sqlite_writer::insert(stored_room& room) {
  auto row = insert_room_.use();
  bind_room(*row, room);
  row->exec();
  room.id = database_.getLastInsertRowid();
}

void sqlite_writer::update(const stored_room& room) {
  auto row = update_room_.use();
  bind_room(*row, room);
  row->bind(18, room.id);
  row->exec();
}

} // namespace salon

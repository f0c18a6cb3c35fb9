// The part of the writer that removes what retention no longer covers.
#include "store/retention_rules.hpp"
#include "store/sqlite_writer.hpp"

#include <SQLiteCpp/Column.h>

namespace salon {

bool sqlite_writer::trim(const room_id& room, std::int64_t now, std::size_t rows_max, bool in_use) {
  auto* found = find(room);
  if (found == nullptr)
    return false;
  sync_commits(false);
  write_transaction transaction{database_};
  auto before = *found;
  auto all = !in_use && is_forgotten(found->record, now);
  auto more
    = remove_publications(*found, all, now, rows_max) || remove_keys(*found, all, now, rows_max);
  if (all && !more) {
    auto row = delete_room_.use();
    row->bind(1, found->id);
    row->exec();
  } else {
    found->due = exact_due(*found);
    if (found->due != before.due || found->keys != before.keys || found->record != before.record)
      update(*found);
  }
  transaction.commit();
  if (all && !more)
    remembered_.erase(room);
  return more;
}

bool sqlite_writer::remove_publications(stored_room& room, bool all, std::int64_t now,
                                        std::size_t& rows_max) {
  auto& x = room.record;
  auto more = false;
  auto first = x.first;
  {
    auto row = oldest_publications_.use();
    row->bind(1, room.id);
    while (row->executeStep() && (all || is_over(x, row->getColumn(0).getInt64(), now))) {
      if (rows_max == 0) {
        more = true;
        break;
      }
      --rows_max;
      x.first = static_cast<std::uint64_t>(row->getColumn(1).getInt64()) + 1;
      x.bytes -= static_cast<std::uint64_t>(row->getColumn(2).getInt64());
    }
  }
  if (x.first != first) {
    auto row = delete_publications_.use();
    row->bind(1, room.id);
    row->bind(2, static_cast<std::int64_t>(x.first - 1));
    row->exec();
  }
  return more;
}

bool sqlite_writer::remove_keys(stored_room& room, bool all, std::int64_t now,
                                std::size_t& rows_max) {
  auto more = false;
  std::int64_t last = 0;
  {
    auto row = oldest_keys_.use();
    row->bind(1, room.id);
    while (
      row->executeStep()
      && (all || is_key_over(room.record.kept, row->getColumn(0).getInt64(), room.keys, now))) {
      if (rows_max == 0) {
        more = true;
        break;
      }
      --rows_max;
      --room.keys;
      last = row->getColumn(1).getInt64();
    }
  }
  if (last != 0) {
    auto row = delete_keys_.use();
    row->bind(1, room.id);
    row->bind(2, last);
    row->exec();
  }
  return more;
}

std::vector<room_id> sqlite_writer::overdue(std::int64_t now, std::size_t limit) {
  std::vector<stored_room> candidates;
  {
    auto rows = due_rooms_.use();
    rows->bind(1, now);
    rows->bind(2, static_cast<std::int64_t>(limit));
    while (rows->executeStep())
      candidates.push_back(read_room(*rows));
  }
  std::vector<room_id> result;
  std::vector<stored_room> early;
  for (auto& room : candidates) {
    room.due = exact_due(room);
    if (room.due <= now)
      result.push_back(room.record.room);
    else
      early.push_back(std::move(room));
  }
  if (early.empty())
    return result;
  // Somebody published since: these are looked at again when it is time.
  sync_commits(false);
  write_transaction transaction{database_};
  for (const auto& room : early) {
    update(room);
    if (auto i = remembered_.find(room.record.room); i != remembered_.end())
      i->second.due = room.due;
  }
  transaction.commit();
  return result;
}

std::int64_t sqlite_writer::exact_due(const stored_room& room) {
  return due_of(room.record, oldest(oldest_publications_, room.id), oldest(oldest_keys_, room.id));
}

std::optional<std::int64_t> sqlite_writer::oldest(kept_statement& rows, std::int64_t room) {
  auto row = rows.use();
  row->bind(1, room);
  return row->executeStep() ? std::optional{row->getColumn(0).getInt64()} : std::nullopt;
}

} // namespace salon

// The part of the writer that adds to rooms.
#include "store/append_rules.hpp"
#include "store/postgres_error.hpp"
#include "store/postgres_publication.hpp"
#include "store/postgres_queries.hpp"
#include "store/postgres_transaction.hpp"
#include "store/postgres_writer.hpp"
#include "store/retention_rules.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace salon {

namespace {

// Entries of a room that is brought in, in one statement.
constexpr std::size_t batch_entries_max = 256;
constexpr std::size_t batch_bytes_max = 1'048'576;

// Adds the rows of `entry` to the room in the table `room`. The first flag is
// publication_flag::inner_key.
std::string insertions() {
  return std::string{"added AS (INSERT INTO salon.publications(room, "} + entry_columns
         + ") SELECT room.id, " + entry_columns
         + " FROM room, entry), noted AS (INSERT INTO salon.keys(room, place, time, hash, author,"
           " key) SELECT room.id, place, time, hash, coalesce(author, ''), key FROM room, entry"
           " WHERE key IS NOT NULL AND flags & 1 = 0)";
}

// The room is asked for everything at once, and where it does not agree nothing is added. Who
// changes the room later waits for this to be committed.
const postgres_statement append_statement{
  "append",
  "WITH entry AS MATERIALIZED (SELECT * FROM " + entry_table(10)
    + "), room AS (UPDATE salon.rooms AS room SET top = $6::bigint, bytes = bytes + $7::bigint,"
      " last_publish = $8::bigint, keys = keys + $9::bigint,"
      " due = (SELECT least(room.due, $8::bigint + room.meta_ttl, $8::bigint + room.ttl,"
      " min(time) + nullif(room.age_max, 0),"
      " min(time) FILTER (WHERE key IS NOT NULL AND flags & 1 = 0) + room.key_window) FROM entry)"
      " WHERE name = $1::text AND home = $2::bigint AND epoch = $3::text AND term = $4::bigint"
      " AND top + 1 = $5::bigint AND EXISTS (SELECT FROM salon.nodes WHERE lease = $2::bigint"
      " AND NOT ended AND expires > clock_timestamp()) RETURNING id), "
    + insertions() + " SELECT id FROM room"};

const postgres_statement insert_room_statement{
  "insert_room", "INSERT INTO salon.rooms(name, epoch, top, first, term, home, bytes,"
                 " last_publish, durability, publications_max, bytes_max, ttl, age_max, meta_ttl,"
                 " keys_max, key_window, keys, due) VALUES($1::text, $2::text, $3::bigint,"
                 " $4::bigint, $5::bigint, NULL, 0, $6::bigint, $7::bigint, $8::bigint,"
                 " $9::bigint, $10::bigint, $11::bigint, $12::bigint, $13::bigint, $14::bigint, 0,"
                 " 0) ON CONFLICT (name) DO NOTHING RETURNING id"};

const postgres_statement insert_entries_statement{
  "insert_entries", "WITH entry AS MATERIALIZED (SELECT * FROM " + entry_table(4)
                      + "), room AS (UPDATE salon.rooms SET bytes = bytes + $2::bigint,"
                        " keys = keys + $3::bigint WHERE id = $1::bigint RETURNING id), "
                      + insertions() + " SELECT id FROM room"};

struct sums {
  std::int64_t bytes = 0;
  std::int64_t keys = 0;
};

sums sums_of(const std::vector<log_entry>& entries) {
  sums result;
  for (const auto& each : entries) {
    result.bytes += static_cast<std::int64_t>(each.pub->data.size());
    result.keys += each.pub->is_keyed() ? 1 : 0;
  }
  return result;
}

postgres_call call_for(const append_order& order, std::uint64_t lease) {
  const auto& entries = order.entries;
  auto [bytes, keys] = sums_of(entries);
  postgres_values values;
  values.text(order.room)
    .count(lease)
    .text(order.epoch)
    .count(order.term)
    .count(entries.front().pub->offset)
    .count(entries.back().pub->offset)
    .number(bytes)
    .number(entries.back().pub->time)
    .number(keys);
  add_entries(values, order.room, entries);
  return {append_statement, std::move(values)};
}

bool is_contiguous(const append_order& order) {
  return std::adjacent_find(order.entries.begin(), order.entries.end(),
                            [](const auto& one, const auto& next) {
                              return one.pub->offset + 1 != next.pub->offset;
                            })
         == order.entries.end();
}

store_errc code_of(const postgres_outcome& outcome) {
  if (outcome.rows)
    return outcome.rows->size() > 0 ? store_errc::none : store_errc::conflict;
  return error_of({outcome.sentence, outcome.state, outcome.may_be_stored, false}, {}).code;
}

} // namespace

append_result postgres_writer::append(const std::vector<append_order>& orders) {
  append_result result;
  result.each.assign(orders.size(), store_errc::none);
  std::vector<postgres_call> calls;
  std::vector<std::size_t> places; // of the calls, among the orders
  for (std::size_t i = 0; i < orders.size(); ++i) {
    if (orders[i].entries.empty())
      continue;
    if (is_contiguous(orders[i])) {
      calls.push_back(call_for(orders[i], lease_.number()));
      places.push_back(i);
    } else {
      result.each[i] = store_errc::conflict;
    }
  }
  auto take = [&](std::size_t call, const postgres_outcome& outcome) {
    auto place = places[call];
    result.each[place] = code_of(outcome);
    if (!outcome.rows && result.sentence.empty())
      result.sentence = outcome.sentence + " (room " + orders[place].room + ")";
  };
  try {
    if (!calls.empty()) {
      auto rows = on_.run(calls);
      for (std::size_t i = 0; i < rows.size(); ++i)
        take(i, {std::move(rows[i]), {}, {}, false});
    }
  } catch (const postgres_failure& e) {
    if (!is_about_rows(e))
      throw;
    // One of the rooms is damaged: the others are told apart from it, which costs a little.
    auto outcomes = on_.run_apart(calls);
    for (std::size_t i = 0; i < outcomes.size(); ++i)
      take(i, outcomes[i]);
  }
  for (std::size_t i = 0; i < orders.size() && result.sentence.empty(); ++i)
    if (result.each[i] == store_errc::conflict)
      result.sentence = refusal(orders[i]);
  return result;
}

// Looked up afterwards: it is right for as long as nothing else happened to the room, and never
// more than a sentence.
std::string postgres_writer::refusal(const append_order& order) {
  try {
    auto room = postgres_queries::find(on_, order.room);
    if (!room)
      return no_such_room(order);
    auto why = conflict_of(room->record, order);
    return why.empty() ? "room " + order.room + ": it is not this node's any more" : why;
  } catch (const postgres_failure& e) {
    return "room " + order.room + ": refused, and no longer to be asked why: " + e.what();
  }
}

store_error postgres_writer::add_room(const room_record& record, const entry_source& entries) {
  auto refuse = [](const std::string& why) { return store_error{store_errc::conflict, why}; };
  postgres_transaction all{on_};
  auto values = postgres_values{}
                  .text(record.room)
                  .text(record.epoch)
                  .count(record.top)
                  .count(record.first)
                  .count(record.term)
                  .number(record.last_publish);
  add_rules(values, record.durability, record.kept);
  auto made = on_.run(insert_room_statement, std::move(values));
  if (made.size() == 0)
    return refuse(room_is_there(record));
  auto id = made.number(0, 0);
  auto top = record.first - 1;
  std::vector<log_entry> batch;
  std::size_t bytes = 0;
  auto add_batch = [&] {
    if (batch.empty())
      return;
    auto [batch_bytes, batch_keys] = sums_of(batch);
    auto with = postgres_values{}.number(id).number(batch_bytes).number(batch_keys);
    add_entries(with, record.room, batch);
    on_.run(insert_entries_statement, std::move(with));
    batch.clear();
    bytes = 0;
  };
  for (;;) {
    auto entry = entries();
    if (!entry)
      return entry.error();
    if (!*entry)
      break;
    if (auto why = misfit_of(record, top, *(*entry)->pub); !why.empty())
      return refuse(why);
    ++top;
    bytes += (*entry)->pub->data.size();
    batch.push_back(std::move(**entry));
    if (batch.size() >= batch_entries_max || bytes >= batch_bytes_max)
      add_batch();
  }
  if (auto why = lack_of(record, top); !why.empty())
    return refuse(why);
  add_batch();
  all.commit();
  return {};
}

} // namespace salon

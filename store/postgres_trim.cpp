// The part of the writer that removes what retention no longer covers.
#include "store/postgres_writer.hpp"
#include "store/retention_rules.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace salon {

namespace {

// Whether the room may be trimmed under the lease in the second parameter: it is this node's, or
// nobody's.
constexpr auto is_ours = "(room.home = $2::bigint OR NOT EXISTS (SELECT FROM salon.nodes"
                         " WHERE lease = room.home AND NOT ended AND expires > clock_timestamp()))";

const postgres_statement trimmed_room_statement{
  "trimmed_room", std::string{"SELECT "} + room_selection
                    + " FROM salon.rooms AS room WHERE name = $1::text AND " + is_ours};

const postgres_statement oldest_publications_statement{
  "oldest_publications",
  "SELECT time, place, octet_length(data)::bigint FROM salon.publications"
  " WHERE room = (SELECT id FROM salon.rooms WHERE name = $1::text) ORDER BY place"
  " LIMIT $2::bigint"};

const postgres_statement oldest_keys_statement{
  "oldest_keys", "SELECT time, place FROM salon.keys"
                 " WHERE room = (SELECT id FROM salon.rooms WHERE name = $1::text) ORDER BY place"
                 " LIMIT $2::bigint"};

// Whoever else has opened the room, added to it or trimmed it since it was looked at comes first:
// then nothing happens.
std::string unchanged() {
  return std::string{"name = $1::text AND "} + is_ours
         + " AND term = $3::bigint AND top = $4::bigint AND first = $5::bigint";
}

const std::string removals
  = " gone AS (DELETE FROM salon.publications USING room WHERE publications.room = room.id"
    " AND place <= $6::bigint), used AS (DELETE FROM salon.keys USING room"
    " WHERE keys.room = room.id AND place <= $7::bigint) SELECT id FROM room";

const postgres_statement trim_statement{
  "trim", "WITH room AS (UPDATE salon.rooms AS room SET first = $8::bigint, bytes = $9::bigint,"
          " keys = $10::bigint, due = $11::bigint WHERE "
            + unchanged() + " RETURNING id)," + removals};

const postgres_statement forget_room_statement{
  "forget_room", "WITH room AS (DELETE FROM salon.rooms AS room WHERE " + unchanged()
                   + " RETURNING id)," + removals};

// What a crash takes back of this is removed again. Commits that matter carry it along.
const postgres_statement without_sync_statement{
  "without_sync", "SELECT set_config('synchronous_commit', 'off', true)"};

// With when the oldest publication was made, and the oldest key.
const postgres_statement due_rooms_statement{
  "due_rooms",
  std::string{"SELECT "} + room_selection
    + ", (SELECT time FROM salon.publications WHERE room = room.id ORDER BY place LIMIT 1),"
      " (SELECT time FROM salon.keys WHERE room = room.id ORDER BY place LIMIT 1)"
      " FROM salon.rooms AS room WHERE due <= $1::bigint AND "
    + is_ours + " ORDER BY due LIMIT $3::bigint"};

const postgres_statement postpone_statement{
  "postpone", "UPDATE salon.rooms SET due = $2::bigint WHERE id = $1::bigint AND term = $3::bigint"
              " AND top = $4::bigint"};

std::optional<std::int64_t> time_in(const postgres_rows& rows, std::size_t row, int column) {
  return row < rows.size() && !rows.is_null(row, column) ? std::optional{rows.number(row, column)}
                                                         : std::nullopt;
}

// How many of the oldest rows go, from the first one on.
template <class IsOver>
std::size_t count_over(const postgres_rows& rows, std::size_t& rows_max, bool& more,
                       IsOver&& is_over_at) {
  std::size_t count = 0;
  while (count < rows.size() && is_over_at(count)) {
    if (rows_max == 0) {
      more = true;
      break;
    }
    --rows_max;
    ++count;
  }
  return count;
}

} // namespace

bool postgres_writer::trim(const room_id& room, std::int64_t now, std::size_t rows_max,
                           bool in_use) {
  auto room_and_lease = postgres_values{}.text(room).count(lease_.number());
  auto room_and_limit = postgres_values{}.text(room).count(rows_max + 1);
  auto seen = on_.run({{trimmed_room_statement, room_and_lease},
                       {oldest_publications_statement, room_and_limit},
                       {oldest_keys_statement, room_and_limit}});
  if (seen[0].size() == 0)
    return false;
  const auto before = read_room(seen[0], 0);
  const auto& pubs = seen[1];
  const auto& keys = seen[2];
  auto after = before;
  auto& x = after.record;
  auto all = !in_use && is_forgotten(x, now);
  auto more = false;
  auto pubs_gone = count_over(pubs, rows_max, more, [&](std::size_t i) {
    if (!all && !is_over(x, pubs.number(i, 0), now))
      return false;
    if (rows_max > 0) {
      x.first = static_cast<std::uint64_t>(pubs.number(i, 1)) + 1;
      x.bytes -= static_cast<std::uint64_t>(pubs.number(i, 2));
    }
    return true;
  });
  auto keys_gone = more ? 0 : count_over(keys, rows_max, more, [&](std::size_t i) {
    if (!all && !is_key_over(x.kept, keys.number(i, 0), after.keys, now))
      return false;
    if (rows_max > 0)
      --after.keys;
    return true;
  });
  after.due = due_of(x, time_in(pubs, pubs_gone, 0), time_in(keys, keys_gone, 0));
  auto forgets = all && !more;
  if (!forgets && after.due == before.due && after.keys == before.keys && x == before.record)
    return more;
  auto last_key = keys_gone == 0 ? 0 : keys.number(keys_gone - 1, 1);
  auto values = std::move(room_and_lease)
                  .count(before.record.term)
                  .count(before.record.top)
                  .count(before.record.first)
                  .count(x.first - 1)
                  .number(last_key);
  if (!forgets)
    values.count(x.first).count(x.bytes).count(after.keys).number(after.due);
  on_.run({{without_sync_statement, {}},
           {forgets ? forget_room_statement : trim_statement, std::move(values)}});
  return more;
}

std::vector<room_id> postgres_writer::overdue(std::int64_t now, std::size_t limit) {
  constexpr std::size_t most = std::numeric_limits<std::int64_t>::max();
  auto rows
    = on_.run(due_rooms_statement,
              postgres_values{}.number(now).count(lease_.number()).count(std::min(limit, most)));
  std::vector<room_id> result;
  std::vector<postgres_call> early{{without_sync_statement, {}}};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    auto room = read_room(rows, i);
    auto due = due_of(room.record, time_in(rows, i, room_column_count),
                      time_in(rows, i, room_column_count + 1));
    if (due <= now)
      result.push_back(room.record.room);
    else
      // Somebody published since: these are looked at again when it is time.
      early.push_back({postpone_statement, postgres_values{}
                                             .number(room.id)
                                             .number(due)
                                             .count(room.record.term)
                                             .count(room.record.top)});
  }
  if (early.size() > 1)
    on_.run(early);
  return result;
}

} // namespace salon

#include "store/postgres_writer.hpp"

#include "store/postgres_error.hpp"
#include "store/postgres_queries.hpp"
#include "store/retention_rules.hpp"

#include <string_view>
#include <utility>

namespace salon {

namespace {

constexpr auto lock_not_available = "55P03";

// Waits until they have ended; answers with those that do not. First it is found out who is meant,
// whatever the planner thinks of the order.
const postgres_statement end_others_statement{
  "end_others", "WITH other AS MATERIALIZED (SELECT pid FROM pg_stat_activity"
                " WHERE application_name = $1::text AND usename = current_user"
                " AND pid <> pg_backend_pid())"
                " SELECT pid::bigint FROM other WHERE NOT pg_terminate_backend(pid, $2::bigint)"};

const postgres_statement try_out_statement{
  "try_out", "UPDATE salon.store SET value = (value::bigint + 1)::text WHERE name = 'recovered'"};

// -- taking a room ------------------------------------------------------------

// What `home` names is not over.
constexpr auto holds = "EXISTS (SELECT FROM salon.nodes WHERE lease = room.home AND NOT ended)";

// The lease in the second parameter is this node's and not over.
constexpr auto is_leased = "EXISTS (SELECT FROM salon.nodes WHERE lease = $2::bigint AND NOT ended"
                           " AND expires > clock_timestamp())";

const postgres_statement make_statement{
  "make", std::string{"INSERT INTO salon.rooms(name, epoch, top, first, term, home, bytes,"
                      " last_publish, durability, publications_max, bytes_max, ttl, age_max,"
                      " meta_ttl, keys_max, key_window, keys, due)"
                      " SELECT $1::text, $3::text, 0, 1, 0, $2::bigint, 0, $4::bigint, $6::bigint,"
                      " $7::bigint, $8::bigint, $9::bigint, $10::bigint, $11::bigint, $12::bigint,"
                      " $13::bigint, 0, $5::bigint"
                      " WHERE NOT EXISTS (SELECT FROM salon.rooms WHERE name = $1::text) AND "}
            + is_leased + " ON CONFLICT (name) DO NOTHING"};

// Behind what another node is doing with the room; then the next statement sees what it did.
const postgres_statement lock_statement{
  "lock", "SELECT id FROM salon.rooms WHERE name = $1::text FOR UPDATE"};

// Behind a renewal that is under way. A lease that has been found over here is over for good, also
// for who holds it.
const postgres_statement end_holder_statement{
  "end_holder", "UPDATE salon.nodes SET ended = true WHERE NOT ended"
                " AND expires <= clock_timestamp() AND lease <> $2::bigint"
                " AND lease = (SELECT home FROM salon.rooms WHERE name = $1::text)"};

const postgres_statement claim_statement{
  "claim",
  std::string{
    "UPDATE salon.rooms AS room SET term = CASE WHEN home = $2::bigint THEN term ELSE term + 1 END,"
    " home = $2::bigint, durability = $3::bigint, publications_max = $4::bigint,"
    " bytes_max = $5::bigint, ttl = $6::bigint, age_max = $7::bigint, meta_ttl = $8::bigint,"
    " keys_max = $9::bigint, key_window = $10::bigint, due = least(last_publish + $8::bigint,"
    " (SELECT least(room.last_publish + $6::bigint, time + nullif($7::bigint, 0))"
    " FROM salon.publications WHERE room = room.id ORDER BY place LIMIT 1),"
    " (SELECT time + $10::bigint FROM salon.keys WHERE room = room.id ORDER BY place LIMIT 1))"
    " WHERE name = $1::text AND (home = $2::bigint OR NOT "}
    + holds + ") AND " + is_leased + " RETURNING " + room_selection};

const postgres_statement holder_statement{
  "holder", "SELECT node.name FROM salon.rooms AS room LEFT JOIN salon.nodes AS node"
            " ON node.lease = room.home AND NOT node.ended AND node.lease <> $2::bigint"
            " WHERE room.name = $1::text"};

// A node that was frozen in the middle of a transaction holds a lock for as long.
const postgres_statement end_dead_statement{
  "end_dead", "WITH dead AS MATERIALIZED (SELECT pid FROM pg_stat_activity"
              " WHERE usename = current_user AND application_name IN"
              " (SELECT 'salon ' || role || ' ' || node.life"
              " FROM (VALUES('writer'), ('lease')) AS roles(role),"
              " salon.rooms AS room JOIN salon.nodes AS node ON node.lease = room.home"
              " WHERE room.name = $1::text"
              " AND (node.ended OR node.expires <= clock_timestamp())))"
              " SELECT pg_terminate_backend(pid, $2::bigint) FROM dead"};

const postgres_statement release_statement{
  "release", "UPDATE salon.rooms SET home = NULL WHERE name = $1::text AND home = $2::bigint"};

// How long a connection may take to end.
constexpr std::int64_t farewell_ms = 1'000;

} // namespace

postgres_writer::postgres_writer(const postgres_options& options, const postgres_lease& lease)
  : on_(options, "writer"),
    lease_(lease) {
  auto left = on_.run(
    end_others_statement,
    postgres_values{}.text(postgres_connection::name_of(options, "writer")).number(farewell_ms));
  if (left.size() > 0)
    throw postgres_failure{"an earlier connection of this node has not ended yet", "", false,
                           false};
}

store_result<opened_room> postgres_writer::open(const open_order& what) {
  // One that is forgotten just then is made anew.
  constexpr auto times_max = 3;
  for (auto times = 1; times <= times_max; ++times) {
    claim result;
    try {
      result = claim_room(what);
    } catch (const postgres_failure& e) {
      if (e.state() != lock_not_available || times == times_max)
        throw;
      free_from_the_dead(what.room);
      continue;
    }
    if (result.room)
      return std::move(*result.room);
    if (!result.holder.empty())
      return store_error{store_errc::elsewhere, result.holder};
    if (result.is_there)
      break;
  }
  return store_error{store_errc::unavailable,
                     "room " + what.room + ": this node has no lease to open it with"};
}

postgres_writer::claim postgres_writer::claim_room(const open_order& what) {
  auto lease = lease_.number();
  auto room_and_lease = postgres_values{}.text(what.room).count(lease);
  auto make = room_and_lease;
  make.text(what.fresh_epoch).number(what.now).number(time_after(what.now, what.kept.meta_ttl));
  add_rules(make, what.durability, what.kept);
  auto take = room_and_lease;
  add_rules(take, what.durability, what.kept);
  auto answers
    = on_.run({{make_statement, std::move(make)},
               {lock_statement, postgres_values{}.text(what.room)},
               {end_holder_statement, room_and_lease},
               {claim_statement, std::move(take)},
               {holder_statement, room_and_lease},
               postgres_queries::keys_call(what.room, what.now - what.kept.key_window.count(),
                                           what.kept.keys_max)});
  const auto& claimed = answers[3];
  const auto& holder = answers[4];
  claim result;
  result.is_there = holder.size() > 0;
  if (claimed.size() > 0)
    result.room = opened_room{read_room(claimed, 0).record, postgres_queries::keys_in(answers[5])};
  else if (result.is_there)
    result.holder = std::string{holder.bytes(0, 0)};
  return result;
}

void postgres_writer::free_from_the_dead(const room_id& room) {
  on_.run(end_dead_statement, postgres_values{}.text(room).number(farewell_ms));
}

void postgres_writer::release(const room_id& room) {
  on_.run(release_statement, postgres_values{}.text(room).count(lease_.number()));
}

void postgres_writer::try_out() {
  on_.run(try_out_statement);
}

} // namespace salon

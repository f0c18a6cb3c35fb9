#include "store/postgres_queries.hpp"

#include "store/postgres_publication.hpp"
#include "store/stored_wrong.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace salon::postgres_queries {

namespace {

// Data that is too much for a page does not even leave the database.
postgres_statement page_statement(const std::string& name, const std::string& sign,
                                  const std::string& order) {
  auto sql = std::string{"SELECT "} + publication_selection
             + " FROM (SELECT *, row_number() OVER w AS nth, sum(octet_length(data)) OVER w AS upto"
               " FROM salon.publications"
               " WHERE room = (SELECT id FROM salon.rooms WHERE name = $1::text) AND place "
             + sign + " $2::bigint WINDOW w AS (ORDER BY place" + order
             + " ROWS UNBOUNDED PRECEDING) ORDER BY place" + order
             + " LIMIT $3::bigint) AS page WHERE nth = 1 OR upto <= $4::bigint ORDER BY place"
             + order;
  return {name, sql};
}

postgres_statement room_statement(const std::string& name, const std::string& rest) {
  return {name,
          std::string{"SELECT "} + room_selection + " FROM salon.rooms AS room WHERE name " + rest};
}

const postgres_statement since_statement = page_statement("since", ">", "");
const postgres_statement before_statement = page_statement("before", "<", " DESC");
const postgres_statement find_statement = room_statement("find", "= $1::text");
const postgres_statement rooms_statement
  = room_statement("rooms", "> $1::text ORDER BY name LIMIT $2::bigint");
const postgres_statement keys_statement{
  "keys", "SELECT author, key, hash, place, time FROM salon.keys"
          " WHERE room = (SELECT id FROM salon.rooms WHERE name = $1::text) AND time > $2::bigint"
          " ORDER BY place DESC LIMIT $3::bigint"};

// As many as PostgreSQL can count.
std::int64_t bounded(std::uint64_t number) {
  constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(std::min(number, most));
}

// Offsets between those that are kept cannot be missing.
void check_neighbours(const publication& one, const publication& other, const room_id& room) {
  auto [low, high] = std::minmax(one.offset, other.offset);
  if (high - low != 1)
    throw stored_wrong{"room " + room + ": nothing is stored between the offsets "
                       + std::to_string(one.offset) + " and " + std::to_string(other.offset)};
}

std::vector<publication_ptr> page(postgres_connection& on, const postgres_statement& statement,
                                  const room_id& room, std::uint64_t offset, page_limits most) {
  auto rows = on.run(statement, postgres_values{}
                                  .text(room)
                                  .number(bounded(offset))
                                  .number(bounded(most.publications_max))
                                  .number(bounded(most.bytes_max)));
  std::vector<publication_ptr> result;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    auto pub = read_publication(rows, i, room);
    if (!result.empty())
      check_neighbours(*result.back(), *pub, room);
    result.push_back(std::move(pub));
  }
  return result;
}

} // namespace

std::vector<publication_ptr> since(postgres_connection& on, const room_id& room,
                                   std::uint64_t offset, page_limits most) {
  return page(on, since_statement, room, offset, most);
}

std::vector<publication_ptr> before(postgres_connection& on, const room_id& room,
                                    std::uint64_t offset, page_limits most) {
  return page(on, before_statement, room, offset, most);
}

std::vector<room_record> rooms(postgres_connection& on, const std::string& after,
                               std::size_t limit) {
  auto rows = on.run(rooms_statement, postgres_values{}.text(after).number(bounded(limit)));
  std::vector<room_record> result;
  for (std::size_t i = 0; i < rows.size(); ++i)
    result.push_back(read_room(rows, i).record);
  return result;
}

std::optional<postgres_room> find(postgres_connection& on, const room_id& room) {
  auto rows = on.run(find_statement, postgres_values{}.text(room));
  return rows.size() == 0 ? std::nullopt : std::optional{read_room(rows, 0)};
}

std::vector<stored_key> keys(postgres_connection& on, const room_id& room) {
  auto all = keys_call(room, std::numeric_limits<std::int64_t>::min(),
                       std::numeric_limits<std::size_t>::max());
  return keys_in(on.run(all.what, std::move(all.with)));
}

postgres_call keys_call(const room_id& room, std::int64_t time, std::size_t limit) {
  return {keys_statement, postgres_values{}.text(room).number(time).number(bounded(limit))};
}

std::vector<stored_key> keys_in(const postgres_rows& rows) {
  std::vector<stored_key> result;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    postgres_row next{rows, i};
    auto& key = result.emplace_back();
    key.user = next.text();
    key.key = next.text();
    key.hash = next.count();
    key.offset = next.count();
    key.time = next.number();
  }
  std::reverse(result.begin(), result.end());
  return result;
}

} // namespace salon::postgres_queries

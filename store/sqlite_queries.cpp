#include "store/sqlite_queries.hpp"

#include "store/sqlite_error.hpp"
#include "store/sqlite_publication.hpp"

#include <SQLiteCpp/Column.h>

#include <algorithm>
#include <limits>

namespace salon {

namespace {

std::string page_sql(const std::string& where_and_order) {
  return std::string{"SELECT "} + publication_columns
         + " FROM publications WHERE room = (SELECT id FROM rooms WHERE name = ?1) AND offset "
         + where_and_order + " LIMIT ?3";
}

std::string room_sql(const std::string& rest) {
  return std::string{"SELECT "} + room_columns + " FROM rooms WHERE name " + rest;
}

// As many as SQLite can count.
template <class Number>
std::int64_t bounded(Number number) {
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  return number > static_cast<Number>(most) ? most : static_cast<std::int64_t>(number);
}

std::size_t data_size(const SQLite::Statement& row) {
  return static_cast<std::size_t>(row.getColumn(publication_column_count - 1).getBytes());
}

// Offsets between those that are kept cannot be missing.
void check_neighbours(const publication& one, const publication& other, const room_id& room) {
  auto distance = one.offset < other.offset ? other.offset - one.offset : one.offset - other.offset;
  if (distance != 1)
    throw stored_wrong{"room " + room + ": nothing is stored between the offsets "
                       + std::to_string(one.offset) + " and " + std::to_string(other.offset)};
}

} // namespace

sqlite_queries::sqlite_queries(SQLite::Database& on)
  : since_(on, page_sql("> ?2 ORDER BY offset")),
    before_(on, page_sql("< ?2 ORDER BY offset DESC")),
    rooms_(on, room_sql("> ?1 ORDER BY name LIMIT ?2")),
    find_(on, room_sql("= ?1")),
    keys_(on, "SELECT user, key, hash, offset, time FROM keys"
              " WHERE room = (SELECT id FROM rooms WHERE name = ?1) AND time > ?2"
              " ORDER BY offset DESC LIMIT ?3") {
  // nop
}

std::vector<publication_ptr> sqlite_queries::since(const room_id& room, std::uint64_t offset,
                                                   page_limits most) {
  return page(since_, room, offset, most);
}

std::vector<publication_ptr> sqlite_queries::before(const room_id& room, std::uint64_t offset,
                                                    page_limits most) {
  return page(before_, room, offset, most);
}

std::vector<publication_ptr> sqlite_queries::page(kept_statement& statement, const room_id& room,
                                                  std::uint64_t offset, page_limits most) {
  auto rows = statement.use();
  rows->bindNoCopy(1, room);
  rows->bind(2, bounded(offset));
  rows->bind(3, bounded(most.publications_max));
  std::vector<publication_ptr> result;
  std::size_t bytes = 0;
  while (rows->executeStep()) {
    bytes += data_size(*rows);
    if (bytes > most.bytes_max && !result.empty())
      break;
    auto pub = read_publication(*rows, room);
    if (!result.empty())
      check_neighbours(*result.back(), *pub, room);
    result.push_back(std::move(pub));
  }
  return result;
}

std::vector<room_record> sqlite_queries::rooms(const std::string& after, std::size_t limit) {
  auto rows = rooms_.use();
  rows->bindNoCopy(1, after);
  rows->bind(2, bounded(limit));
  std::vector<room_record> result;
  while (rows->executeStep())
    result.push_back(read_room(*rows).record);
  return result;
}

std::optional<stored_room> sqlite_queries::find(const room_id& room) {
  auto rows = find_.use();
  rows->bindNoCopy(1, room);
  return rows->executeStep() ? std::optional{read_room(*rows)} : std::nullopt;
}

std::vector<stored_key> sqlite_queries::keys(const room_id& room, std::int64_t time,
                                             std::size_t limit) {
  auto rows = keys_.use();
  rows->bindNoCopy(1, room);
  rows->bind(2, time);
  rows->bind(3, bounded(limit));
  std::vector<stored_key> result;
  while (rows->executeStep())
    result.push_back({rows->getColumn(0).getString(), rows->getColumn(1).getString(),
                      static_cast<std::uint64_t>(rows->getColumn(2).getInt64()),
                      static_cast<std::uint64_t>(rows->getColumn(3).getInt64()),
                      rows->getColumn(4).getInt64()});
  std::reverse(result.begin(), result.end());
  return result;
}

} // namespace salon

#include "store/sqlite_reader.hpp"

#include "store/sqlite_connection.hpp"
#include "store/sqlite_error.hpp"
#include "store/sqlite_queries.hpp"
#include "store/sqlite_schema.hpp"

#include <limits>
#include <optional>
#include <utility>

namespace salon {

namespace {

struct reading {
  reading(const sqlite_place& place, bool of_one_moment)
    : database(connect(place, access::read)),
      queries(database) {
    if (of_one_moment)
      database.exec("BEGIN; SELECT count(*) FROM sqlite_schema");
  }

  SQLite::Database database;
  sqlite_queries queries;
};

class sqlite_reader final : public history_reader {
public:
  explicit sqlite_reader(sqlite_place place) : place_(std::move(place)) {
    // nop
  }

  // Looks at the file now, and at nothing that comes later. Returns why it is no store.
  std::string open() {
    reading_ = std::make_unique<reading>(place_, true);
    auto found = objection_to(reading_->database);
    if (found.empty()
        && schema_version(reading_->database) != static_cast<int>(schema_steps().size()))
      found = "empty, or written by an earlier version of salon: start the server with it once";
    return found;
  }

  store_result<std::vector<publication_ptr>> since(const room_id& room, std::uint64_t offset,
                                                   page_limits most) override {
    return ask([&](auto& queries) { return queries.since(room, offset, most); });
  }

  store_result<std::vector<publication_ptr>> before(const room_id& room, std::uint64_t offset,
                                                    page_limits most) override {
    return ask([&](auto& queries) { return queries.before(room, offset, most); });
  }

  store_result<std::vector<room_record>> rooms(const std::string& after,
                                               std::size_t limit) override {
    return ask([&](auto& queries) { return queries.rooms(after, limit); });
  }

  store_result<std::optional<room_record>> find(const room_id& room) override {
    return ask([&](auto& queries) {
      auto found = queries.find(room);
      return found ? std::optional{std::move(found->record)} : std::nullopt;
    });
  }

  store_result<std::vector<stored_key>> keys(const room_id& room) override {
    return ask([&](auto& queries) {
      return queries.keys(room, std::numeric_limits<std::int64_t>::min(),
                          std::numeric_limits<std::size_t>::max());
    });
  }

private:
  template <class Question>
  auto ask(Question&& question)
    -> store_result<decltype(question(std::declval<sqlite_queries&>()))> {
    auto result = attempt(place_.path, [&] {
      if (!reading_)
        reading_ = std::make_unique<reading>(place_, false);
      return question(reading_->queries);
    });
    if (!result && result.error().code == store_errc::unavailable)
      reading_.reset();
    return result;
  }

  sqlite_place place_;
  std::unique_ptr<reading> reading_;
};

} // namespace

std::unique_ptr<history_reader> make_sqlite_reader(sqlite_place place) {
  return std::make_unique<sqlite_reader>(std::move(place));
}

store_result<std::unique_ptr<history_reader>> open_sqlite_reader(const sqlite_place& place) {
  auto reader = std::make_unique<sqlite_reader>(place);
  auto objection = attempt(place.path, [&] { return reader->open(); });
  if (!objection)
    return store_error{store_errc::refused, objection.error().sentence};
  if (!objection->empty())
    return store_error{store_errc::refused, place.path + ": " + *objection};
  return std::unique_ptr<history_reader>{std::move(reader)};
}

} // namespace salon

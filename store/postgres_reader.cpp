#include "store/postgres_reader.hpp"

#include "store/postgres_error.hpp"
#include "store/postgres_queries.hpp"
#include "store/postgres_schema.hpp"

#include <utility>

namespace salon {

namespace {

class postgres_reader final : public history_reader {
public:
  explicit postgres_reader(postgres_options options)
    : options_(std::move(options)),
      place_(shown_postgres_url(options_.url)) {
    // nop
  }

  store_result<std::vector<publication_ptr>> since(const room_id& room, std::uint64_t offset,
                                                   page_limits most) override {
    return ask([&](auto& on) { return postgres_queries::since(on, room, offset, most); });
  }

  store_result<std::vector<publication_ptr>> before(const room_id& room, std::uint64_t offset,
                                                    page_limits most) override {
    return ask([&](auto& on) { return postgres_queries::before(on, room, offset, most); });
  }

  store_result<std::vector<room_record>> rooms(const std::string& after,
                                               std::size_t limit) override {
    return ask([&](auto& on) { return postgres_queries::rooms(on, after, limit); });
  }

  store_result<std::optional<room_record>> find(const room_id& room) override {
    return ask([&](auto& on) {
      auto found = postgres_queries::find(on, room);
      return found ? std::optional{std::move(found->record)} : std::nullopt;
    });
  }

  store_result<std::vector<stored_key>> keys(const room_id& room) override {
    return ask([&](auto& on) { return postgres_queries::keys(on, room); });
  }

  // From here on it sees what was there now.
  void hold_still() {
    connect();
    connection_->execute("SET idle_in_transaction_session_timeout = 0");
    connection_->execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    // The moment is that of the first look.
    static_cast<void>(settled_incarnation(*connection_));
    is_of_one_moment_ = true;
  }

private:
  template <class Question>
  auto ask(Question&& question)
    -> store_result<decltype(question(std::declval<postgres_connection&>()))> {
    auto result = attempt_with_postgres(place_, [&] {
      if (!is_of_one_moment_ && (!connection_ || !connection_->is_alive()))
        connect();
      return question(*connection_);
    });
    if (result || result.error().code == store_errc::corrupt)
      return result;
    if (!is_of_one_moment_)
      connection_.reset();
    // Nothing was to be stored.
    return store_error{store_errc::unavailable, result.error().sentence};
  }

  // A standby that has taken over may lack what was committed last: nothing is read from it until a
  // writer has given the rooms the epochs that say so.
  void connect() {
    connection_.reset();
    auto fresh = std::make_unique<postgres_connection>(options_, "reader");
    if (auto objection = objection_to_schema(*fresh); !objection.empty())
      throw postgres_failure{objection, wrong_schema, false, false};
    if (settled_incarnation(*fresh) != incarnation_of(*fresh))
      throw postgres_failure{"the database has changed: the rooms are not settled yet", "", false,
                             false};
    connection_ = std::move(fresh);
  }

  postgres_options options_;
  std::string place_;
  std::unique_ptr<postgres_connection> connection_;
  bool is_of_one_moment_ = false;
};

} // namespace

std::unique_ptr<history_reader> make_postgres_reader(postgres_options options) {
  return std::make_unique<postgres_reader>(std::move(options));
}

store_result<std::unique_ptr<history_reader>> open_postgres_reader(postgres_options options) {
  auto place = shown_postgres_url(options.url);
  auto reader = std::make_unique<postgres_reader>(std::move(options));
  auto done = attempt_with_postgres(place, [&] {
    reader->hold_still();
    return true;
  });
  if (!done)
    return store_error{store_errc::refused, done.error().sentence};
  return std::unique_ptr<history_reader>{std::move(reader)};
}

} // namespace salon

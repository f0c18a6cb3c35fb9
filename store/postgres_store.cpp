#include "store/postgres_store.hpp"

#include "store/postgres_error.hpp"
#include "store/postgres_queries.hpp"
#include "store/postgres_reader.hpp"
#include "store/postgres_schema.hpp"
#include "store/postgres_writer.hpp"

#include <atomic>
#include <mutex>
#include <utility>

namespace salon {

namespace {

constexpr auto size_sql = "SELECT sum(pg_total_relation_size(oid))::text FROM pg_class"
                          " WHERE relnamespace = to_regnamespace('salon') AND relkind = 'r'";

class shared_store final : public postgres_store {
public:
  explicit shared_store(postgres_options options)
    : options_(std::move(options)),
      place_(shown_postgres_url(options_.url)),
      lease_(options_) {
    // nop
  }

  ~shared_store() override {
    static_cast<void>(release_all());
  }

  store_error start();

  postgres_lease& lease() noexcept override {
    return lease_;
  }

  store_error release_all() override {
    return lease_.end();
  }

  const std::string& place() const noexcept override {
    return place_;
  }

  store_result<std::vector<publication_ptr>> since(const room_id& room, std::uint64_t offset,
                                                   page_limits most) override {
    return use(
      [&](auto& x) { return postgres_queries::since(x.connection(), room, offset, most); });
  }

  store_result<std::vector<publication_ptr>> before(const room_id& room, std::uint64_t offset,
                                                    page_limits most) override {
    return use(
      [&](auto& x) { return postgres_queries::before(x.connection(), room, offset, most); });
  }

  store_result<std::vector<room_record>> rooms(const std::string& after,
                                               std::size_t limit) override {
    return use([&](auto& x) { return postgres_queries::rooms(x.connection(), after, limit); });
  }

  store_result<std::optional<room_record>> find(const room_id& room) override {
    return use([&](auto& x) {
      auto found = postgres_queries::find(x.connection(), room);
      return found ? std::optional{std::move(found->record)} : std::nullopt;
    });
  }

  store_result<std::vector<stored_key>> keys(const room_id& room) override {
    return use([&](auto& x) { return postgres_queries::keys(x.connection(), room); });
  }

  store_result<opened_room> open_room(const open_order& what) override {
    store_result<opened_room> opened = store_error{};
    auto done = use([&](auto& x) {
      opened = x.open(what);
      return true;
    });
    return done ? opened : done.error();
  }

  store_error add_room(const room_record& record, const entry_source& entries) override {
    store_error error;
    auto done = use([&](auto& x) {
      error = x.add_room(record, entries);
      return true;
    });
    return done ? error : done.error();
  }

  append_result append(const std::vector<append_order>& orders) override;

  store_result<bool> trim(const room_id& room, std::int64_t now, std::size_t rows_max,
                          bool in_use) override {
    return use([&](auto& x) { return x.trim(room, now, rows_max, in_use); });
  }

  store_result<std::vector<room_id>> overdue(std::int64_t now, std::size_t limit) override {
    return use([&](auto& x) { return x.overdue(now, limit); });
  }

  store_error release_room(const room_id& room) override {
    auto done = use([&](auto& x) {
      x.release(room);
      return true;
    });
    return done ? store_error{} : done.error();
  }

  std::unique_ptr<history_reader> make_reader() override {
    return make_postgres_reader(options_);
  }

  // The database looks after its own log of writes.
  store_result<std::uint64_t> checkpoint() override {
    return std::uint64_t{0};
  }

  store_error recover() override;
  store_usage usage() const override;

private:
  template <class Work>
  auto use(Work&& work, bool may_be_stored = false)
    -> store_result<decltype(work(std::declval<postgres_writer&>()))>;

  void connect_writer();

  postgres_options options_;
  std::string place_;
  postgres_lease lease_;
  std::unique_ptr<postgres_writer> writer_; // nothing: a failure ended it

  // Whoever asks how much there is does so seldom, and on any thread.
  mutable std::mutex usage_mutex_;
  mutable std::unique_ptr<postgres_connection> usage_connection_;
  mutable std::uint64_t usage_bytes_ = 0;
};

template <class Work>
auto shared_store::use(Work&& work, bool may_be_stored)
  -> store_result<decltype(work(std::declval<postgres_writer&>()))> {
  if (!writer_)
    return store_error{store_errc::unavailable, place_ + ": closed after a failure"};
  auto result = attempt_with_postgres(place_, [&] {
    // A database that was restarted meanwhile costs nothing but the time to connect.
    if (!writer_->connection().is_alive())
      connect_writer();
    return work(*writer_);
  });
  if (result || result.error().code == store_errc::corrupt)
    return result;
  writer_.reset();
  auto code = may_be_stored ? result.error().code : store_errc::unavailable;
  return store_error{code, result.error().sentence};
}

void shared_store::connect_writer() {
  writer_.reset();
  auto fresh = std::make_unique<postgres_writer>(options_, lease_);
  if (auto objection = migrate(fresh->connection()); !objection.empty())
    throw postgres_failure{objection, wrong_schema, false, false};
  settle_incarnation(fresh->connection(), options_.synchronous_replication);
  writer_ = std::move(fresh);
}

store_error shared_store::start() {
  auto refuse = [](const std::string& why) { return store_error{store_errc::refused, why}; };
  auto done = attempt_with_postgres(place_, [this] {
    connect_writer();
    return true;
  });
  if (!done)
    return refuse(done.error().code == store_errc::refused
                    ? done.error().sentence
                    : done.error().sentence
                        + ": the store needs a PostgreSQL that can be reached and written to");
  auto leased = lease_.renew();
  return leased.code == store_errc::none ? leased : refuse(leased.sentence);
}

append_result shared_store::append(const std::vector<append_order>& orders) {
  auto done = use([&](auto& x) { return x.append(orders); }, true);
  if (done)
    return std::move(*done);
  auto error = done.error();
  // What is about one room has been told apart.
  if (error.code != store_errc::unknown)
    error.code = store_errc::unavailable;
  append_result result;
  result.each.assign(orders.size(), error.code);
  result.sentence = error.sentence;
  return result;
}

store_error shared_store::recover() {
  auto done = attempt_with_postgres(place_, [this] {
    connect_writer();
    writer_->try_out();
    return true;
  });
  if (done)
    return {};
  writer_.reset();
  auto error = done.error();
  if (error.code != store_errc::refused)
    error.code = store_errc::unavailable;
  return error;
}

store_usage shared_store::usage() const {
  std::lock_guard lock{usage_mutex_};
  auto bytes = attempt_with_postgres(place_, [this] {
    if (!usage_connection_ || !usage_connection_->is_alive()) {
      usage_connection_.reset();
      usage_connection_ = std::make_unique<postgres_connection>(options_, "usage");
    }
    return std::stoull("0" + std::string{usage_connection_->execute(size_sql).bytes(0, 0)});
  });
  if (bytes)
    usage_bytes_ = *bytes;
  else
    usage_connection_.reset();
  return {usage_bytes_, 0};
}

} // namespace

store_result<std::unique_ptr<postgres_store>> open_postgres_store(postgres_options options) {
  if (options.life == client_id{})
    options.life = client_id::random();
  auto store = std::make_unique<shared_store>(std::move(options));
  if (auto error = store->start(); error.code != store_errc::none)
    return error;
  return std::unique_ptr<postgres_store>{std::move(store)};
}

} // namespace salon

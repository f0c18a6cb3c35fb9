#pragma once

#include "store/history_store.hpp"
#include "store/memory_store.hpp"
#include "store/postgres_store.hpp"
#include "store/sqlite_store.hpp"
#include "tests/support/postgres_server.hpp"
#include "tests/support/scratch_file.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <memory>
#include <string>
#include <vector>

namespace salon::testing {

/// Opens a store of SQLite in `folder`; the test fails when it is refused.
inline std::unique_ptr<history_store> open_in(const std::string& folder,
                                              sqlite_options options = {}) {
  options.path = folder + "/state/rooms.db";
  if (options.boot_id.empty())
    options.boot_id = "first boot";
  auto store = open_sqlite_store(std::move(options));
  INFO((store ? std::string{} : store.error().sentence));
  REQUIRE(store.has_value());
  return std::move(*store);
}

/// Opens a store in a database; the test fails when it is refused. Nobody renews its lease: unless
/// `options` say otherwise it lasts for longer than any test.
inline std::unique_ptr<postgres_store> open_on(const postgres_server& server,
                                               postgres_options options = {}) {
  if (options.url.empty())
    options.url = server.url();
  if (options.lease_ttl == postgres_options{}.lease_ttl)
    options.lease_ttl = std::chrono::hours{1};
  auto store = open_postgres_store(std::move(options));
  INFO((store ? std::string{} : store.error().sentence));
  REQUIRE(store.has_value());
  return std::move(*store);
}

/// Opens a store in the database of all tests, where nothing is left of the test before.
inline std::unique_ptr<postgres_store> open_in_postgres(postgres_options options = {}) {
  if (auto why = postgres_server::lack(); !why.empty())
    SKIP(why);
  postgres_server::shared().run("DROP SCHEMA IF EXISTS salon CASCADE");
  return open_on(postgres_server::shared(), std::move(options));
}

/// A store of each kind in turn. What holds for one holds for all.
class any_store {
public:
  any_store() : folder_("") {
    if (kind == "memory")
      store = make_memory_store();
    else if (kind == "SQLite")
      store = open_in(folder_.folder());
    else
      store = open_in_postgres();
  }

  std::string kind = GENERATE(as<std::string>{}, "memory", "SQLite", "PostgreSQL");
  std::unique_ptr<history_store> store;

private:
  scratch_file folder_;
};

/// Retention under which nothing goes.
inline retention keep_all() {
  retention kept;
  kept.publications_max = 1'000'000;
  return kept;
}

inline publication_ptr made(std::uint64_t offset, std::string data = "{}", std::int64_t time = 1000,
                            std::string key = {}) {
  auto pub = std::make_shared<publication>();
  pub->offset = offset;
  pub->time = time;
  pub->data = std::move(data);
  pub->key = std::move(key);
  pub->info = client_info{"ana", client_id{{1, 2, 3}}, "{}", ""};
  return pub;
}

/// A publication that has everything a publication can have.
inline publication_ptr made_of_all(std::uint64_t offset) {
  auto pub = std::make_shared<publication>();
  pub->offset = offset;
  pub->time = 1'700'000'000'000;
  pub->type = content::text;
  pub->data = std::string{"nul \0 and \xc3\xa4", 12};
  pub->info = client_info{"bob", client_id::random(), R"({"name":"Bob"})", "[]"};
  pub->tags = {{"key", "k"}, {"q\"", "\\\n"}, {"key", "again"}};
  pub->kind = publication_kind::tombstone;
  pub->flags = 0xfffffffeu;
  pub->refers_to = 7;
  pub->key = "k";
  return pub;
}

inline opened_room open_room(history_store& store, const room_id& room,
                             const retention& kept = keep_all(),
                             durability lasting = durability::process, std::int64_t now = 1000) {
  auto opened = store.open_room({room, lasting, kept, "epoch-of-" + room, now});
  INFO((opened ? std::string{} : opened.error().sentence));
  REQUIRE(opened.has_value());
  return std::move(*opened);
}

inline append_order order_of(const room_id& room, std::vector<publication_ptr> pubs,
                             durability lasting = durability::process) {
  append_order order{room, "epoch-of-" + room, 0, lasting, {}};
  for (auto& pub : pubs)
    order.entries.push_back({std::move(pub), 42});
  return order;
}

inline store_errc append(history_store& store, const append_order& order) {
  auto result = store.append({order});
  REQUIRE(result.each.size() == 1);
  CHECK(result.sentence.empty() == (result.each.front() == store_errc::none));
  return result.each.front();
}

/// Appends the offsets from `first` to `last`, each with `data`, made at a time of its own number
/// of seconds.
inline void fill(history_store& store, const room_id& room, std::uint64_t first, std::uint64_t last,
                 const std::string& data = "{}", durability lasting = durability::process) {
  std::vector<publication_ptr> pubs;
  for (auto offset = first; offset <= last; ++offset)
    pubs.push_back(made(offset, data, static_cast<std::int64_t>(offset) * 1000));
  auto order = order_of(room, std::move(pubs), lasting);
  REQUIRE(append(store, order) == store_errc::none);
}

using offsets = std::vector<std::uint64_t>;

inline offsets offsets_of(const store_result<std::vector<publication_ptr>>& page) {
  INFO((page ? std::string{} : page.error().sentence));
  REQUIRE(page.has_value());
  offsets result;
  for (const auto& pub : *page)
    result.push_back(pub->offset);
  return result;
}

/// All that is kept of a room.
inline offsets kept_in(history_reader& store, const room_id& room) {
  return offsets_of(store.since(room, 0, {1'000'000, 1'000'000'000}));
}

inline room_record record_of(history_reader& store, const room_id& room) {
  auto found = store.find(room);
  REQUIRE(found.has_value());
  REQUIRE(*found);
  return **found;
}

inline std::vector<std::string> keys_of(const std::vector<stored_key>& keys) {
  std::vector<std::string> result;
  result.reserve(keys.size());
  for (const auto& x : keys)
    result.push_back(x.user + "/" + x.key);
  return result;
}

} // namespace salon::testing

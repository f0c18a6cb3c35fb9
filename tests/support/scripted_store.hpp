#pragma once

#include "store/history_store.hpp"
#include "store/memory_store.hpp"

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace salon::testing {

/// What becomes of an append.
enum class fate {
  stored,
  refused,        ///< Nothing is stored, and it says so.
  stored_unknown, ///< Stored, and nobody knows.
  lost_unknown,   ///< Not stored, and nobody knows.
  corrupt,        ///< Not stored: its room is damaged.
};

/// A store in memory that does what a test tells it to.
class scripted_store final : public history_store {
public:
  std::deque<fate> fates; ///< Of the next appends; then all are stored.
  bool opens = true;
  bool reads = true;
  bool recovers = true;
  bool damaged = false; ///< What is read is not what was stored.

  /// What was to be stored: `lobby 1 2, other 1` for a transaction.
  std::vector<std::string> appends;
  std::vector<append_order> orders;
  std::vector<room_id> released;
  bool releases = true;
  std::string elsewhere; ///< The node that has all rooms, if it is not this one.

  store_result<opened_room> open_room(const open_order& what) override {
    if (!opens)
      return failure();
    if (!elsewhere.empty())
      return store_error{store_errc::elsewhere, elsewhere};
    return kept_->open_room(what);
  }

  store_error release_room(const room_id& room) override {
    if (!releases)
      return failure();
    released.push_back(room);
    return {};
  }

  append_result append(const std::vector<append_order>& group) override {
    std::string text;
    for (const auto& each : group) {
      text += (text.empty() ? "" : ", ") + each.room;
      for (const auto& entry : each.entries)
        text += ' ' + std::to_string(entry.pub->offset);
      orders.push_back(each);
    }
    appends.push_back(std::move(text));
    auto what = fate::stored;
    if (!fates.empty()) {
      what = fates.front();
      fates.pop_front();
    }
    if (what == fate::stored)
      return kept_->append(group);
    if (what == fate::stored_unknown)
      kept_->append(group);
    auto code = what == fate::refused   ? store_errc::unavailable
                : what == fate::corrupt ? store_errc::corrupt
                                        : store_errc::unknown;
    return {std::vector<store_errc>(group.size(), code), "scripted"};
  }

  store_error add_room(const room_record& record, const entry_source& entries) override {
    return kept_->add_room(record, entries);
  }

  store_result<bool> trim(const room_id& room, std::int64_t now, std::size_t rows_max,
                          bool in_use) override {
    return kept_->trim(room, now, rows_max, in_use);
  }

  store_result<std::vector<room_id>> overdue(std::int64_t now, std::size_t limit) override {
    return kept_->overdue(now, limit);
  }

  std::unique_ptr<history_reader> make_reader() override {
    return std::make_unique<scripted_reader>(*this);
  }

  store_result<std::uint64_t> checkpoint() override {
    return kept_->checkpoint();
  }

  store_error recover() override {
    return recovers ? store_error{} : failure();
  }

  store_result<std::vector<publication_ptr>> since(const room_id& room, std::uint64_t offset,
                                                   page_limits most) override {
    if (!reads || damaged)
      return failure();
    return kept_->since(room, offset, most);
  }

  store_result<std::vector<publication_ptr>> before(const room_id& room, std::uint64_t offset,
                                                    page_limits most) override {
    if (!reads || damaged)
      return failure();
    return kept_->before(room, offset, most);
  }

  store_result<std::vector<room_record>> rooms(const std::string& after,
                                               std::size_t limit) override {
    return kept_->rooms(after, limit);
  }

  store_result<std::optional<room_record>> find(const room_id& room) override {
    return kept_->find(room);
  }

  store_result<std::vector<stored_key>> keys(const room_id& room) override {
    return kept_->keys(room);
  }

private:
  class scripted_reader final : public history_reader {
  public:
    explicit scripted_reader(scripted_store& of) : of_(of) {
      // nop
    }

    store_result<std::vector<publication_ptr>> since(const room_id& room, std::uint64_t offset,
                                                     page_limits most) override {
      return of_.since(room, offset, most);
    }

    store_result<std::vector<publication_ptr>> before(const room_id& room, std::uint64_t offset,
                                                      page_limits most) override {
      return of_.before(room, offset, most);
    }

    store_result<std::vector<room_record>> rooms(const std::string& after,
                                                 std::size_t limit) override {
      return of_.rooms(after, limit);
    }

    store_result<std::optional<room_record>> find(const room_id& room) override {
      return of_.find(room);
    }

    store_result<std::vector<stored_key>> keys(const room_id& room) override {
      return of_.keys(room);
    }

  private:
    scripted_store& of_;
  };

  store_error failure() const {
    return {damaged ? store_errc::corrupt : store_errc::unavailable, "scripted"};
  }

  std::unique_ptr<history_store> kept_ = make_memory_store();
};

} // namespace salon::testing

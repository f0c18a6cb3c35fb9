#include "store/memory_store.hpp"

#include "store/append_rules.hpp"
#include "store/retention_rules.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <utility>

namespace salon {

namespace {

struct memory_room {
  room_record record;
  std::deque<publication_ptr> log; // contiguous, from record.first to record.top
  std::deque<stored_key> keys;     // oldest first
};

// What the store and its readers share. Readers are on threads of their own, hence the mutex.
struct memory_rooms {
  mutable std::shared_mutex mutex;
  std::map<room_id, memory_room, std::less<>> by_name;
};

using pages = std::vector<publication_ptr>;

// Adds to a page until it is full.
bool take(pages& page, std::size_t& bytes, const publication_ptr& pub, page_limits most) {
  bytes += pub->data.size();
  if (page.size() >= most.publications_max || (bytes > most.bytes_max && !page.empty()))
    return false;
  page.push_back(pub);
  return true;
}

std::optional<std::int64_t> oldest_of(const memory_room& room) {
  return room.log.empty() ? std::nullopt : std::optional{room.log.front()->time};
}

std::optional<std::int64_t> oldest_key_of(const memory_room& room) {
  return room.keys.empty() ? std::nullopt : std::optional{room.keys.front().time};
}

void append_entry(memory_room& room, const log_entry& entry) {
  const auto& pub = *entry.pub;
  if (pub.is_keyed())
    room.keys.push_back(
      {pub.info ? pub.info->user : std::string{}, pub.key, entry.data_hash, pub.offset, pub.time});
  room.log.push_back(entry.pub);
  room.record.top = pub.offset;
  room.record.bytes += pub.data.size();
  room.record.last_publish = pub.time;
}

// Removes up to `rows_max`; whether more are left to remove.
bool trim_log(memory_room& room, bool all, std::int64_t now, std::size_t& rows_max) {
  auto& record = room.record;
  while (!room.log.empty() && (all || is_over(record, room.log.front()->time, now))) {
    if (rows_max-- == 0)
      return true;
    record.bytes -= room.log.front()->data.size();
    ++record.first;
    room.log.pop_front();
  }
  return false;
}

bool trim_keys(memory_room& room, bool all, std::int64_t now, std::size_t& rows_max) {
  while (!room.keys.empty()
         && (all || is_key_over(room.record.kept, room.keys.front().time, room.keys.size(), now))) {
    if (rows_max-- == 0)
      return true;
    room.keys.pop_front();
  }
  return false;
}

// What a reader can do, and the store as well.
template <class Base>
class memory_reading : public Base {
public:
  explicit memory_reading(std::shared_ptr<memory_rooms> rooms) : rooms_(std::move(rooms)) {
    // nop
  }

  store_result<pages> since(const room_id& room, std::uint64_t offset, page_limits most) override {
    std::shared_lock lock{rooms_->mutex};
    pages result;
    auto i = rooms_->by_name.find(room);
    if (i == rooms_->by_name.end() || offset >= i->second.record.top)
      return result;
    const auto& [record, log, keys] = i->second;
    std::size_t bytes = 0;
    for (auto at = std::max(offset + 1, record.first); at <= record.top; ++at)
      if (!take(result, bytes, log[at - record.first], most))
        break;
    return result;
  }

  store_result<pages> before(const room_id& room, std::uint64_t offset, page_limits most) override {
    std::shared_lock lock{rooms_->mutex};
    pages result;
    auto i = rooms_->by_name.find(room);
    if (i == rooms_->by_name.end())
      return result;
    const auto& [record, log, keys] = i->second;
    std::size_t bytes = 0;
    for (auto at = std::min(offset, record.top + 1); at > record.first; --at)
      if (!take(result, bytes, log[at - 1 - record.first], most))
        break;
    return result;
  }

  store_result<std::vector<room_record>> rooms(const std::string& after,
                                               std::size_t limit) override {
    std::shared_lock lock{rooms_->mutex};
    std::vector<room_record> result;
    auto end = rooms_->by_name.end();
    for (auto i = rooms_->by_name.upper_bound(after); i != end && result.size() < limit; ++i)
      result.push_back(i->second.record);
    return result;
  }

  store_result<std::optional<room_record>> find(const room_id& room) override {
    std::shared_lock lock{rooms_->mutex};
    auto i = rooms_->by_name.find(room);
    return i == rooms_->by_name.end() ? std::nullopt : std::optional{i->second.record};
  }

  store_result<std::vector<stored_key>> keys(const room_id& room) override {
    std::shared_lock lock{rooms_->mutex};
    auto i = rooms_->by_name.find(room);
    if (i == rooms_->by_name.end())
      return std::vector<stored_key>{};
    return std::vector<stored_key>(i->second.keys.begin(), i->second.keys.end());
  }

protected:
  memory_rooms& shared() noexcept {
    return *rooms_;
  }

  std::shared_ptr<memory_rooms> share() const {
    return rooms_;
  }

private:
  std::shared_ptr<memory_rooms> rooms_;
};

class memory_store final : public memory_reading<history_store> {
public:
  memory_store() : memory_reading(std::make_shared<memory_rooms>()) {
    // nop
  }

  store_result<opened_room> open_room(const open_order& what) override {
    std::unique_lock lock{shared().mutex};
    auto [i, is_new] = shared().by_name.try_emplace(what.room);
    auto& [record, log, keys] = i->second;
    if (is_new) {
      record.room = what.room;
      record.epoch = what.fresh_epoch;
      record.last_publish = what.now;
    }
    record.durability = what.durability;
    record.kept = what.kept;
    opened_room result{record, {}};
    for (const auto& x : keys)
      if (time_after(x.time, what.kept.key_window) > what.now)
        result.keys.push_back(x);
    if (result.keys.size() > what.kept.keys_max)
      result.keys.erase(result.keys.begin(),
                        result.keys.end() - static_cast<std::ptrdiff_t>(what.kept.keys_max));
    return result;
  }

  store_error add_room(const room_record& record, const entry_source& entries) override {
    memory_room room;
    room.record = record;
    room.record.top = record.first - 1;
    room.record.bytes = 0;
    auto refuse = [](const std::string& why) { return store_error{store_errc::conflict, why}; };
    for (;;) {
      auto entry = entries();
      if (!entry)
        return entry.error();
      if (!*entry)
        break;
      if (auto why = misfit_of(record, room.record.top, *(*entry)->pub); !why.empty())
        return refuse(why);
      append_entry(room, **entry);
    }
    if (auto why = lack_of(record, room.record.top); !why.empty())
      return refuse(why);
    room.record.last_publish = record.last_publish;
    std::unique_lock lock{shared().mutex};
    auto is_new = shared().by_name.try_emplace(record.room, std::move(room)).second;
    return is_new ? store_error{} : refuse(room_is_there(record));
  }

  append_result append(const std::vector<append_order>& orders) override {
    std::unique_lock lock{shared().mutex};
    append_result result;
    for (const auto& order : orders) {
      auto i = shared().by_name.find(order.room);
      auto why
        = i == shared().by_name.end() ? no_such_room(order) : conflict_of(i->second.record, order);
      result.each.push_back(why.empty() ? store_errc::none : store_errc::conflict);
      if (result.sentence.empty())
        result.sentence = why;
      if (!why.empty())
        continue;
      i->second.record.term = order.term;
      for (const auto& entry : order.entries)
        append_entry(i->second, entry);
    }
    return result;
  }

  store_result<bool> trim(const room_id& room, std::int64_t now, std::size_t rows_max,
                          bool in_use) override {
    std::unique_lock lock{shared().mutex};
    auto i = shared().by_name.find(room);
    if (i == shared().by_name.end())
      return false;
    auto all = !in_use && is_forgotten(i->second.record, now);
    if (trim_log(i->second, all, now, rows_max) || trim_keys(i->second, all, now, rows_max))
      return true;
    if (all)
      shared().by_name.erase(i);
    return false;
  }

  store_result<std::vector<room_id>> overdue(std::int64_t now, std::size_t limit) override {
    std::shared_lock lock{shared().mutex};
    std::vector<room_id> result;
    for (const auto& [name, room] : shared().by_name) {
      if (result.size() == limit)
        break;
      if (due_of(room.record, oldest_of(room), oldest_key_of(room)) <= now)
        result.push_back(name);
    }
    return result;
  }

  std::unique_ptr<history_reader> make_reader() override {
    return std::make_unique<memory_reading<history_reader>>(share());
  }

  store_result<std::uint64_t> checkpoint() override {
    return std::uint64_t{0};
  }

  store_error recover() override {
    return {};
  }
};

} // namespace

std::unique_ptr<history_store> make_memory_store() {
  return std::make_unique<memory_store>();
}

} // namespace salon

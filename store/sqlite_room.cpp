#include "store/sqlite_room.hpp"

#include <SQLiteCpp/Column.h>

namespace salon {

namespace {

// SQLite's numbers are signed; the same bits come back.
std::int64_t bits(std::uint64_t number) {
  return static_cast<std::int64_t>(number);
}

class columns {
public:
  explicit columns(const SQLite::Statement& row) : row_(row) {
    // nop
  }

  std::string text() {
    return row_.getColumn(at_++).getString();
  }

  std::int64_t number() {
    return row_.getColumn(at_++).getInt64();
  }

  std::uint64_t count() {
    return static_cast<std::uint64_t>(number());
  }

  std::chrono::milliseconds span() {
    return std::chrono::milliseconds{number()};
  }

private:
  const SQLite::Statement& row_;
  int at_ = 0;
};

} // namespace

void bind_room(SQLite::Statement& to, const stored_room& room) {
  const auto& x = room.record;
  auto at = 0;
  auto number = [&](std::int64_t value) { to.bind(++at, value); };
  to.bind(++at, x.room);
  to.bind(++at, x.epoch);
  number(bits(x.top));
  number(bits(x.first));
  number(bits(x.term));
  number(bits(x.bytes));
  number(x.last_publish);
  number(static_cast<std::int64_t>(x.durability));
  number(bits(x.kept.publications_max));
  number(bits(x.kept.bytes_max));
  number(x.kept.ttl.count());
  number(x.kept.age_max.count());
  number(x.kept.meta_ttl.count());
  number(bits(x.kept.keys_max));
  number(x.kept.key_window.count());
  number(bits(room.keys));
  number(room.due);
}

stored_room read_room(const SQLite::Statement& from) {
  columns next{from};
  stored_room room;
  auto& x = room.record;
  x.room = next.text();
  x.epoch = next.text();
  x.top = next.count();
  x.first = next.count();
  x.term = next.count();
  x.bytes = next.count();
  x.last_publish = next.number();
  x.durability = static_cast<durability>(next.number());
  x.kept.publications_max = next.count();
  x.kept.bytes_max = next.count();
  x.kept.ttl = next.span();
  x.kept.age_max = next.span();
  x.kept.meta_ttl = next.span();
  x.kept.keys_max = next.count();
  x.kept.key_window = next.span();
  room.keys = next.count();
  room.due = next.number();
  room.id = next.number();
  return room;
}

} // namespace salon

#include "store/postgres_room.hpp"

#include <algorithm>

namespace salon {

namespace {

// Times are added up in SQL: what is as good as for ever must not overflow there.
std::int64_t bounded(std::chrono::milliseconds span) {
  constexpr auto ages = std::chrono::hours{24} * 365 * 1'000'000;
  return std::min<std::chrono::milliseconds>(span, ages).count();
}

} // namespace

postgres_room read_room(const postgres_rows& from, std::size_t row) {
  postgres_row next{from, row};
  postgres_room room;
  auto& x = room.record;
  auto span = [&] { return std::chrono::milliseconds{next.number()}; };
  room.id = next.number();
  x.room = next.text();
  x.epoch = next.text();
  x.top = next.count();
  x.first = next.count();
  x.term = next.count();
  auto has_home = !next.is_null();
  auto home = next.number();
  if (has_home)
    room.home = home;
  x.bytes = next.count();
  x.last_publish = next.number();
  x.durability = static_cast<durability>(next.number());
  x.kept.publications_max = next.count();
  x.kept.bytes_max = next.count();
  x.kept.ttl = span();
  x.kept.age_max = span();
  x.kept.meta_ttl = span();
  x.kept.keys_max = next.count();
  x.kept.key_window = span();
  room.keys = next.count();
  room.due = next.number();
  return room;
}

void add_rules(postgres_values& to, durability lasting, const retention& kept) {
  to.number(static_cast<std::int64_t>(lasting))
    .count(kept.publications_max)
    .count(kept.bytes_max)
    .number(bounded(kept.ttl))
    .number(bounded(kept.age_max))
    .number(bounded(kept.meta_ttl))
    .count(kept.keys_max)
    .number(bounded(kept.key_window));
}

} // namespace salon

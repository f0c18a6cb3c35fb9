#include "tests/simulation/checker.hpp"

namespace salon::simulation {

namespace {

std::string text_of(const room_id& room, std::uint64_t offset) {
  return room + " offset " + std::to_string(offset);
}

} // namespace

std::uint64_t checker::publishes(const room_id& room) {
  publishes_.push_back({publishes_.size() + 1, room, std::nullopt});
  return publishes_.size();
}

void checker::delivered(const std::string& who, const room_id& room, const stream_position& at,
                        std::string_view data) {
  if (is_durable(room)) {
    look_at_log(room);
    const auto& log = log_.log_of(room);
    if (at.epoch != log_.epoch_of(room) || at.offset > log.size()
        || log[at.offset - 1]->data != data)
      complain(who + " got " + std::string{data} + " as " + text_of(room, at.offset)
               + ", which the log has not");
  }
  note(room, at, data);
}

void checker::acknowledged(const std::string& who, std::uint64_t number,
                           const stream_position& at) {
  auto& record = publishes_[number - 1];
  auto data = std::to_string(number);
  if (is_durable(record.room)) {
    look_at_log(record.room);
    const auto& log = log_.log_of(record.room);
    if (at.epoch != log_.epoch_of(record.room) || at.offset == 0 || at.offset > log.size()
        || log[at.offset - 1]->data != data)
      complain(who + " had " + data + " acknowledged as " + text_of(record.room, at.offset)
               + ", which the log has not");
  }
  if (record.acknowledged && record.acknowledged->epoch == at.epoch
      && record.acknowledged->offset != at.offset)
    complain(who + " had " + data + " acknowledged at two offsets of " + record.room);
  record.acknowledged = at;
  note(record.room, at, data);
}

void checker::note(const room_id& room, const stream_position& at, std::string_view data) {
  auto& known = streams_[{room, at.epoch}];
  auto [i, is_new] = known.data.try_emplace(at.offset, data);
  if (!is_new && i->second != data)
    complain(text_of(room, at.offset) + " is " + i->second + " to some and " + std::string{data}
             + " to others");
  auto [j, is_first] = known.offsets.try_emplace(std::string{data}, at.offset);
  if (!is_first && j->second != at.offset)
    complain(std::string{data} + " was carried out twice: " + text_of(room, at.offset) + " and "
             + std::to_string(j->second));
}

void checker::look_at_log(const room_id& room) {
  const auto& log = log_.log_of(room);
  auto& from = looked_at_[room];
  for (; from < log.size(); ++from) {
    if (log[from])
      note(room, {log_.epoch_of(room), from + 1}, log[from]->data);
    else
      complain(text_of(room, from + 1) + " is missing in the log");
  }
}

void checker::look_at_all() {
  for (const auto& each : publishes_)
    if (each.acknowledged && is_durable(each.room))
      acknowledged("somebody", each.number, stream_position{*each.acknowledged});
}

std::uint64_t checker::top_of(const room_id& room, const std::string& epoch) const {
  if (is_durable(room))
    return log_.log_of(room).size();
  auto i = streams_.find({room, epoch});
  return i == streams_.end() || i->second.data.empty() ? 0 : i->second.data.rbegin()->first;
}

} // namespace salon::simulation

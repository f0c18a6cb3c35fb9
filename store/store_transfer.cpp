#include "store/store_transfer.hpp"

#include "store/room_lines.hpp"
#include "store/store_walk.hpp"

#include <istream>
#include <map>
#include <ostream>
#include <utility>

namespace salon {

namespace {

store_error export_room(history_reader& from, const room_record& room, std::ostream& out,
                        std::uint64_t& publications) {
  auto keys = from.keys(room.room);
  if (!keys)
    return keys.error();
  std::map<std::uint64_t, std::uint64_t> hashes;
  for (const auto& x : *keys)
    hashes[x.offset] = x.hash;
  out << room_line(room) << '\n';
  return for_each_publication(from, room.room, 0, [&](const publication_ptr& pub) {
    auto hash = hashes.find(pub->offset);
    out << publication_line(*pub, hash == hashes.end() ? std::nullopt : std::optional{hash->second})
        << '\n';
    ++publications;
    return store_error{};
  });
}

// The lines of an import, one ahead.
class line_source {
public:
  explicit line_source(std::istream& in) : in_(in) {
    next();
  }

  // Goes to the next line that is not empty.
  void next() {
    do {
      ++number_;
      is_there_ = static_cast<bool>(std::getline(in_, line_));
    } while (is_there_ && line_.empty());
  }

  bool is_there() const noexcept {
    return is_there_;
  }

  bool has_publication() const {
    return is_there_ && !is_room_line(line_);
  }

  const std::string& line() const noexcept {
    return line_;
  }

  std::size_t number() const noexcept {
    return number_;
  }

private:
  std::istream& in_;
  std::string line_;
  std::size_t number_ = 0;
  bool is_there_ = false;
};

store_error about_line(std::size_t number, const store_error& error) {
  return {error.code, "line " + std::to_string(number) + ": " + error.sentence};
}

// Adds the room that the current line begins.
store_error import_room(line_source& lines, history_store& to, const std::string& epoch,
                        std::uint64_t& publications) {
  auto begin = lines.number();
  auto room = read_room_line(lines.line());
  if (!room)
    return about_line(begin, room.error());
  room->epoch = epoch;
  lines.next();
  auto is_bad = false;
  auto error = to.add_room(*room, [&]() -> store_result<std::optional<log_entry>> {
    if (!lines.has_publication())
      return std::optional<log_entry>{};
    auto entry = read_publication_line(lines.line());
    is_bad = entry.has_error();
    if (is_bad)
      return about_line(lines.number(), entry.error());
    ++publications;
    lines.next();
    return std::optional{std::move(*entry)};
  });
  if (is_bad || error.code == store_errc::none)
    return error;
  return about_line(begin, error);
}

} // namespace

store_result<store_summary> export_store(history_reader& from, std::ostream& out) {
  store_summary summary;
  auto error = for_each_room(from, [&](const room_record& room) {
    ++summary.rooms;
    auto failure = export_room(from, room, out, summary.publications);
    if (failure.code == store_errc::none && !out)
      failure = {store_errc::unavailable, "the lines cannot be written"};
    return failure;
  });
  if (error.code != store_errc::none)
    return error;
  return summary;
}

store_result<store_summary> import_store(std::istream& in, history_store& to,
                                         const std::function<std::string()>& fresh_epoch) {
  store_summary summary;
  for (line_source lines{in}; lines.is_there(); ++summary.rooms) {
    std::uint64_t publications = 0;
    if (auto error = import_room(lines, to, fresh_epoch(), publications);
        error.code != store_errc::none)
      return error;
    summary.publications += publications;
  }
  return summary;
}

} // namespace salon

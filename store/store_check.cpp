#include "store/store_check.hpp"

#include "store/store_walk.hpp"

#include <map>
#include <ostream>
#include <string>

namespace salon {

namespace {

constexpr std::size_t problems_named_max = 10; // of one room

// The examination of one room.
class room_check {
public:
  room_check(history_reader& from, const room_record& room) : from_(from), room_(room) {
    // nop
  }

  // Fails when it cannot look on.
  store_error run() {
    if (room_.first == 0 || room_.first > room_.top + 1)
      problem("the first offset is " + std::to_string(room_.first) + ", the top "
              + std::to_string(room_.top));
    if (auto error = read_all(); error.code != store_errc::none)
      return error;
    if (next_ <= room_.top)
      missing(next_, room_.top);
    // What is damaged or missing was said already.
    if (problems_ == 0 && bytes_ != room_.bytes)
      problem(std::to_string(bytes_) + " bytes are kept, not " + std::to_string(room_.bytes));
    return check_keys();
  }

  std::uint64_t problems() const noexcept {
    return problems_;
  }

  std::uint64_t publications() const noexcept {
    return publications_;
  }

  std::string line() const {
    auto unnamed = problems_ > problems_named_max
                     ? "; and " + std::to_string(problems_ - problems_named_max) + " more"
                     : "";
    return "room " + room_.room + ": " + named_ + unnamed;
  }

private:
  store_error read_all() {
    next_ = room_.first;
    std::uint64_t read_to = 0;
    for (;;) {
      auto error = for_each_publication(from_, room_.room, read_to, [&](const auto& pub) {
        look_at(*pub);
        read_to = pub->offset;
        return store_error{};
      });
      if (error.code != store_errc::corrupt)
        return error;
      // A page of several is refused as a whole; what of it is whole comes one by one.
      if (!read_one_by_one(read_to))
        return {};
    }
  }

  // Reads on behind what is damaged; whether there may be more.
  bool read_one_by_one(std::uint64_t& read_to) {
    constexpr auto damaged_max = page_limits{}.publications_max;
    std::size_t damaged = 0;
    for (std::size_t i = 0; i < page_limits{}.publications_max; ++i) {
      auto page = from_.since(room_.room, read_to, {1, 0});
      if (page && page->empty())
        return false;
      if (page) {
        look_at(*page->front());
        read_to = page->front()->offset;
        continue;
      }
      read_to = std::max(read_to, next_ - 1) + 1;
      if (read_to > room_.top || ++damaged == damaged_max) {
        problem("it cannot be read from offset " + std::to_string(next_));
        next_ = room_.top + 1;
        return false;
      }
      problem("offset " + std::to_string(read_to) + " is damaged");
      next_ = read_to + 1;
    }
    return true;
  }

  void look_at(const publication& pub) {
    ++publications_;
    bytes_ += pub.data.size();
    if (pub.is_keyed())
      keys_[pub.offset] = pub.key;
    if (pub.offset > room_.top)
      problem("offset " + std::to_string(pub.offset) + " is beyond the top, "
              + std::to_string(room_.top));
    else if (pub.offset < next_)
      problem("offset " + std::to_string(pub.offset) + " is before the first, "
              + std::to_string(room_.first));
    else if (pub.offset > next_)
      missing(next_, pub.offset - 1);
    next_ = std::max(next_, pub.offset + 1);
  }

  void missing(std::uint64_t from, std::uint64_t to) {
    problem(from == to
              ? "offset " + std::to_string(from) + " is missing"
              : "offsets " + std::to_string(from) + " to " + std::to_string(to) + " are missing");
  }

  store_error check_keys() {
    auto keys = from_.keys(room_.room);
    if (!keys)
      return keys.error();
    for (const auto& x : *keys) {
      auto at = keys_.find(x.offset);
      // A key may be remembered for longer than its publication is kept.
      auto is_right
        = at == keys_.end() ? x.offset > 0 && x.offset < room_.first : at->second == x.key;
      if (!is_right)
        problem("a key points to offset " + std::to_string(x.offset) + ", which has no such key");
    }
    return {};
  }

  void problem(const std::string& what) {
    if (++problems_ <= problems_named_max)
      named_ += (named_.empty() ? "" : "; ") + what;
  }

  history_reader& from_;
  const room_record& room_;
  std::uint64_t next_ = 1;
  std::uint64_t publications_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t problems_ = 0;
  std::map<std::uint64_t, std::string> keys_; // of publications that were read, by offset
  std::string named_;
};

} // namespace

store_result<store_summary> check_store(history_reader& from, std::ostream& out) {
  store_summary summary;
  auto error = for_each_room(from, [&](const room_record& room) {
    room_check check{from, room};
    auto failure = check.run();
    ++summary.rooms;
    summary.publications += check.publications();
    summary.problems += check.problems();
    if (check.problems() > 0)
      out << check.line() << '\n';
    return failure;
  });
  if (error.code != store_errc::none)
    return error;
  return summary;
}

} // namespace salon

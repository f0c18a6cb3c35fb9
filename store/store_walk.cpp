#include "store/store_walk.hpp"

namespace salon {

namespace {

constexpr std::size_t rooms_in_a_page = 100;

} // namespace

store_error for_each_room(history_reader& from,
                          const std::function<store_error(const room_record&)>& look) {
  for (std::string after;;) {
    auto page = from.rooms(after, rooms_in_a_page);
    if (!page)
      return page.error();
    for (const auto& room : *page)
      if (auto error = look(room); error.code != store_errc::none)
        return error;
    if (page->size() < rooms_in_a_page)
      return {};
    after = page->back().room;
  }
}

store_error for_each_publication(history_reader& from, const room_id& room, std::uint64_t offset,
                                 const std::function<store_error(const publication_ptr&)>& look) {
  for (;;) {
    auto page = from.since(room, offset, {});
    if (!page)
      return page.error();
    if (page->empty())
      return {};
    for (const auto& pub : *page)
      if (auto error = look(pub); error.code != store_errc::none)
        return error;
    offset = page->back()->offset;
  }
}

} // namespace salon

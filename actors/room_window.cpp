#include "actors/room_window.hpp"

#include <algorithm>

namespace salon {

room_window::room_window(std::size_t publications_max, std::size_t bytes_max)
  : publications_max_(publications_max),
    bytes_max_(bytes_max) {
  // nop
}

void room_window::add(publication_ptr pub) {
  if (publications_max_ == 0)
    return;
  bytes_ += pub->data.size();
  kept_.push_back(std::move(pub));
  while (kept_.size() > publications_max_ || (bytes_ > bytes_max_ && kept_.size() > 1))
    drop_oldest();
}

void room_window::drop_oldest() {
  bytes_ -= kept_.front()->data.size();
  kept_.pop_front();
}

void room_window::clear() {
  kept_.clear();
  kept_.shrink_to_fit();
  bytes_ = 0;
}

std::optional<std::vector<publication_ptr>> room_window::missing(std::uint64_t offset,
                                                                 std::uint64_t top,
                                                                 std::size_t publications_max,
                                                                 std::size_t bytes_max) const {
  if (offset == top)
    return std::vector<publication_ptr>{};
  if (offset > top || kept_.empty() || kept_.front()->offset > offset + 1
      || top - offset > publications_max)
    return std::nullopt;
  auto first = kept_.end() - static_cast<std::ptrdiff_t>(top - offset);
  auto bytes = std::size_t{0};
  for (auto i = first; i != kept_.end(); ++i)
    bytes += (*i)->data.size();
  if (bytes > bytes_max)
    return std::nullopt;
  return std::vector<publication_ptr>(first, kept_.end());
}

std::vector<publication_ptr> room_window::page(const page_request& wanted) const {
  std::vector<publication_ptr> result;
  auto bytes = std::size_t{0};
  // Whether there is room for one more.
  auto take = [&](const publication_ptr& pub) {
    bytes += pub->data.size();
    if (result.size() == wanted.publications_max || (bytes > wanted.bytes_max && !result.empty()))
      return false;
    result.push_back(pub);
    return true;
  };
  if (wanted.publications_max == 0 || kept_.empty())
    return result;
  auto first = kept_.front()->offset;
  auto end = first + kept_.size();
  if (wanted.reverse) {
    for (auto i = std::min(wanted.beyond.value_or(end), end); i > first; --i)
      if (!take(kept_[i - 1 - first]))
        break;
  } else {
    // Nothing is beyond the largest offset, not even one more than it.
    auto start = wanted.beyond ? std::max(std::min(*wanted.beyond, end) + 1, first) : first;
    for (auto i = start; i < end; ++i)
      if (!take(kept_[i - first]))
        break;
  }
  return result;
}

} // namespace salon

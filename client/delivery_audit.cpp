#include "client/delivery_audit.hpp"

#include <algorithm>

namespace salon {

delivery_audit::delivery_audit(std::size_t members, std::size_t publishers)
  : publishers_(publishers),
    lines_(members * publishers),
    courses_(members) {
  // nop
}

void delivery_audit::count_in(std::size_t member, std::size_t publisher, std::uint32_t next) {
  lines_[member * publishers_ + publisher] = {next, next};
}

delivery_audit::verdict delivery_audit::take(std::size_t member, std::size_t publisher,
                                             std::uint32_t number) {
  auto which = member * publishers_ + publisher;
  auto& known = lines_[which];
  if (number < known.base)
    return verdict::ignored;
  if (number < known.next && !fill(which, number)) {
    ++doubled_;
    return verdict::doubled;
  }
  ++delivered_;
  auto& way = courses_[member];
  // FNV-1a's step, over what was got and in which order.
  way.hash = (way.hash ^ (publisher << 32 | number)) * 0x100000001b3U + 1;
  ++way.length;
  if (number < known.next) {
    ++swapped_;
    return verdict::late;
  }
  if (number > known.next)
    holes_.push_back({which, known.next, number});
  known.next = number + 1;
  return verdict::first;
}

bool delivery_audit::fill(std::size_t which, std::uint32_t number) {
  auto found = std::find_if(holes_.begin(), holes_.end(), [&](const hole& x) {
    return x.line == which && x.from <= number && number < x.to;
  });
  if (found == holes_.end())
    return false;
  hole before{which, found->from, number};
  hole after{which, number + 1, found->to};
  holes_.erase(found);
  for (const auto& left : {before, after})
    if (left.from < left.to)
      holes_.push_back(left);
  return true;
}

std::uint64_t delivery_audit::missing(std::size_t member, std::size_t publisher,
                                      std::uint32_t next) const {
  auto which = member * publishers_ + publisher;
  const auto& known = lines_[which];
  std::uint64_t result = next > known.next ? next - known.next : 0;
  for (const auto& each : holes_)
    if (each.line == which)
      result += each.to - each.from;
  return result;
}

std::uint64_t delivery_audit::disagreeing(std::size_t first, std::size_t count) const {
  std::uint64_t result = 0;
  auto begin = courses_.begin() + static_cast<std::ptrdiff_t>(first);
  auto end = begin + static_cast<std::ptrdiff_t>(count);
  for (auto i = begin; i != end; ++i) {
    auto peer = std::find_if(begin, end, [&](const course& x) { return x.length == i->length; });
    result += *peer == *i ? 0 : 1;
  }
  return result;
}

} // namespace salon

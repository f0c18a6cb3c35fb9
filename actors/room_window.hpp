#pragma once

#include "messages/room_messages.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace salon {

/// The newest publications of a room, in memory: contiguous offsets, oldest first. Bounded by count
/// and by bytes of data; over either the oldest go. Pure: no actor, no clock.
class room_window {
public:
  room_window(std::size_t publications_max, std::size_t bytes_max);

  /// Adds the publication after the newest one.
  void add(publication_ptr pub);

  /// Forgets all; the next publication may have any offset.
  void clear();

  bool empty() const noexcept {
    return kept_.empty();
  }

  /// The oldest publication that is kept. Not when empty, as the two below.
  const publication& oldest() const noexcept {
    return *kept_.front();
  }

  /// Its offset.
  std::uint64_t first() const noexcept {
    return kept_.front()->offset;
  }

  void drop_oldest();

  /// What somebody misses who has everything up to `offset`, when `top` is the newest offset there
  /// ever was: all of it, or nothing at all when part of it is gone, or when it is more than
  /// `publications_max` or `bytes_max` of data.
  std::optional<std::vector<publication_ptr>> missing(std::uint64_t offset, std::uint64_t top,
                                                      std::size_t publications_max,
                                                      std::size_t bytes_max) const;

  /// Which way a page is read, and from where.
  struct page_request {
    std::size_t publications_max = 0;
    std::size_t bytes_max = 0;           ///< Of data; the first publication comes in any case.
    std::optional<std::uint64_t> beyond; ///< Not included; nothing: from the end.
    bool reverse = false;                ///< Newest first.
  };

  /// At most the requested number of publications, contiguous, in the order of reading.
  std::vector<publication_ptr> page(const page_request& wanted) const;

private:
  std::size_t publications_max_;
  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::deque<publication_ptr> kept_;
};

} // namespace salon

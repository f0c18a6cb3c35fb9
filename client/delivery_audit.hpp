#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace salon {

/// Holds a server to its promise while it is under load: every member of a room gets each
/// publication once, and all in one order. Publishers number theirs from 0 without gaps.
class delivery_audit {
public:
  enum class verdict : std::uint8_t {
    first,   ///< As it should be,
    late,    ///< or after a later one of the same publisher: counted as swapped.
    doubled, ///< Had it already.
    ignored, ///< From before the member was counted in.
  };

  /// @param publishers  Of each room; numbered from 0 in each.
  delivery_audit(std::size_t members, std::size_t publishers);

  /// From now on `member` is to get what `publisher` numbers `next` and above.
  void count_in(std::size_t member, std::size_t publisher, std::uint32_t next);

  verdict take(std::size_t member, std::size_t publisher, std::uint32_t number);

  /// What `member` should have had of a publisher whose next number is `next`, and never got.
  std::uint64_t missing(std::size_t member, std::size_t publisher, std::uint32_t next) const;

  /// How many of `count` members, from `first` on, saw another order than the first of them that
  /// has as many publications. To be asked of the members of a room who were counted in together.
  std::uint64_t disagreeing(std::size_t first, std::size_t count) const;

  std::uint64_t delivered() const noexcept {
    return delivered_;
  }

  std::uint64_t doubled() const noexcept {
    return doubled_;
  }

  std::uint64_t swapped() const noexcept {
    return swapped_;
  }

private:
  struct line {
    std::uint32_t base = 0;
    std::uint32_t next = 0;
  };

  // Numbers that were passed over, [from, to).
  struct hole {
    std::size_t line;
    std::uint32_t from;
    std::uint32_t to;
  };

  struct course {
    std::uint64_t hash = 0;
    std::uint64_t length = 0;

    friend bool operator==(const course&, const course&) = default;
  };

  bool fill(std::size_t which, std::uint32_t number);

  std::size_t publishers_;
  std::vector<line> lines_;     // of each member, one for each publisher
  std::vector<course> courses_; // of each member
  std::vector<hole> holes_;
  std::uint64_t delivered_ = 0;
  std::uint64_t doubled_ = 0;
  std::uint64_t swapped_ = 0;
};

} // namespace salon

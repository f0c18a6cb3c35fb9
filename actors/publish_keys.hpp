#pragma once

#include "base/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace salon {

/// The idempotency keys of a room: which publishes were repetitions. A key belongs to a user; keys
/// of people without an account must be UUIDs, since they share one scope.
class publish_keys {
public:
  using time_point = timer_wheel::time_point;

  static constexpr std::size_t key_bytes_max = 64;

  publish_keys(std::size_t keys_max, timer_wheel::duration window);

  /// Whether `key` is one that `user` may use.
  static bool valid(std::string_view user, std::string_view key);

  /// What is known about a key.
  struct known {
    std::uint64_t offset; ///< Of the publication made with it.
    bool same_data;       ///< Whether it was made with the same data.
  };

  /// The publication that `user` made with `key`, if that is remembered.
  std::optional<known> find(std::string_view user, std::string_view key, std::uint64_t hash,
                            time_point now);

  /// Remembers a key for the window from `now` on; over the limit the oldest are forgotten.
  /// @param hash  `hash_of` the publication's data.
  void add(std::string_view user, std::string_view key, std::uint64_t hash, std::uint64_t offset,
           time_point now);

  void clear();

  /// `stable_hash`, since logs keep it.
  static std::uint64_t hash_of(std::string_view data) noexcept;

  /// When the last key is forgotten; nothing when there is none.
  std::optional<time_point> last_expiry() const;

private:
  struct entry {
    std::uint64_t hash;
    std::uint64_t offset;
  };

  struct dated {
    time_point expiry;
    std::string name;
  };

  static std::string name_of(std::string_view user, std::string_view key);

  void forget(time_point now);

  std::size_t keys_max_;
  timer_wheel::duration window_;
  std::unordered_map<std::string, entry> entries_;
  std::deque<dated> by_age_;
};

} // namespace salon

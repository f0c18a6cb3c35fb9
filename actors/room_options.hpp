#pragma once

#include "messages/errors.hpp"
#include "messages/ids.hpp"
#include "messages/room_record.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <regex>
#include <string>

namespace salon {

/// Who may do something in a room: everybody with an account, those in the room, people without an
/// account. The last only widens the first two.
struct permission {
  bool client = true;
  bool subscriber = true;
  bool anonymous = true;

  /// @param user       Empty for people without an account.
  /// @param is_member  Whether they are in the room.
  bool allows(const std::string& user, bool is_member) const noexcept {
    if (user.empty() && !anonymous)
      return false;
    return client || (subscriber && is_member);
  }
};

/// How the rooms of one namespace behave. The names are those of the configuration.
struct room_options {
  std::size_t history_size = 500; ///< Publications kept; 0: no history.
  std::chrono::milliseconds history_ttl = std::chrono::hours{24}; ///< After the last publish.
  std::chrono::milliseconds history_age{0};                       ///< Of each publication; 0: any.
  /// After the last publish; then a durable room's epoch and top offset are forgotten, too.
  std::chrono::milliseconds history_meta_ttl = std::chrono::hours{720};
  std::size_t history_bytes_max = 8'388'608; ///< Bytes of data kept, over it the oldest go first.
  std::chrono::milliseconds idle_close = std::chrono::seconds{60}; ///< An empty room ends after it.
  std::size_t members_max = 50'000;         ///< Further subscribe: limit exceeded.
  std::size_t presence_members_max = 5'000; ///< Larger rooms list nobody: limit exceeded.
  std::chrono::milliseconds key_window = std::chrono::minutes{5}; ///< A repeated key is recognised.
  std::size_t keys_max = 10'000; ///< Keys remembered; over it the oldest go first.
  salon::durability durability = salon::durability::process;

  bool presence = true;
  bool join_leave = true;
  bool force_push_join_leave = false; ///< Also to those who did not ask.
  bool allow_positioning = true;
  bool force_positioning = false;
  bool allow_recovery = true;
  bool force_recovery = true;

  permission subscribe;
  permission publish;
  permission see_presence;
  permission see_history;

  std::string channel_regex; ///< What follows the namespace must match; empty: anything.

  /// Whether publications are numbered for clients and kept.
  bool has_history() const noexcept {
    return history_size > 0 && history_ttl.count() > 0;
  }
};

/// The options of all rooms: those without a namespace, and each namespace.
class namespaces {
public:
  namespaces() : namespaces(room_options{}, {}) {
    // nop
  }

  /// Throws std::regex_error when a channel_regex is none.
  namespaces(room_options without, const std::map<std::string, room_options, std::less<>>& named);

  /// The options of `room`, for good as long as this object lives; nothing and the reason in
  /// `*why` when there is no such room: unknown_channel, or bad_request for a name that breaks the
  /// rules (messages/names.hpp) or is longer than `name_bytes_max`.
  const room_options* find(const room_id& room, errc* why) const;

  std::size_t name_bytes_max = 255;

  /// Rooms of a namespace that is not named here are like those without: where they are at home it
  /// is known. For nodes that are no home of any.
  bool takes_all = false;

private:
  struct entry {
    room_options options;
    std::optional<std::regex> pattern;
  };

  static entry make_entry(room_options options);

  entry without_;
  std::map<std::string, entry, std::less<>> named_;
};

} // namespace salon

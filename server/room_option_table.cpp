#include "server/option_makers.hpp"
#include "server/options.hpp"

#include <regex>

namespace salon {

namespace {

using namespace std::chrono_literals;
using namespace option_makers;

// Only trying shows it.
bool is_regex(const std::string& text) {
  try {
    [[maybe_unused]] auto pattern = std::regex{text, std::regex::ECMAScript};
    return true;
  } catch (const std::regex_error&) {
    return false;
  }
}

// Who may do one thing in a room: `name` is its place in the keys, `what` in the sentences.
template <class Place>
void add_permission(std::vector<room_option>& table, const std::string& name, Place place,
                    const std::string& what) {
  auto key = "allow_" + name + "_for_";
  table.push_back(boolean<room_options>(
    key + "client", [place](auto& x) -> auto& { return place(x).client; },
    "Everybody may " + what + "."));
  table.push_back(boolean<room_options>(
    key + "subscriber", [place](auto& x) -> auto& { return place(x).subscriber; },
    "Those in the room may " + what + "."));
  table.push_back(boolean<room_options>(
    key + "anonymous", [place](auto& x) -> auto& { return place(x).anonymous; },
    "People without an account count in the two before."));
}

std::vector<room_option> make_table() {
  using r = room_options;
  std::vector<room_option> table{
    number<r>(
      "history_size", [](auto& x) -> auto& { return x.history_size; }, 0, 1'000'000,
      "Publications that a room keeps for history and recovery; 0: none."),
    duration<r>(
      "history_ttl", [](auto& x) -> auto& { return x.history_ttl; }, 0s, 8760h,
      "How long they are kept after the last publish; `\"0s\"`: not at all."),
    duration<r>(
      "history_age", [](auto& x) -> auto& { return x.history_age; }, 0s, 8760h,
      "How long each publication is kept; `\"0s\"`: as long as the others."),
    duration<r>(
      "history_meta_ttl", [](auto& x) -> auto& { return x.history_meta_ttl; }, 1min, 87600h,
      "How long a durable room's epoch and offsets are known after its last publish."),
    size<r>(
      "history_bytes_max", [](auto& x) -> auto& { return x.history_bytes_max; }, 65'536,
      1'073'741'824, "Bytes of data that a room keeps; over it the oldest publications go first."),
    choice<r>(
      "durability", [](auto& x) -> auto& { return x.durability; },
      std::vector<std::pair<std::string, durability>>{
        {"none", durability::none}, {"process", durability::process}, {"disk", durability::disk}},
      "What an acknowledged publication survives: nothing, the sudden end of the process, or a "
      "loss of power."),
    boolean<r>(
      "presence", [](auto& x) -> auto& { return x.presence; },
      "Clients may ask who is in the room."),
    number<r>(
      "presence_members_max", [](auto& x) -> auto& { return x.presence_members_max; }, 1, 1'000'000,
      "Rooms with more members than this list nobody (error 106)."),
    boolean<r>(
      "join_leave", [](auto& x) -> auto& { return x.join_leave; },
      "Members who asked for it hear who comes and goes."),
    boolean<r>(
      "force_push_join_leave", [](auto& x) -> auto& { return x.force_push_join_leave; },
      "All members hear it."),
    boolean<r>(
      "allow_positioning", [](auto& x) -> auto& { return x.allow_positioning; },
      "Clients may ask for the room's position."),
    boolean<r>(
      "force_positioning", [](auto& x) -> auto& { return x.force_positioning; },
      "All clients get it."),
    boolean<r>(
      "allow_recovery", [](auto& x) -> auto& { return x.allow_recovery; },
      "Clients may ask for what they missed while they were away."),
    boolean<r>(
      "force_recovery", [](auto& x) -> auto& { return x.force_recovery; },
      "All clients that come back get it."),
    number<r>(
      "members_max", [](auto& x) -> auto& { return x.members_max; }, 1, 10'000'000,
      "Members of a room; further ones are refused (error 106)."),
    duration<r>(
      "idle_close", [](auto& x) -> auto& { return x.idle_close; }, 100ms, 24h,
      "A room ends once it had no members for this long, its history is over and its keys are "
      "old."),
    duration<r>(
      "key_window", [](auto& x) -> auto& { return x.key_window; }, 1s, 24h,
      "A publish that repeats a key within it is answered, but not published again."),
    number<r>(
      "keys_max", [](auto& x) -> auto& { return x.keys_max; }, 1, 10'000'000,
      "Keys that a room remembers; over it the oldest go first."),
    text<r>(
      "channel_regex", [](auto& x) -> auto& { return x.channel_regex; }, is_regex,
      "a regular expression (ECMAScript)",
      "What a room's name has after the namespace must match it as a whole; empty: anything may."),
    boolean<r>(
      "allow_subscribe_for_client", [](auto& x) -> auto& { return x.subscribe.client; },
      "Everybody may enter."),
    boolean<r>(
      "allow_subscribe_for_anonymous", [](auto& x) -> auto& { return x.subscribe.anonymous; },
      "People without an account count as everybody."),
  };
  add_permission(
    table, "publish", [](auto& x) -> auto& { return x.publish; }, "publish");
  add_permission(
    table, "presence", [](auto& x) -> auto& { return x.see_presence; }, "ask who is in the room");
  add_permission(
    table, "history", [](auto& x) -> auto& { return x.see_history; },
    "read history and ask for recovery");
  return table;
}

} // namespace

const std::vector<room_option>& room_option_table() {
  static const auto table = make_table();
  return table;
}

} // namespace salon

#include "actors/room_options.hpp"

#include "messages/names.hpp"

namespace salon {

namespaces::entry namespaces::make_entry(room_options options) {
  entry result{std::move(options), std::nullopt};
  if (!result.options.channel_regex.empty())
    result.pattern.emplace(result.options.channel_regex,
                           std::regex::ECMAScript | std::regex::optimize);
  return result;
}

namespaces::namespaces(room_options without,
                       const std::map<std::string, room_options, std::less<>>& named)
  : without_(make_entry(std::move(without))) {
  for (const auto& [name, options] : named)
    named_.emplace(name, make_entry(options));
}

const room_options* namespaces::find(const room_id& room, errc* why) const {
  if (room.empty() || room.size() > name_bytes_max) {
    *why = errc::bad_request;
    return nullptr;
  }
  auto space = namespace_of(room);
  const auto* found = &without_;
  if (!space.empty()) {
    auto i = named_.find(space);
    if (i == named_.end() && !takes_all) {
      *why = errc::unknown_channel;
      return nullptr;
    }
    if (i != named_.end())
      found = &i->second;
  }
  auto rest = space.empty() ? room : room.substr(room.find(':') + 1);
  if (!is_room_name(room) || (found->pattern && !std::regex_match(rest, *found->pattern))) {
    *why = errc::bad_request;
    return nullptr;
  }
  return &found->options;
}

} // namespace salon

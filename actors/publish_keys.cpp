#include "actors/publish_keys.hpp"

#include "actors/stable_hash.hpp"
#include "messages/ids.hpp"

namespace salon {

publish_keys::publish_keys(std::size_t keys_max, timer_wheel::duration window)
  : keys_max_(keys_max),
    window_(window) {
  // nop
}

bool publish_keys::valid(std::string_view user, std::string_view key) {
  return !key.empty() && key.size() <= key_bytes_max && (!user.empty() || is_uuid(key));
}

std::string publish_keys::name_of(std::string_view user, std::string_view key) {
  // The key comes first and has its length in front: no user can spell another one's name.
  auto name = std::to_string(key.size());
  name += ':';
  name += key;
  name += user;
  return name;
}

std::optional<publish_keys::known> publish_keys::find(std::string_view user, std::string_view key,
                                                      std::uint64_t hash, time_point now) {
  forget(now);
  auto i = entries_.find(name_of(user, key));
  if (i == entries_.end())
    return std::nullopt;
  return known{i->second.offset, i->second.hash == hash};
}

void publish_keys::add(std::string_view user, std::string_view key, std::uint64_t hash,
                       std::uint64_t offset, time_point now) {
  auto name = name_of(user, key);
  entries_[name] = {hash, offset};
  by_age_.push_back({now + window_, std::move(name)});
  while (by_age_.size() > keys_max_) {
    entries_.erase(by_age_.front().name);
    by_age_.pop_front();
  }
}

void publish_keys::clear() {
  entries_.clear();
  by_age_.clear();
}

std::uint64_t publish_keys::hash_of(std::string_view data) noexcept {
  return stable_hash(data);
}

std::optional<publish_keys::time_point> publish_keys::last_expiry() const {
  if (by_age_.empty())
    return std::nullopt;
  return by_age_.back().expiry;
}

void publish_keys::forget(time_point now) {
  while (!by_age_.empty() && by_age_.front().expiry <= now) {
    entries_.erase(by_age_.front().name);
    by_age_.pop_front();
  }
}

} // namespace salon

#include "store/room_lines.hpp"

#include "messages/json_scanner.hpp"
#include "messages/json_writer.hpp"
#include "messages/names.hpp"
#include "messages/utf8.hpp"
#include "store/line_members.hpp"
#include "store/tags_codec.hpp"

#include <array>
#include <limits>
#include <memory>
#include <span>
#include <utility>

namespace salon {

namespace {

constexpr std::array<std::string_view, 3> durabilities{"none", "process", "disk"};
constexpr std::array<std::string_view, 2> contents{"json", "text"};
constexpr std::array<std::string_view, 2> kinds{"message", "tombstone"};

// The file counts no further.
constexpr auto offset_max = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

template <class Value>
void append_word(std::string& out, std::string_view name, Value value,
                 std::span<const std::string_view> words) {
  auto place = static_cast<std::size_t>(value);
  json::append_string(out, name, place < words.size() ? words[place] : std::to_string(place));
}

template <class Value>
Value word_in(line_members& line, std::string_view name, std::span<const std::string_view> words,
              std::optional<Value> otherwise = std::nullopt) {
  if (!line.has(name) && otherwise)
    return *otherwise;
  auto word = line.required_text(name);
  for (std::size_t i = 0; i < words.size(); ++i)
    if (words[i] == word)
      return static_cast<Value>(i);
  line.complain("\"" + std::string{name} + "\" is none of those that are known");
  return {};
}

template <class Number>
void append_member(std::string& out, std::string_view name, Number number) {
  json::append_name(out, name);
  json::append_number(out, number);
}

std::string hex_of(std::string_view bytes) {
  constexpr auto digits = std::string_view{"0123456789abcdef"};
  std::string out;
  for (unsigned char byte : bytes) {
    out += digits[byte >> 4u];
    out += digits[byte & 0x0fu];
  }
  return out;
}

// The bytes that pairs of hexadecimal digits stand for.
std::optional<std::string> bytes_of(std::string_view hex) {
  std::string out;
  for (std::size_t at = 0; at < hex.size(); at += 2) {
    std::uint8_t byte = 0;
    const auto* pair = hex.data() + at;
    if (hex.size() - at < 2 || !json::is_hex_digit(pair[0])
        || std::from_chars(pair, pair + 2, byte, 16).ptr != pair + 2)
      return std::nullopt;
    out += static_cast<char>(byte);
  }
  return out;
}

client_id client_in(line_members& line) {
  client_id id;
  auto text = line.text("client");
  if (!text)
    return id;
  if (!is_uuid(*text)) {
    line.complain("\"client\" is not a UUID");
    return id;
  }
  std::erase(*text, '-');
  auto bytes = bytes_of(*text).value_or("");
  std::copy(bytes.begin(), bytes.end(), id.bytes.begin());
  return id;
}

std::optional<client_info> info_in(line_members& line) {
  auto user = line.text("user");
  client_info info{user.value_or(""), client_in(line), std::string{line.json("conn_info")},
                   std::string{line.json("chan_info")}};
  return user ? std::optional{info} : std::nullopt;
}

// The bytes as they were received. What is no UTF-8 stands as hexadecimal digits.
std::string data_in(line_members& line, content type) {
  if (auto hex = line.text("data_hex")) {
    auto bytes = bytes_of(*hex);
    if (!bytes)
      line.complain("\"data_hex\" is not in hexadecimal digits");
    return bytes.value_or("");
  }
  auto data = line.required_text("data");
  if (data.find('\n') != std::string::npos || (type == content::json && !json::is_valid(data)))
    line.complain("\"data\" is not one line of what \"type\" says");
  return data;
}

tag_list tags_in(line_members& line) {
  auto tags = tags_from_json(line.json("tags"));
  if (!tags)
    line.complain("\"tags\" is not an object of strings");
  return tags.value_or(tag_list{});
}

std::uint64_t hash_in(line_members& line) {
  auto text = line.text("key_hash").value_or("0");
  std::uint64_t hash = 0;
  auto end = text.data() + text.size();
  if (std::from_chars(text.data(), end, hash) != std::from_chars_result{end, {}})
    line.complain("\"key_hash\" is not a whole number");
  return hash;
}

std::chrono::milliseconds span_in(line_members& line, std::string_view name) {
  auto count = line.number<std::int64_t>(name);
  if (count < 0)
    line.complain("\"" + std::string{name} + "\" is negative");
  return std::chrono::milliseconds{count};
}

store_error refuse(const std::string& why) {
  return {store_errc::refused, why};
}

} // namespace

std::string room_line(const room_record& room) {
  std::string out{"{"};
  json::append_string(out, "room", room.room);
  json::append_string(out, "epoch", room.epoch);
  append_member(out, "top", room.top);
  append_member(out, "first", room.first);
  append_member(out, "last_publish", room.last_publish);
  append_word(out, "durability", room.durability, durabilities);
  append_member(out, "publications_max", room.kept.publications_max);
  append_member(out, "bytes_max", room.kept.bytes_max);
  append_member(out, "ttl_ms", room.kept.ttl.count());
  append_member(out, "age_max_ms", room.kept.age_max.count());
  append_member(out, "meta_ttl_ms", room.kept.meta_ttl.count());
  append_member(out, "keys_max", room.kept.keys_max);
  append_member(out, "key_window_ms", room.kept.key_window.count());
  return out + '}';
}

std::string publication_line(const publication& pub, std::optional<std::uint64_t> key_hash) {
  std::string out{"{"};
  append_member(out, "offset", pub.offset);
  append_member(out, "time", pub.time);
  append_word(out, "type", pub.type, contents);
  if (is_utf8(pub.data))
    json::append_string(out, "data", pub.data);
  else
    json::append_string(out, "data_hex", hex_of(pub.data));
  if (pub.info) {
    json::append_string(out, "user", pub.info->user);
    json::append_string(out, "client", to_string(pub.info->client));
    json::append_json(out, "conn_info", pub.info->conn_info);
    json::append_json(out, "chan_info", pub.info->chan_info);
  }
  json::append_json(out, "tags", tags_to_json(pub.tags));
  if (pub.kind != publication_kind::message)
    append_word(out, "kind", pub.kind, kinds);
  json::append_nonzero(out, "flags", pub.flags);
  json::append_nonzero(out, "refers_to", pub.refers_to);
  json::append_nonempty(out, "key", pub.key);
  if (key_hash)
    json::append_string(out, "key_hash", std::to_string(*key_hash));
  return out + '}';
}

bool is_room_line(std::string_view line) {
  return line_members{line}.has("room");
}

store_result<room_record> read_room_line(std::string_view line) {
  line_members members{line};
  room_record room;
  room.room = members.required_text("room");
  room.epoch = members.required_text("epoch");
  room.top = members.number<std::uint64_t>("top");
  room.first = members.number<std::uint64_t>("first");
  room.last_publish = members.number<std::int64_t>("last_publish");
  room.durability = word_in<durability>(members, "durability", durabilities);
  room.kept.publications_max = members.number<std::size_t>("publications_max");
  room.kept.bytes_max = members.number<std::size_t>("bytes_max");
  room.kept.ttl = span_in(members, "ttl_ms");
  room.kept.age_max = span_in(members, "age_max_ms");
  room.kept.meta_ttl = span_in(members, "meta_ttl_ms");
  room.kept.keys_max = members.number<std::size_t>("keys_max");
  room.kept.key_window = span_in(members, "key_window_ms");
  if (!is_room_name(room.room))
    members.complain("\"room\" is not the name of a room");
  if (room.first == 0 || room.top >= offset_max || room.first > room.top + 1)
    members.complain("\"first\" is beyond \"top\" + 1, or one of them is no offset");
  if (const auto& why = members.verdict(); !why.empty())
    return refuse(why);
  return room;
}

store_result<log_entry> read_publication_line(std::string_view line) {
  line_members members{line};
  auto pub = std::make_shared<publication>();
  pub->offset = members.number<std::uint64_t>("offset");
  pub->time = members.number<std::int64_t>("time");
  pub->type = word_in<content>(members, "type", contents);
  pub->data = data_in(members, pub->type);
  pub->info = info_in(members);
  pub->tags = tags_in(members);
  pub->kind = word_in(members, "kind", kinds, std::optional{publication_kind::message});
  pub->flags = members.number("flags", std::optional<std::uint32_t>{0});
  pub->refers_to = members.number("refers_to", std::optional<std::uint64_t>{0});
  pub->key = members.text("key").value_or("");
  auto hash = hash_in(members);
  if (const auto& why = members.verdict(); !why.empty())
    return refuse(why);
  return log_entry{std::move(pub), hash};
}

} // namespace salon
